import { isObject } from "./json";
import { paymentPage } from "./observations";
import { operation } from "./operations";
import { mutate, type Payload } from "./post";
import { createStore } from "./store";

export interface User {
  username: string;
  role: string;
}

interface Session {
  user: User;
  /** Kept in memory only. */
  accessToken: string;
  /** Kept in sessionStorage, so that a reload stays logged in. */
  refreshToken: string;
  /** When the access token ends, in milliseconds since 1970. */
  expiresAt: number;
}

const STORED_UNDER = "fabrica.session";
/** How long before its end an access token is renewed, in milliseconds. */
const RENEW_BEFORE = 30_000;

/** Who is logged in; `undefined` for nobody. */
export const session = createStore<Session | undefined>(restore());
/** What the visitor should know about the session. */
export const notice = createStore("");

let renewal: Promise<void> | undefined;

/** Logs in, by user name or e-mail address. Gives what went wrong, or nothing. */
export async function logIn(identifier: string, password: string): Promise<string | undefined> {
  const payload = await mutate(operation("LogIn"), { input: { identifier, password } });
  const user = readUser(payload.fields.user);
  const tokens = readTokens(payload);
  if (!user || !tokens) return payload.errors[0]?.message ?? "The log-in failed.";
  keep({ user, ...tokens });
  return undefined;
}

/** Logs out here at once; the server is told, but need not hear it. */
export async function logOut(): Promise<void> {
  const token = session.get()?.accessToken;
  forget("");
  try {
    if (token) await mutate(operation("LogOut"), {}, token);
  } catch {
    notice.set("Logged out here; the server could not be told.");
  }
}

/** An access token that still lasts a while; renews it first when it does not. `undefined` for nobody. */
export async function accessToken(): Promise<string | undefined> {
  const current = session.get();
  if (current && current.expiresAt - Date.now() < RENEW_BEFORE) {
    // One renewal at a time: a refresh token works only once.
    renewal ??= renew(current).finally(() => {
      renewal = undefined;
    });
    await renewal;
  }
  return session.get()?.accessToken;
}

/** The server refused the access token: renew it before the next request. */
export function distrustAccessToken(): void {
  const current = session.get();
  if (current) session.set({ ...current, expiresAt: 0 });
}

async function renew(old: Session): Promise<void> {
  const payload = await mutate(operation("RefreshSession"), {
    input: { refreshToken: old.refreshToken },
  });
  // Someone logged out, or in again, meanwhile.
  if (session.get()?.refreshToken !== old.refreshToken) return;
  const tokens = readTokens(payload);
  if (tokens) keep({ user: old.user, ...tokens });
  else forget("Your session has ended. Please log in again.");
}

function keep(next: Session): void {
  const { user, refreshToken } = next;
  sessionStorage.setItem(STORED_UNDER, JSON.stringify({ user, refreshToken }));
  notice.set("");
  session.set(next);
}

function forget(why: string): void {
  sessionStorage.removeItem(STORED_UNDER);
  paymentPage.set(undefined);
  notice.set(why);
  session.set(undefined);
}

// Without an access token: the first request renews it.
function restore(): Session | undefined {
  const stored: unknown = JSON.parse(sessionStorage.getItem(STORED_UNDER) ?? "null");
  const user = isObject(stored) ? readUser(stored.user) : undefined;
  if (!user || !isObject(stored) || typeof stored.refreshToken !== "string") return undefined;
  return { user, refreshToken: stored.refreshToken, accessToken: "", expiresAt: 0 };
}

function readUser(value: unknown): User | undefined {
  if (!isObject(value) || typeof value.username !== "string") return undefined;
  return { username: value.username, role: String(value.role) };
}

function readTokens({ fields }: Payload): Omit<Session, "user"> | undefined {
  const value = fields.session;
  if (!isObject(value)) return undefined;
  const { accessToken, refreshToken, expiresAt } = value;
  if (typeof accessToken !== "string" || typeof refreshToken !== "string") return undefined;
  return { accessToken, refreshToken, expiresAt: Date.parse(String(expiresAt)) };
}
