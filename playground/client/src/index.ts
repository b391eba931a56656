// What a front end imports.
export { createClient } from './client.js';
export type { Client, ClientOptions, RequestOptions } from './client.js';
export { done, errorsAt, GraphqlFailure, Refused } from './failure.js';
export type { AnswerError, FailureCode, PayloadError } from './failure.js';
export * from './generated/graphql.js';
export { newIdempotencyKey } from './retry.js';
export { createSession } from './session.js';
export type { Session, SessionOptions, Tokens } from './session.js';
