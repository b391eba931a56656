// Looks at the plans, logs in, orders one, and watches the order. Run with the address of a server with demo data.
import {
  BeginPaymentDocument,
  createClient,
  CreateOrderDocument,
  createSession,
  done,
  LogInDocument,
  OrderStatusChangedDocument,
} from '@fabrica/client';
import { graphql } from './generated/index.js';
import { planCard } from './plan_card.js';

const Shelf = graphql(`
  query Shelf {
    plans(first: 20) {
      nodes {
        id
        slug
        ...PlanCard
      }
    }
  }
`);

export async function shop(url: string, say: (line: string) => void, webSocket?: unknown): Promise<void> {
  const session = createSession({ url });
  const client = createClient({ url, ...session, webSocket });

  const { plans } = await client.request(Shelf);
  for (const plan of plans.nodes) say(planCard(plan));

  const { logIn } = await client.request(LogInDocument, {
    input: { identifier: 'mei', password: 'fabrica-demo-2026' },
  });
  session.set(done(logIn, 'session'));

  const plan = plans.nodes.find(({ slug }) => slug === 'lifetime');
  if (!plan) throw new Error('the demo plans are not here');
  const { createOrder } = await client.request(CreateOrderDocument, { input: { planId: plan.id } });
  const order = done(createOrder, 'order');
  const { beginPayment } = await client.request(BeginPaymentDocument, {
    input: { orderId: order.id, method: 'CREDIT_CARD' },
  });
  say(`Pay at ${done(beginPayment, 'redirectUrl')}`);

  for await (const { orderStatusChanged } of client.subscribe(OrderStatusChangedDocument, { orderId: order.id })) {
    say(orderStatusChanged.status);
    if (orderStatusChanged.status === 'COMPLETED') break;
  }
  await client.close();
}
