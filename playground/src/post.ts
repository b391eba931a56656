import { isObject } from "./json";
import type { Operation } from "./operations";

/** Where the API answers, on the host that served the page. */
export const ENDPOINT = "/graphql";

/** What the client can fix, as a mutation's payload tells it. */
interface UserError {
  code: string;
  message: string;
}

/** A payload: what was asked for, or why not. */
export interface Payload {
  fields: Record<string, unknown>;
  errors: UserError[];
}

/** The error codes of an answer, from `errors[].extensions.code`. */
export function errorCodes(answer: unknown): string[] {
  const errors = isObject(answer) && Array.isArray(answer.errors) ? answer.errors : [];
  return errors.flatMap((error: unknown) =>
    isObject(error) && isObject(error.extensions) && typeof error.extensions.code === "string"
      ? [error.extensions.code]
      : [],
  );
}

/** `fetch`, but an answer that is no JSON is an error that says so. */
export async function fetchJson(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (!/json/.test(response.headers.get("content-type") ?? "")) {
    throw new Error(`The server answered ${response.status} ${response.statusText}, without JSON.`);
  }
  return response;
}

/** Sends a mutation and gives the payload of its one field. Throws when the server gave none. */
export async function mutate(
  { name, text }: Operation,
  variables: Record<string, unknown>,
  accessToken?: string,
): Promise<Payload> {
  const response = await fetchJson(ENDPOINT, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query: text, operationName: name, variables }),
  });
  const answer: unknown = await response.json();
  const data = isObject(answer) && isObject(answer.data) ? Object.values(answer.data)[0] : undefined;
  if (!isObject(data)) throw new Error(firstMessage(answer) ?? "The server gave no answer.");
  return { fields: data, errors: Array.isArray(data.errors) ? data.errors.filter(isUserError) : [] };
}

function firstMessage(answer: unknown): string | undefined {
  const errors = isObject(answer) && Array.isArray(answer.errors) ? answer.errors : [];
  const first: unknown = errors[0];
  return isObject(first) && typeof first.message === "string" ? first.message : undefined;
}

function isUserError(value: unknown): value is UserError {
  return isObject(value) && typeof value.message === "string";
}
