// Queries and mutations over HTTP; what is watched is in live.ts.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { dataOf } from './answer.js';
import { bodyOf, prepare, type Prepared } from './document.js';
import { GraphqlFailure } from './failure.js';
import { createLive } from './live.js';
import { newIdempotencyKey, pause, usualDelay, waitBeforeRetry } from './retry.js';

export interface ClientOptions {
  /** Where the API answers: `https://shop.example/graphql`, or `/graphql` on the page's own host. */
  url: string | URL;
  /** The access token to send now; `undefined` for nobody. Asked before each try and each connection. */
  accessToken?: () => string | undefined | Promise<string | undefined>;
  /**
   * The server did not take this token (`undefined`: none was sent, and one is needed). Get another and answer
   * `true`, and the request is sent again, once; answer `false`, and it fails with `UNAUTHENTICATED`.
   */
  onUnauthenticated?: (refused: string | undefined) => boolean | Promise<boolean>;
  /** The server has imported the manifest: send the ids of documents instead of their texts. */
  trusted?: boolean;
  /** How often a request is sent again when that is safe: queries, and mutations with an idempotency key. 2. */
  retries?: number;
  /** Milliseconds before a retry, by how many there were. Grows and varies when left out. */
  retryDelay?: (tries: number) => number;
  /** Milliseconds after which a try counts as lost. 20,000. */
  timeout?: number;
  /** Instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Instead of the global `WebSocket`; Node before 22 has none. */
  webSocket?: unknown;
}

export interface RequestOptions {
  /** The key of a mutation's intention; a new one for each call when left out. Kept over its retries. */
  idempotencyKey?: string;
  /** Ends the request, its retries included. A mutation that was sent may be done all the same. */
  signal?: AbortSignal;
}

/** What follows a document: its variables, left out when it needs none. */
export type Arguments<Variables, Options> = {} extends Variables
  ? [variables?: Variables, options?: Options]
  : [variables: Variables, options?: Options];

export interface Client {
  /** Sends a query or a mutation, and gives its data. Throws `GraphqlFailure`, or the signal's reason. */
  request<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    ...rest: Arguments<Variables, RequestOptions>
  ): Promise<Result>;
  /**
   * Watches: one item for each answer, over a WebSocket that is opened when needed, shared, and opened again
   * after it was lost, then with the token of that moment. Leaving the loop, or the signal, ends it. Throws
   * `GraphqlFailure`. After a reconnect the latest answer may come a second time.
   */
  subscribe<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    ...rest: Arguments<Variables, { signal?: AbortSignal }>
  ): AsyncIterableIterator<Result>;
  /** Closes the socket for good. */
  close(): Promise<void>;
}

/** A client of one server, as one person or nobody. */
export function createClient(options: ClientOptions): Client {
  const live = createLive(options);
  return {
    async request<Result, Variables>(
      document: TypedDocumentNode<Result, Variables>,
      ...[variables, { idempotencyKey, signal } = {}]: Arguments<Variables, RequestOptions>
    ): Promise<Result> {
      const prepared = prepare(document);
      const key = prepared.isMutation ? (idempotencyKey ?? newIdempotencyKey()) : undefined;
      const send = () => sendOnce(options, prepared, variables, key, signal);
      // The types come from the schema that the server publishes.
      return (await sendPatiently(options, prepared, send, signal)) as Result;
    },
    subscribe: live.subscribe,
    close: live.close,
  };
}

/** Sends until there is an answer, or a failure that sending again would not mend. */
async function sendPatiently(
  { onUnauthenticated, retries = 2, retryDelay = usualDelay }: ClientOptions,
  { isRepeatable }: Prepared,
  send: () => Promise<Try>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  let mayAskForToken = onUnauthenticated !== undefined;
  for (let tries = 0; ; ) {
    const { data, failure, token } = await send();
    if (failure === undefined) return data;
    if (failure.code === 'UNAUTHENTICATED' && mayAskForToken) {
      mayAskForToken = false;
      const isMended = await onUnauthenticated?.(token);
      // A 401 refuses the request as a whole; otherwise parts of it may have run.
      if (isMended && (failure.status === 401 || isRepeatable)) continue;
    }
    const wait = tries < retries ? waitBeforeRetry(failure, isRepeatable, retryDelay(tries)) : undefined;
    if (wait === undefined) throw failure;
    tries += 1;
    await pause(wait, signal);
  }
}

interface Try {
  data?: unknown;
  failure?: GraphqlFailure;
  /** The token that was sent. */
  token: string | undefined;
}

async function sendOnce(
  { url, accessToken, trusted, timeout = 20_000, fetch = globalThis.fetch }: ClientOptions,
  prepared: Prepared,
  variables: unknown,
  key: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Try> {
  const token = await accessToken?.();
  signal?.throwIfAborted();
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { 'idempotency-key': key }),
      },
      body: JSON.stringify(bodyOf(prepared, variables, trusted)),
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    const text = await response.text();
    return { data: dataOf(parse(text), response), token };
  } catch (error) {
    if (error instanceof GraphqlFailure) return { failure: error, token };
    signal?.throwIfAborted();
    const reason = late.aborted ? `No answer came within ${timeout} ms.` : 'The server could not be reached.';
    return { failure: new GraphqlFailure('NETWORK', reason, { cause: error }), token };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An answer that is no JSON is a bad answer; its status says more.
    return undefined;
  }
}
