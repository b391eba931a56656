// What a front end writes; compiled strictly, never run.
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import {
  BeginPaymentDocument,
  OrderStatusChangedDocument,
  PlansDocument,
  type OrderStatus,
  type UserErrorCode,
} from './generated/graphql.js';

declare function run<Document>(document: Document, variables: VariablesOf<Document>): Promise<ResultOf<Document>>;

export async function prices(): Promise<Map<string, string>> {
  const { plans } = await run(PlansDocument, {});
  return new Map(plans.nodes.map((plan) => [plan.slug, plan.price.amount]));
}

export async function pay(orderId: string, idempotencyKey: string): Promise<string | UserErrorCode[]> {
  const input = { orderId, idempotencyKey, method: 'CREDIT_CARD' } as const;
  const { beginPayment } = await run(BeginPaymentDocument, { input });
  return beginPayment.redirectUrl ?? beginPayment.errors.map((error) => error.code);
}

export async function watch(orderId: string): Promise<OrderStatus> {
  const { orderStatusChanged } = await run(OrderStatusChangedDocument, { orderId });
  return orderStatusChanged.status;
}

// @ts-expect-error An order is watched by its id.
void run(OrderStatusChangedDocument, {});

// @ts-expect-error Money is text: a number would be rounded.
export const rounded: ResultOf<typeof PlansDocument>['plans']['nodes'][number]['price']['amount'] = 12.8;
