// When a request is sent again, and how long the client waits before.
import { GraphqlFailure } from './failure.js';

/** A server that asks for more patience than this leaves it to the caller. */
const LONGEST_WAIT_MS = 30_000;

/** Milliseconds before the next try; doubles with each, and differs from client to client. */
export function usualDelay(tries: number): number {
  return Math.min(250 * 2 ** tries, 15_000) * (0.5 + Math.random() / 2);
}

/**
 * How long to wait before sending a request again, in milliseconds; `undefined` when it must not be sent again,
 * because that would not help or might do it twice.
 */
export function waitBeforeRetry(failure: unknown, isRepeatable: boolean, delay: number): number | undefined {
  if (!(failure instanceof GraphqlFailure)) return undefined;
  // What was refused for its number was not begun.
  const helps =
    failure.code === 'RATE_LIMITED' ? failure.status === 429 || isRepeatable : isPassing(failure) && isRepeatable;
  if (!helps) return undefined;
  const asked = (failure.retryAfterSeconds ?? 0) * 1000;
  return asked <= LONGEST_WAIT_MS ? Math.max(delay, asked) : undefined;
}

function isPassing({ code, status }: GraphqlFailure): boolean {
  // A proxy in front answers 502 to 504 in words of its own.
  return code === 'NETWORK' || code === 'UNAVAILABLE' || (code === 'BAD_ANSWER' && (status ?? 0) >= 502);
}

/** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A key for one intention: 128 bits of chance. */
export function newIdempotencyKey(): string {
  // crypto.randomUUID is missing in pages that came over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
