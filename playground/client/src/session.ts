// The two tokens of a log-in, kept and renewed for a client.
import { createClient, type ClientOptions } from './client.js';
import { RefreshSessionDocument } from './generated/graphql.js';

/** What `logIn`, `register` and `refreshSession` answer in `session`. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends. */
  expiresAt: string;
}

export interface SessionOptions extends Pick<ClientOptions, 'url' | 'fetch' | 'timeout' | 'trusted'> {
  /** A session from before, such as one kept over a reload. */
  tokens?: Tokens | undefined;
  /** Told of every change, so that it can be kept; `undefined` when the session is over. */
  onChange?: (tokens: Tokens | undefined) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Its two functions are what `createClient` wants. */
export interface Session extends Required<Pick<ClientOptions, 'accessToken' | 'onUnauthenticated'>> {
  /** Begins with what a log-in answered; `undefined` forgets, and tells the server nothing: send `LogOut` first. */
  set(tokens: Tokens | undefined): void;
}

/** How long before its end an access token is renewed, in milliseconds. */
const RENEW_BEFORE = 30_000;

/** A session, or nobody's. Renews its access token half a minute before it ends, and when it was refused. */
export function createSession(options: SessionOptions): Session {
  const { url, onChange, now = Date.now } = options;
  let { tokens } = options;
  let renewal: Promise<void> | undefined;
  // Without the access token: a request with one that is over is refused, whatever it asks for.
  const anonymous = createClient({ ...pick(options), url });

  function set(next: Tokens | undefined): void {
    tokens = next;
    onChange?.(next);
  }

  async function renew(old: Tokens): Promise<void> {
    const input = { refreshToken: old.refreshToken };
    const { refreshSession } = await anonymous.request(RefreshSessionDocument, { input });
    // Somebody logged out, or in again, meanwhile.
    if (tokens === old) set(refreshSession.session ?? undefined);
  }

  /** One renewal at a time: a refresh token works once. */
  function renewed(old: Tokens): Promise<void> {
    renewal ??= renew(old).finally(() => (renewal = undefined));
    return renewal;
  }

  return {
    set,
    async accessToken() {
      if (tokens && Date.parse(tokens.expiresAt) - now() < RENEW_BEFORE) await renewed(tokens);
      return tokens?.accessToken;
    },
    async onUnauthenticated(refused) {
      // Another request may have renewed it meanwhile.
      if (tokens && tokens.accessToken === refused) await renewed(tokens);
      return tokens !== undefined && tokens.accessToken !== refused;
    },
  };
}

function pick({ fetch, timeout, trusted }: SessionOptions): Pick<ClientOptions, 'fetch' | 'timeout' | 'trusted'> {
  return { ...(fetch && { fetch }), ...(timeout !== undefined && { timeout }), ...(trusted && { trusted }) };
}
