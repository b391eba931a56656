// The typed client, and urql over it: urql keeps what was read and knows what a mutation makes stale; tokens, keys,
// retries and sockets are the client's.
import { createClient, type Client as FabricaClient } from '@fabrica/client';
import {
  cacheExchange,
  Client,
  type Exchange,
  makeErrorResult,
  makeResult,
  type Operation,
  type OperationResult,
} from '@urql/core';
import { filter, make, mergeMap, pipe, type Source, takeUntil, share } from 'wonka';
import { accessToken, onUnauthenticated } from './session';

declare module '@urql/core' {
  interface OperationContext {
    /** The key of a mutation's intention, when it outlives one call. */
    idempotencyKey?: string;
  }
}

export const fabrica: FabricaClient = createClient({ url: '/graphql', accessToken, onUnauthenticated });

/** What urql needs in place of its own transport. */
const overFabrica: Exchange = () => (operations) => {
  const shared = pipe(operations, share);
  return pipe(
    shared,
    filter(({ kind }) => kind === 'query' || kind === 'mutation'),
    mergeMap((operation) => {
      const isOver = pipe(
        shared,
        filter(({ kind, key }) => kind === 'teardown' && key === operation.key),
      );
      return pipe(answer(operation), takeUntil(isOver));
    }),
  );
};

function answer(operation: Operation): Source<OperationResult> {
  return make(({ next, complete }) => {
    const ended = new AbortController();
    send(operation, ended.signal).then(
      (result) => {
        next(result);
        complete();
      },
      (error: unknown) => {
        if (ended.signal.aborted) return;
        next(makeErrorResult(operation, error instanceof Error ? error : new Error(String(error))));
        complete();
      },
    );
    return () => ended.abort(new DOMException('Nobody waits for it.', 'AbortError'));
  });
}

async function send(operation: Operation, signal: AbortSignal): Promise<OperationResult> {
  const { idempotencyKey } = operation.context;
  const variables: Record<string, unknown> = { ...operation.variables };
  const options = { signal, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  const data = await fabrica.request<Record<string, unknown>, Record<string, unknown>>(operation.query, variables, options);
  return makeResult(operation, { data, hasNext: false });
}

/** One for each person: nothing that was read for one is shown to another. */
export function newReader(): Client {
  return new Client({ url: '/graphql', preferGetMethod: false, exchanges: [cacheExchange, overFabrica] });
}
