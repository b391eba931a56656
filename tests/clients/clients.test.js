// The clients that front ends use, each with a query, a mutation that fails and, where it can, a subscription.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { operation } from './operations.js';
import { cancelOrder, logIn, placeOrder, startServer } from './server.js';

const SHORT = { input: { username: 'short', email: 'short@example.com', password: 'short' } };
const NOWHERE = { input: { orderId: 'nonsense', idempotencyKey: 'nowhere' } };

let server, token, sockets;
before(async () => {
  server = await startServer();
  token = await logIn(server.url);
  sockets = createClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
  });
});
after(async () => {
  await sockets.dispose();
  await server.stop();
});

describe('Apollo Client', () => {
  let client;
  before(() => {
    const http = new HttpLink({ uri: server.url, headers: { authorization: `Bearer ${token}` } });
    const isLive = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
    const link = ApolloLink.split(isLive, new GraphQLWsLink(sockets), http);
    client = new ApolloClient({ link, cache: new InMemoryCache() });
  });
  after(() => client.stop());

  test('a query, which its cache then holds', async () => {
    const { data } = await client.query({ query: operation('Plans') });
    assert.equal(data.plans.nodes.length, data.plans.totalCount);
    const again = client.readQuery({ query: operation('Plans') });
    assert.equal(again.plans.nodes[0].__typename, 'Plan');
  });

  test('a mutation with errors in its payload', async () => {
    const { data } = await client.mutate({ mutation: operation('Register'), variables: SHORT });
    assert.equal(data.register.user, null);
    assert.deepEqual(data.register.errors[0].path, ['input', 'password']);
  });

  test('a mutation that fails as a whole', async () => {
    await assert.rejects(client.mutate({ mutation: operation('CancelOrder'), variables: NOWHERE }), (error) => {
      assert.ok(CombinedGraphQLErrors.is(error));
      return error.errors[0].extensions.code === 'BAD_USER_INPUT';
    });
  });

  test('a subscription through graphql-ws', async () => {
    const orderId = await placeOrder(server.url, token);
    const moves = client.subscribe({ query: operation('OrderStatusChanged'), variables: { orderId } });
    await heard(orderId, ({ data }) => data.orderStatusChanged, moves);
  });
});

describe('urql', () => {
  const live = (options) =>
    new Client({
      url: server.url,
      exchanges: [cacheExchange, ...options.exchanges],
      fetchSubscriptions: options.fetchSubscriptions,
      preferGetMethod: options.preferGetMethod,
      fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    });

  for (const preferGetMethod of [false, 'force']) {
    test(`a query by ${preferGetMethod ? 'GET' : 'POST'}`, async () => {
      const client = live({ exchanges: [fetchExchange], preferGetMethod });
      const { data, error } = await client.query(operation('Plan'), { slug: 'pro' }).toPromise();
      assert.equal(error, undefined);
      assert.equal(data.plan.price.currency, 'TWD');
    });
  }

  test('a mutation with errors in its payload, and one that fails as a whole', async () => {
    const client = live({ exchanges: [fetchExchange] });
    const refused = await client.mutation(operation('Register'), SHORT).toPromise();
    assert.equal(refused.error, undefined);
    assert.equal(refused.data.register.errors[0].code, 'TOO_SHORT');
    const failed = await client.mutation(operation('CancelOrder'), NOWHERE).toPromise();
    assert.equal(failed.error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
  });

  test('a subscription through its own server-sent events', async () => {
    const client = live({ exchanges: [fetchExchange], fetchSubscriptions: true });
    await watches(client);
  });

  test('a subscription through graphql-ws', async () => {
    const forward = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query, variables }, sink) }),
    });
    await watches(live({ exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription: forward })] }));
  });

  async function watches(client) {
    const orderId = await placeOrder(server.url, token);
    const moves = client.subscription(operation('OrderStatusChanged'), { orderId });
    await heard(orderId, ({ data }) => data?.orderStatusChanged, {
      subscribe: (next) => moves.subscribe(next),
    });
  }
});

describe('graphql-request', () => {
  let client;
  before(() => (client = new GraphQLClient(server.url, { headers: { authorization: `Bearer ${token}` } })));

  test('a query', async () => {
    const { me } = await client.request(operation('Me'));
    assert.equal(me.username, 'mei');
  });

  test('a mutation with errors in its payload', async () => {
    const { register } = await client.request(operation('Register'), SHORT);
    assert.equal(register.errors[0].code, 'TOO_SHORT');
  });

  test('a mutation that fails as a whole', async () => {
    await assert.rejects(client.request(operation('CancelOrder'), NOWHERE), (error) => {
      assert.ok(error instanceof ClientError);
      return error.response.errors[0].extensions.code === 'BAD_USER_INPUT';
    });
  });
});

/** Watches an order, moves it, and expects to hear both where it stood and where it went. */
async function heard(orderId, moveOf, moves) {
  const statuses = [];
  let subscription;
  await new Promise((resolve, reject) => {
    const next = (answer) => {
      const move = moveOf(answer);
      if (!move) return reject(new Error(JSON.stringify(answer)));
      statuses.push(move.status);
      if (statuses.length === 1) cancelOrder(server.url, token, orderId).catch(reject);
      else resolve();
    };
    subscription = moves.subscribe(next);
  });
  subscription.unsubscribe();
  assert.deepEqual(statuses, ['PENDING', 'CANCELLED']);
}
