import { type FormEvent, useState } from "react";
import { isObject } from "./json";
import { logIn } from "./session";

/** An account that a server in development offers. */
interface DemoAccount {
  label: string;
  identifier: string;
  password: string;
}

/** The log-in button and its panel. */
export function LogIn() {
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const enter = async (identifier: string, password: string) => {
    setBusy(true);
    try {
      setProblem(await logIn(identifier, password));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void enter(String(fields.get("identifier")), String(fields.get("password")));
  };

  return (
    <>
      <button type="button" className="button primary" popoverTarget="log-in">
        Log in
      </button>
      <div
        id="log-in"
        popover="auto"
        className="panel"
        aria-label="Log in"
        // Asked for only now: outside development there is none, and the browser would report the 404.
        onToggle={(event) => {
          if (event.newState === "open") void demoAccounts().then(setAccounts);
        }}
      >
        <form onSubmit={submit}>
          <label>
            User name or e-mail
            <input name="identifier" autoComplete="username" autoCapitalize="none" required />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          {problem && <p role="alert">{problem}</p>}
          <button type="submit" className="button primary" disabled={busy}>
            Log in
          </button>
        </form>
        {accounts.length > 0 && (
          <section>
            <h2>Demo accounts</h2>
            <ul>
              {accounts.map(({ label, identifier, password }) => (
                <li key={identifier}>
                  <button type="button" disabled={busy} onClick={() => void enter(identifier, password)}>
                    {label} <small>{identifier}</small>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </>
  );
}

async function demoAccounts(): Promise<DemoAccount[]> {
  try {
    const response = await fetch("/dev/accounts.json");
    const accounts: unknown = response.ok ? await response.json() : [];
    return Array.isArray(accounts) ? accounts.filter(isDemoAccount) : [];
  } catch {
    // They are a convenience: the form above works without them.
    return [];
  }
}

function isDemoAccount(value: unknown): value is DemoAccount {
  return isObject(value) && [value.label, value.identifier, value.password].every((part) => typeof part === "string");
}
