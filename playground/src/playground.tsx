import { GraphiQL } from "graphiql";
import { createPortal } from "react-dom";
import { operation } from "./operations";
import { Strip } from "./strip";
import { fetcher } from "./transport";

const WELCOME = `# Welcome to Fabrica.
#
# Press the play button, or Ctrl-Enter, to run this first
# query. "Examples" above holds all others, and leads
# through a whole purchase.

${operation("Plans").text}
`;

// Stands before GraphiQL in the page, so that the keyboard reaches it first.
const strip = document.getElementById("strip");

/** GraphiQL, with the strip above it. The strip lives inside GraphiQL's tree because it opens tabs there. */
export function Playground() {
  return (
    <GraphiQL fetcher={fetcher} defaultQuery={WELCOME} defaultEditorToolsVisibility="variables">
      <GraphiQL.Logo>{""}</GraphiQL.Logo>
      {strip && createPortal(<Strip />, strip)}
    </GraphiQL>
  );
}
