import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useRef } from "react";
import { Examples } from "./examples";
import icon from "./icon.svg";
import { LogIn } from "./log_in";
import { paymentPage } from "./observations";
import { logOut, notice, session } from "./session";
import { useStore } from "./store";

/** The strip above GraphiQL: examples, the way to the payment page, and who is logged in. */
export function Strip() {
  const user = useStore(session)?.user;
  const page = useStore(paymentPage);
  const message = useStore(notice);
  useIntrospectionAfterLogIn(user?.username);
  return (
    <>
      <span className="name">
        <img src={icon} alt="" width="24" height="24" />
        Fabrica
      </span>
      <Examples />
      <span className="space" role="status">
        {message}
      </span>
      {page && (
        <a className="button primary" href={page} target="_blank" rel="noopener">
          Open payment page
        </a>
      )}
      {user ? (
        <span className="user">
          <span className="who" title={`${user.username}, ${user.role}`}>
            {user.username} <small>{user.role.toLowerCase()}</small>
          </span>
          <button type="button" className="button" onClick={() => void logOut()}>
            Log out
          </button>
        </span>
      ) : (
        <LogIn />
      )}
    </>
  );
}

/** A server may show its schema only to those who are logged in: ask again when someone is. */
function useIntrospectionAfterLogIn(username: string | undefined): void {
  const { introspect } = useGraphiQLActions();
  const known = useGraphiQL((state) => Boolean(state.schema) || state.isIntrospecting);
  const asked = useRef(username);
  useEffect(() => {
    // Once for each log-in: a refusal must not be repeated for ever.
    if (username && username !== asked.current && !known) void introspect();
    asked.current = username;
  }, [username, known, introspect]);
}
