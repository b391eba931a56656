// From what came over the wire to data, or to a failure with its reasons.
import { type AnswerError, GraphqlFailure } from './failure.js';

/** The data of an answer without errors; throws `GraphqlFailure` otherwise. */
export function dataOf(answer: unknown, response?: Response): unknown {
  const requestId = response?.headers.get('x-request-id') ?? undefined;
  const status = response?.status;
  if (!isObject(answer)) {
    throw new GraphqlFailure('BAD_ANSWER', 'The server’s answer is no GraphQL.', { requestId, status });
  }
  const errors = Array.isArray(answer.errors) ? answer.errors.filter(isError) : [];
  const [first] = errors;
  if (first) throw failureOf(first, errors, { requestId, status, data: answer.data });
  if (!isObject(answer.data)) {
    throw new GraphqlFailure('BAD_ANSWER', 'The server’s answer has no data.', { requestId, status });
  }
  return answer.data;
}

/** The failure that a list of errors tells of, when it is one. */
export function failureOfErrors(errors: unknown): GraphqlFailure | undefined {
  const list = Array.isArray(errors) ? errors.filter(isError) : [];
  return list[0] && failureOf(list[0], list, {});
}

function failureOf(
  first: AnswerError,
  errors: readonly AnswerError[],
  came: { requestId?: string | undefined; status?: number | undefined; data?: unknown },
): GraphqlFailure {
  const { code, requestId, retryAfterSeconds } = first.extensions ?? {};
  return new GraphqlFailure(typeof code === 'string' ? code : 'BAD_ANSWER', first.message, {
    ...came,
    requestId: typeof requestId === 'string' ? requestId : came.requestId,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
    errors,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isError(value: unknown): value is AnswerError {
  return isObject(value) && typeof value.message === 'string';
}
