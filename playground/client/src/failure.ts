// What can go wrong: a request as a whole, or a mutation that the caller must mend.
import type { UserErrorCode } from './generated/graphql.js';

/**
 * Why a request failed as a whole. The server's codes stand in `docs/API.md`; two are the client's own: `NETWORK`
 * when no answer came, so that it is unknown what was done, and `BAD_ANSWER` when one came that is not GraphQL.
 */
export type FailureCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'QUERY_TOO_LARGE'
  | 'QUERY_TOO_DEEP'
  | 'QUERY_TOO_COMPLEX'
  | 'BAD_REQUEST'
  | 'BAD_USER_INPUT'
  | 'INVALID_CURSOR'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'
  | 'NETWORK'
  | 'BAD_ANSWER'
  // Codes of a newer server; this keeps the others in the editor's list.
  | (string & {});

/** An error of the answer, as the server wrote it. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A request failed as a whole; `data` holds what came all the same. */
export class GraphqlFailure extends Error {
  override readonly name = 'GraphqlFailure';
  readonly code: FailureCode;
  /** What support asks for; `undefined` when no answer came. */
  readonly requestId: string | undefined;
  /** The HTTP status; `undefined` on a socket, or when no answer came. */
  readonly status: number | undefined;
  /** How long to wait before the next try, when the server says so. */
  readonly retryAfterSeconds: number | undefined;
  readonly errors: readonly AnswerError[];
  readonly data: unknown;

  constructor(
    code: FailureCode,
    message: string,
    details: {
      requestId?: string | undefined;
      status?: number | undefined;
      retryAfterSeconds?: number | undefined;
      errors?: readonly AnswerError[];
      data?: unknown;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.requestId = details.requestId;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.errors = details.errors ?? [];
    this.data = details.data;
  }
}

/** What the caller of a mutation can mend or must decide, in its payload. */
export interface PayloadError {
  code: UserErrorCode;
  message: string;
  path: string[];
}

/** A mutation was answered and not done; thrown by `done` alone. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly errors: readonly PayloadError[];

  constructor(errors: readonly PayloadError[]) {
    super(errors.map(({ message }) => message).join(' ') || 'The answer holds neither a result nor an error.');
    this.errors = errors;
  }
}

/** What a mutation made: this field of its payload. Throws `Refused` when it was not done. */
export function done<Payload extends { errors: readonly PayloadError[] }, Field extends keyof Payload>(
  payload: Payload,
  field: Field,
): NonNullable<Payload[Field]> {
  const value = payload[field];
  if (payload.errors.length > 0 || value === null || value === undefined) throw new Refused(payload.errors);
  return value;
}

/** The errors of one field of a form, such as `email`; without a name those that are about no field. */
export function errorsAt(errors: readonly PayloadError[], field?: string): PayloadError[] {
  return errors.filter(({ path }) => path.at(-1) === field);
}
