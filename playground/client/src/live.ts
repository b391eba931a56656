// Subscriptions over one WebSocket, by graphql-ws.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type Client as SocketClient, CloseCode, createClient } from 'graphql-ws';
import { dataOf, failureOfErrors } from './answer.js';
import type { Client, ClientOptions } from './client.js';
import { bodyOf, prepare } from './document.js';
import { GraphqlFailure } from './failure.js';
import { pause, usualDelay } from './retry.js';

/** The part of a client that watches. The socket opens with the first subscription and closes after the last. */
export function createLive(options: ClientOptions): Pick<Client, 'subscribe' | 'close'> {
  const { accessToken, onUnauthenticated, webSocket, retryDelay = usualDelay } = options;
  let token: string | undefined;
  let refusals = 0;
  let failure: unknown;
  let socket: SocketClient | undefined;

  // Made when first needed: where there is no WebSocket, requests work all the same.
  function open(): SocketClient {
    return createClient({
      // Asked for before the socket is there: the server waits only a moment for the first message.
      async url() {
        // graphql-ws listens to what the parameters throw, and not here.
        failure = await renew().catch((error: unknown) => error);
        return socketUrl(options.url);
      },
      connectionParams() {
        if (failure !== undefined) throw failure;
        return token ? { Authorization: `Bearer ${token}` } : {};
      },
      webSocketImpl: webSocket,
      retryAttempts: Infinity,
      retryWait: (tries) => pause(retryDelay(tries), undefined),
      shouldRetry: (reason) => isPassing(reason) && refusals < 2,
      // graphql-ws wants the text there, the server the id alone.
      jsonMessageReplacer: (key, value) => (key === 'payload' ? withoutText(value) : value),
      on: {
        connected: () => (refusals = 0),
        closed: (event) => {
          if (closeOf(event)?.code === CloseCode.Forbidden) refusals += 1;
        },
      },
    });
  }

  async function renew(): Promise<GraphqlFailure | undefined> {
    if (refusals > 0 && !(await onUnauthenticated?.(token))) return refusal();
    token = await accessToken?.();
    return undefined;
  }

  function subscribe<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    variables?: Variables,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncIterableIterator<Result> {
    const prepared = prepare(document);
    const payload = { query: prepared.query, ...bodyOf(prepared, { ...variables }, options.trusted) };
    const opened = (socket ??= open());
    let unsubscribe = () => {};
    let end = () => {};
    const answers = new ReadableStream<Result>({
      start(controller) {
        let isOver = false;
        /** Once only, whoever is first: the server, the signal, or the one who reads. */
        const finish = (last?: () => void) => {
          if (isOver) return;
          isOver = true;
          signal?.removeEventListener('abort', abort);
          last?.();
          unsubscribe();
        };
        const abort = () => finish(() => controller.error(signal?.reason));
        end = finish;
        if (signal?.aborted) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        unsubscribe = opened.subscribe(payload, {
          next(answer) {
            try {
              controller.enqueue(dataOf(answer) as Result);
            } catch (error) {
              finish(() => controller.error(error));
            }
          },
          error: (reason) => finish(() => controller.error(failureOfSocket(reason))),
          complete: () => finish(() => controller.close()),
        });
      },
      cancel: () => end(),
    });
    return iterate(answers.getReader());
  }

  return {
    subscribe,
    close: async () => socket?.dispose(),
  };
}

/** Not the stream's own iterator, which Safari has only lately. */
function iterate<Result>(reader: ReadableStreamDefaultReader<Result>): AsyncIterableIterator<Result> {
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A lost network is an event, and comes back; an error is a mistake, which trying again would only repeat. */
function isPassing(reason: unknown): boolean {
  if (reason instanceof GraphqlFailure) return reason.code === 'NETWORK';
  return closeOf(reason) !== undefined || !(reason instanceof Error);
}

function withoutText(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('documentId' in payload)) return payload;
  return { ...payload, query: undefined };
}

function socketUrl(url: string | URL): string {
  const absolute = new URL(url, globalThis.location?.href);
  absolute.protocol = absolute.protocol.replace('http', 'ws');
  return absolute.href;
}

function failureOfSocket(reason: unknown): GraphqlFailure {
  if (reason instanceof GraphqlFailure) return reason;
  const close = closeOf(reason);
  if (close?.code === CloseCode.Forbidden) return refusal(reason);
  if (close) return new GraphqlFailure('NETWORK', `The socket was closed: ${close.code} ${close.reason}`, { cause: reason });
  return failureOfErrors(reason) ?? new GraphqlFailure('NETWORK', 'The socket was lost.', { cause: reason });
}

function refusal(cause?: unknown): GraphqlFailure {
  return new GraphqlFailure('UNAUTHENTICATED', 'The server does not take this session: log in.', { cause });
}

function closeOf(event: unknown): { code: number; reason: string } | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  if (!('code' in event) || typeof event.code !== 'number') return undefined;
  return { code: event.code, reason: 'reason' in event ? String(event.reason) : '' };
}
