import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useRef } from "react";
import { fillIn } from "./observations";
import { type Domain, domains, operation, type Operation } from "./operations";
import { session } from "./session";
import { useStore } from "./store";

/** From nothing to a paid subscription; each step finds the ids that the one before it brought. */
const PURCHASE = ["Plans", "CreateSubscription", "BeginPayment", "OrderStatusChanged"].map(operation);

/** A menu of all example operations, those first that are for the role of whoever is logged in. */
export function Examples() {
  const user = useStore(session)?.user;
  const role = user?.role ?? "";
  const panel = useRef<HTMLDivElement>(null);
  const open = useOpenInTab();
  const choose = (example: Operation) => {
    panel.current?.hidePopover();
    open(example);
  };
  return (
    <>
      <button type="button" className="button" popoverTarget="examples">
        Examples
      </button>
      <div id="examples" popover="auto" ref={panel} className="panel" aria-label="Examples">
        <Domains of={domains.filter(({ roles }) => roles.includes(role))} choose={choose} />
        <section className="purchase">
          <h2>A purchase, step by step</h2>
          <p>
            {user ? "Open" : "Log in, then open"} and run these in turn. Leave the last one running, and pay.
          </p>
          <ol>
            <Choices operations={PURCHASE} choose={choose} />
          </ol>
        </section>
        <Domains of={domains.filter(({ roles }) => roles.length === 0)} choose={choose} />
        <Domains
          of={domains.filter(({ roles }) => roles.length > 0 && !roles.includes(role))}
          choose={choose}
          note={([first = ""]) => `– log in as ${first.toLowerCase()} to run these`}
        />
      </div>
    </>
  );
}

interface DomainsProperties {
  of: Domain[];
  choose(example: Operation): void;
  /** What stands beside a name, for those who may not run its operations. */
  note?(roles: string[]): string;
}

function Domains({ of, choose, note }: DomainsProperties) {
  if (of.length === 0) return null;
  return (
    <div className={note ? "domains refused" : "domains"} data-by-role={of[0]?.roles.length !== 0}>
      {of.map(({ name, roles, operations }) => (
        <section key={name}>
          <h2>
            {name}
            {note && <small> {note(roles)}</small>}
          </h2>
          <ul>
            <Choices operations={operations} choose={choose} />
          </ul>
        </section>
      ))}
    </div>
  );
}

function Choices({ operations, choose }: { operations: Operation[]; choose(example: Operation): void }) {
  return operations.map((example) => (
    <li key={example.name}>
      <button type="button" title={example.description} onClick={() => choose(example)}>
        {inWords(example.name)}
      </button>
    </li>
  ));
}

/** Opens an example in the tab that already shows it, else in a tab of its own. */
function useOpenInTab(): (example: Operation) => void {
  const actions = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(
    ({ tabs, queryEditor, variableEditor }) => ({ tabs, queryEditor, variableEditor }),
  );
  return (example) => {
    const query = `${example.text}\n`;
    const variables = example.variables ? JSON.stringify(fillIn(example.variables), null, 2) : "";
    const shown = tabs.findIndex((tab) => tab.query === query);
    // A subscription would go on writing into the new tab.
    actions.stop();
    if (shown < 0) actions.addTab();
    else actions.changeTab(shown);
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    actions.updateActiveTabValues({ query, variables, operationName: example.name });
  };
}

/** "BeginPayment" as "Begin payment". */
function inWords(name: string): string {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return words.charAt(0) + words.slice(1).toLowerCase();
}
