// Who is logged in. The access token lives here, in memory; the refresh token in a cookie that no script can read.
import { GraphqlFailure, type PayloadError } from '@fabrica/client';

export type Session =
  /** Not asked yet. */
  | { status: 'unknown' }
  /** It could not be asked. */
  | { status: 'unreachable' }
  | { status: 'nobody'; hasExpired: boolean }
  | { status: 'somebody'; accessToken: string; expiresAt: number };

interface Answer {
  session: { accessToken: string; expiresAt: string } | null;
  errors: PayloadError[];
}

/** How long before its end an access token is renewed, in milliseconds. */
const RENEW_BEFORE = 30_000;

let session: Session = { status: 'unknown' };
let renewal: Promise<void> | undefined;
const listeners = new Set<() => void>();
/** Other tabs of this browser share the cookie, and are told of a log-in and a log-out. */
const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('fabrica-session');

tabs?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (data === 'out') become({ status: 'nobody', hasExpired: false });
  else if (session.status !== 'somebody') void restore();
});

export function current(): Session {
  return session;
}

export function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

function begin(answer: Answer): boolean {
  if (!answer.session) return false;
  const { accessToken, expiresAt } = answer.session;
  become({ status: 'somebody', accessToken, expiresAt: Date.parse(expiresAt) });
  return true;
}

/** Asks whether the browser has a session. Never throws: what could not be asked is told by the state. */
export async function restore(): Promise<void> {
  try {
    await renewed();
  } catch {
    if (session.status !== 'somebody') become({ status: 'unreachable' });
  }
}

export async function logIn(identifier: string, password: string): Promise<PayloadError[]> {
  return enter('log-in', { identifier, password });
}

export async function register(input: {
  username: string;
  email: string;
  password: string;
  locale: string;
}): Promise<PayloadError[]> {
  return enter('register', input);
}

async function enter(door: string, input: unknown): Promise<PayloadError[]> {
  const answer = await knock(door, input);
  if (begin(answer)) tabs?.postMessage('in');
  return answer.errors;
}

export async function logOut(): Promise<void> {
  const token = await accessToken();
  await knock('log-out', {}, token);
  become({ status: 'nobody', hasExpired: false });
  tabs?.postMessage('out');
}

/** For the client: the token of this moment, renewed half a minute before it ends. */
export async function accessToken(): Promise<string | undefined> {
  if (session.status === 'unknown') await renewed();
  if (session.status === 'somebody' && session.expiresAt - Date.now() < RENEW_BEFORE) await renewed();
  return session.status === 'somebody' ? session.accessToken : undefined;
}

/** For the client: whether there is another token than the one that was refused. */
export async function onUnauthenticated(refused: string | undefined): Promise<boolean> {
  if (session.status === 'somebody' && session.accessToken === refused) await renewed();
  return session.status === 'somebody' && session.accessToken !== refused;
}

/** One renewal at a time, over all tabs where the browser can do that: a refresh token works once. */
function renewed(): Promise<void> {
  const work = async () => {
    const before = session;
    const answer = await knock('refresh', {});
    // Somebody logged out, or in again, meanwhile.
    if (session !== before && session.status !== 'unreachable') return;
    if (!begin(answer)) become({ status: 'nobody', hasExpired: before.status === 'somebody' });
  };
  const alone = async () => {
    if (!('locks' in navigator)) return work();
    await navigator.locks.request('fabrica-refresh', work);
  };
  renewal ??= alone().finally(() => (renewal = undefined));
  return renewal;
}

async function knock(door: string, input: unknown, token?: string): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/auth/${door}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(20_000),
    });
  } catch (error) {
    throw new GraphqlFailure('NETWORK', 'The server could not be reached.', { cause: error });
  }
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && isAnswer(answer)) return { session: answer.session ?? null, errors: answer.errors };
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new GraphqlFailure(codeOf(answer) ?? 'BAD_ANSWER', `The door ${door} answered ${response.status}.`, {
    requestId,
    status: response.status,
    retryAfterSeconds: Number.isNaN(wait) ? undefined : wait,
  });
}

function isAnswer(answer: unknown): answer is { session?: Answer['session']; errors: PayloadError[] } {
  return typeof answer === 'object' && answer !== null && 'errors' in answer && Array.isArray(answer.errors);
}

function codeOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
