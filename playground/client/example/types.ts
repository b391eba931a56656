// What the compiler must refuse; compiled, never run.
import { BeginPaymentDocument, type Client, OrderStatusChangedDocument, PlansDocument } from '@fabrica/client';
import { graphql } from './generated/index.js';

declare const client: Client;

export async function refused(): Promise<void> {
  // @ts-expect-error An order is watched by its id.
  client.subscribe(OrderStatusChangedDocument);

  // @ts-expect-error There is no such method to pay by.
  await client.request(BeginPaymentDocument, { input: { orderId: 'ord_1', method: 'BARTER' } });

  const { plans } = await client.request(PlansDocument);
  // @ts-expect-error Money is text: a number would be rounded.
  const amount: number | undefined = plans.nodes[0]?.price.amount;
  // @ts-expect-error A list may be empty.
  const first = plans.nodes[0].name;
  // @ts-expect-error The document does not ask for it.
  const version = plans.nodes[0]?.version;

  const { plan } = await client.request(graphql(`query OneCard { plan(by: { slug: "pro" }) { id ...PlanCard } }`));
  // @ts-expect-error The card's fields are the card's.
  const name = plan?.name;
  void [amount, first, version, name];
}
