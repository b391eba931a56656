import { type OperationDefinitionNode, Kind, parse, TokenKind } from "graphql";
import samples from "../operations/variables.json";

/** One operation of `operations/*.graphql`. */
export interface Operation {
  name: string;
  /** The comment above it. */
  description: string;
  /** Comment and operation, as written in the file. */
  text: string;
  /** Sample variables; see `observations.ts` for what stands in for ids and keys. */
  variables: unknown;
}

/** The operations of one file. */
export interface Domain {
  name: string;
  /** The roles that may run them; empty for everybody. */
  roles: string[];
  operations: Operation[];
}

/** Files whose operations are refused to all others. */
const ROLES: Record<string, string[]> = { staff: ["STAFF", "ADMIN"], admin: ["ADMIN"] };

const ORDER = [
  "plans",
  "accounts",
  "orders",
  "subscriptions",
  "payments",
  "invoices",
  "server",
  "staff",
  "admin",
];

const files = import.meta.glob<string>("../operations/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});

const variables: Record<string, unknown> = samples;

/** Every file, in the order in which a newcomer meets them; files that the order does not know come last. */
export const domains: Domain[] = Object.entries(files)
  .map(([path, source]) => {
    const name = path.slice(path.lastIndexOf("/") + 1, -".graphql".length);
    return { name, roles: ROLES[name] ?? [], operations: read(source) };
  })
  .sort((a, b) => place(a.name) - place(b.name));

/** The operation of that name. Throws when no file has it, which is a mistake in the files. */
export function operation(name: string): Operation {
  const found = domains.flatMap((domain) => domain.operations).find((each) => each.name === name);
  if (!found) throw new Error(`operations/*.graphql has no operation ${name}`);
  return found;
}

function place(name: string): number {
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}

function read(source: string): Operation[] {
  return parse(source).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name
      ? [describe(source, definition, definition.name.value)]
      : [],
  );
}

function describe(source: string, definition: OperationDefinitionNode, name: string): Operation {
  const comments: string[] = [];
  let start = definition.loc?.start ?? 0;
  for (
    let token = definition.loc?.startToken.prev;
    token?.kind === TokenKind.COMMENT;
    token = token.prev
  ) {
    comments.unshift(token.value.trim());
    start = token.start;
  }
  return {
    name,
    description: comments.join(" "),
    text: source.slice(start, definition.loc?.end),
    variables: variables[name],
  };
}
