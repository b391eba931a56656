// What screens ask for.
import { GraphqlFailure, newIdempotencyKey, type PayloadError } from '@fabrica/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { AnyVariables } from '@urql/core';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useClient, useQuery } from 'urql';
import { fabrica } from './client';
import { current, listen, type Session } from './session';

export function useSession(): Session {
  return useSyncExternalStore(listen, current);
}

export function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('online', changed);
      window.addEventListener('offline', changed);
      return () => {
        window.removeEventListener('online', changed);
        window.removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
}

export type Read<Data> =
  | { status: 'loading' }
  | { status: 'failed'; failure: GraphqlFailure; again: () => void }
  | { status: 'here'; data: Data; again: () => void };

/** Shows what is known at once, and what the server says as soon as it does. */
export function useRead<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pause = false,
): Read<Data> {
  const [result, execute] = useQuery({ query, variables, pause, requestPolicy: 'cache-and-network' });
  const again = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  // When the network is back, what is on the screen is looked at again.
  useEffect(() => {
    window.addEventListener('online', again);
    return () => window.removeEventListener('online', again);
  }, [again]);
  if (result.data !== undefined) return { status: 'here', data: result.data, again };
  if (result.error) return { status: 'failed', failure: failureOf(result.error.networkError), again };
  return { status: 'loading' };
}

export function failureOf(error: unknown): GraphqlFailure {
  if (error instanceof GraphqlFailure) return error;
  return new GraphqlFailure('BAD_ANSWER', String(error), { cause: error });
}

export interface Trouble {
  errors: readonly PayloadError[];
  failure?: GraphqlFailure | undefined;
}

const NO_TROUBLE: Trouble = { errors: [] };

/** Something a person does: whether it runs, and what became of it. The same intention keeps its key over retries. */
export function useAct<Data, Variables extends AnyVariables>(mutation: TypedDocumentNode<Data, Variables>) {
  const reader = useClient();
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>(NO_TROUBLE);
  const intention = useRef({ input: '', key: '' });

  async function run<Payload extends { errors: readonly PayloadError[] }>(
    variables: Variables,
    payloadOf: (data: Data) => Payload,
  ): Promise<Payload | undefined> {
    const input = JSON.stringify(variables);
    if (intention.current.input !== input) intention.current = { input, key: newIdempotencyKey() };
    setBusy(true);
    setTrouble(NO_TROUBLE);
    const context = { idempotencyKey: intention.current.key };
    const { data, error } = await reader.mutation(mutation, variables, context).toPromise();
    setBusy(false);
    if (error || data === undefined) {
      setTrouble({ errors: [], failure: failureOf(error?.networkError) });
      return undefined;
    }
    // Answered, done or not: what is sent next is meant anew.
    intention.current = { input: '', key: '' };
    const payload = payloadOf(data);
    if (payload.errors.length === 0) return payload;
    setTrouble({ errors: payload.errors });
    return undefined;
  }

  return { run, isBusy, trouble, forget: () => setTrouble(NO_TROUBLE) };
}

/** Calls back at each answer of a subscription; a lost connection comes back by itself. */
export function useLive<Data, Variables>(
  subscription: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onMove: () => void,
): void {
  const latest = useRef(onMove);
  useEffect(() => {
    latest.current = onMove;
  });
  const key = JSON.stringify(variables);
  useEffect(() => {
    const ended = new AbortController();
    void follow(subscription, JSON.parse(key) as Variables, ended.signal, () => latest.current());
    return () => ended.abort();
  }, [subscription, key]);
}

async function follow<Data, Variables>(
  subscription: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
  onMove: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const answers = fabrica.subscribe<Data, Record<string, unknown>>(
        subscription as TypedDocumentNode<Data, Record<string, unknown>>,
        variables as Record<string, unknown>,
        { signal },
      );
      for await (const _ of answers) onMove();
    } catch (error) {
      // The session is over: the screen asks for a log-in as soon as it reads.
      if (error instanceof GraphqlFailure && error.code === 'UNAUTHENTICATED') return onMove();
    }
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}
