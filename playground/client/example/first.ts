// The first request of a front end, as docs/API.md shows it.
import { createClient, createSession, CreateOrderDocument, done, LogInDocument, PlanDocument } from '@fabrica/client';

const url = 'http://127.0.0.1:8080/graphql';
const session = createSession({ url });
const client = createClient({ url, ...session });

const { logIn } = await client.request(LogInDocument, { input: { identifier: 'mei', password: 'fabrica-demo-2026' } });
session.set(done(logIn, 'session'));

const { plan } = await client.request(PlanDocument, { slug: 'lifetime' });
if (!plan) throw new Error('the demo plans are not here');
const { createOrder } = await client.request(CreateOrderDocument, { input: { planId: plan.id } });
console.log(done(createOrder, 'order').number);
