import { createGraphiQLFetcher, type Fetcher, isAsyncIterable } from "@graphiql/toolkit";
import { type DocumentNode, Kind, parse } from "graphql";
import { createClient, MessageType } from "graphql-ws";
import { observe } from "./observations";
import { ENDPOINT, errorCodes, fetchJson } from "./post";
import { accessToken, distrustAccessToken } from "./session";

const socket = createClient({
  async url() {
    // Renewed before the socket opens: the server waits only a moment for the first message.
    await accessToken();
    const url = new URL(ENDPOINT, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  },
  async connectionParams() {
    const token = await accessToken();
    return token ? { Authorization: `Bearer ${token}` } : {};
  },
  on: {
    message(message) {
      if (message.type === MessageType.Next) observe(message.payload);
    },
  },
});

const send = createGraphiQLFetcher({
  url: ENDPOINT,
  fetch: fetchAsUser,
  wsClient: socket,
  enableIncrementalDelivery: false,
});

/**
 * Queries and mutations over HTTP, subscriptions over the WebSocket, all as the user who is logged in.
 *
 * GraphiQL reads a new tab's operations a moment after it shows them, and hands over those of the old tab until
 * then: the text that is sent is read here, so that whoever is quicker gets what they see.
 */
export const fetcher: Fetcher = async (parameters, options) => {
  const document = read(parameters.query);
  const operationName = onlyOperation(document) ?? parameters.operationName;
  const result = await send(
    { ...parameters, ...(operationName && { operationName }) },
    { ...options, ...(document && { documentAST: document }) },
  );
  if (!isAsyncIterable(result)) {
    observe(result);
    if (errorCodes(result).includes("UNAUTHENTICATED")) distrustAccessToken();
  }
  return result;
};

function read(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    // The server says what is wrong with it.
    return undefined;
  }
}

function onlyOperation(document: DocumentNode | undefined): string | undefined {
  const operations = document?.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return operations?.length === 1 ? operations[0]?.name?.value : undefined;
}

async function fetchAsUser(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  // What stands in GraphiQL's headers editor goes first.
  const token = headers.has("authorization") ? undefined : await accessToken();
  if (token) headers.set("authorization", `Bearer ${token}`);
  return fetchJson(input, { ...init, headers });
}
