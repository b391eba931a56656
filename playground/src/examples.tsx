import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useRef } from "react";
import { fillIn } from "./observations";
import { domains, operation, type Operation } from "./operations";

/** From nothing to a paid subscription; each step finds the ids that the one before it brought. */
const PURCHASE = ["Plans", "CreateSubscription", "BeginPayment", "OrderStatusChanged"].map(operation);

/** A menu of all example operations. */
export function Examples() {
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
        <section className="purchase">
          <h2>A purchase, step by step</h2>
          <p>Log in, then open and run these in turn. Leave the last one running, and pay.</p>
          <ol>
            <Choices operations={PURCHASE} choose={choose} />
          </ol>
        </section>
        <div className="domains">
          {domains.map((domain) => (
            <section key={domain.name}>
              <h2>{domain.name}</h2>
              <ul>
                <Choices operations={domain.operations} choose={choose} />
              </ul>
            </section>
          ))}
        </div>
      </div>
    </>
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
