// Server-sent events, a stream for each operation: with the graphql-sse client, then byte by byte.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from 'graphql-sse';
import { ask, cancelOrder, logIn, placeOrder, startServer } from './server.js';

const WATCH = 'subscription($id: ID!) { orderStatusChanged(orderId: $id) { status version } }';

let server, token;
before(async () => {
  server = await startServer();
  token = await logIn(server.url);
});
after(() => server.stop());

test('the client hears each move of an order, once and in order', async () => {
  const orderId = await placeOrder(server.url, token);
  const client = connect();
  const moves = client.iterate({ query: WATCH, variables: { id: orderId } });
  const first = (await moves.next()).value.data.orderStatusChanged;
  assert.equal(first.status, 'PENDING');
  await cancelOrder(server.url, token, orderId);
  const second = (await moves.next()).value.data.orderStatusChanged;
  assert.equal(second.status, 'CANCELLED');
  assert.ok(second.version > first.version);
  await moves.return();
  client.dispose();
});

test('a query is one event and the end', async () => {
  const client = connect();
  const answers = client.iterate({ query: '{ me { username } }' });
  assert.deepEqual((await answers.next()).value, { data: { me: { username: 'mei' } } });
  assert.equal((await answers.next()).done, true);
  client.dispose();
});

test('a mutation with errors of the caller brings them', async () => {
  const client = connect();
  const query = 'mutation($input: RegisterInput!) { register(input: $input) { errors { code } } }';
  const input = { username: 'short', email: 'short@example.com', password: 'short' };
  const { value } = await client.iterate({ query, variables: { input } }).next();
  assert.deepEqual(value, { data: { register: { errors: [{ code: 'TOO_SHORT' }] } } });
  client.dispose();
});

for (const [query, code] of [
  ['subscription {', 'GRAPHQL_PARSE_FAILED'],
  ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { orderStatusChanged(orderId: "nonsense") { status } }', 'BAD_USER_INPUT'],
]) {
  test(`what cannot run is one event with errors, and the end: ${query.slice(0, 40)}`, async () => {
    const client = connect();
    const answers = client.iterate({ query });
    const { value } = await answers.next();
    assert.equal(value.errors[0].extensions.code, code);
    assert.ok(value.errors[0].extensions.requestId);
    assert.equal((await answers.next()).done, true);
    client.dispose();
  });
}

test('the client is refused with 401 when its token is not good', async () => {
  const client = connect({ headers: { authorization: 'Bearer forged' } });
  await assert.rejects(client.iterate({ query: '{ __typename }' }).next(), ({ response }) => response.status === 401);
});

test('the stream is of the form that browsers read, by GET too', async () => {
  const query = `${server.url}?query=${encodeURIComponent('{ __typename }')}`;
  const response = await fetch(query, { headers: { accept: 'text/event-stream' } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.match(response.headers.get('vary'), /accept/i);
  assert.ok(response.headers.get('x-request-id'));
  assert.equal(
    await response.text(),
    'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n',
  );
});

test('a subscription by GET streams, and a mutation by GET is refused', async () => {
  const orderId = await placeOrder(server.url, token);
  const watch = await stream(WATCH, { id: orderId });
  assert.match(await watch.piece(), /^event: next\ndata: \{"data":.*"PENDING".*\n\n$/);
  await watch.leave();
  const mutation = await get('mutation { logOut { errors { code } } }');
  assert.equal(mutation.status, 405);
  assert.equal(mutation.headers.get('allow'), 'POST');
  await mutation.body.cancel();
});

test('a page of another site does not get a stream by GET', async () => {
  const response = await get('{ __typename }', {}, { 'sec-fetch-site': 'cross-site' });
  assert.equal(response.status, 400);
  await response.body.cancel();
});

test('a subscription comes as events wherever they are accepted, and a query as JSON where that is', async () => {
  const accept = 'application/json, text/event-stream;q=0.5';
  const orderId = await placeOrder(server.url, token);
  const watch = await get(WATCH, { id: orderId }, { accept });
  assert.equal(watch.headers.get('content-type'), 'text/event-stream');
  await watch.body.cancel();
  const query = await get('{ __typename }', {}, { accept });
  assert.match(query.headers.get('content-type'), /^application\/json/);
  await query.body.cancel();
  const neither = await get(WATCH, { id: orderId }, { accept: 'application/json' });
  assert.equal(neither.status, 406);
  assert.match((await neither.json()).errors[0].message, /text\/event-stream/);
});

test('a person has ten streams, and one that is left makes room', async () => {
  const staff = await logIn(server.url, 'staff');
  const orderId = await placeOrder(server.url, token);
  const watches = [];
  while (watches.length < 10) watches.push(await stream(WATCH, { id: orderId }, staff));
  const refused = await get(WATCH, { id: orderId }, { authorization: `Bearer ${staff}` });
  assert.equal(refused.status, 429);
  assert.ok(refused.headers.get('retry-after'));
  assert.equal((await refused.json()).errors[0].extensions.code, 'RATE_LIMITED');
  await watches.pop().leave();
  let again;
  do {
    again = await get(WATCH, { id: orderId }, { authorization: `Bearer ${staff}` });
    await again.body.cancel();
  } while (again.status === 429);
  assert.equal(again.status, 200);
  for (const watch of watches) await watch.leave();
});

test('a session that ends takes its stream with it', async () => {
  const admin = await logIn(server.url, 'admin');
  const watch = await stream(WATCH, { id: await placeOrder(server.url, token) }, admin);
  await watch.piece();
  await ask(server.url, 'mutation { logOut { errors { code } } }', { token: admin });
  assert.match(await watch.rest(), /^event: next\ndata: .*"UNAUTHENTICATED".*\n\nevent: complete\ndata:\n\n$/);
});

test('a server that goes ends its streams without complete, and goes', async () => {
  const going = await startServer();
  const mei = await logIn(going.url);
  const orderId = await placeOrder(going.url, mei);
  const watch = await stream(WATCH, { id: orderId }, mei, going.url);
  await watch.piece();
  const [status, rest] = await Promise.all([going.stop(), watch.rest()]);
  assert.equal(status, 0);
  assert.equal(rest, '', 'so that clients connect again');
});

function connect(options) {
  return createClient({
    url: server.url,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...options,
  });
}

function get(query, variables = {}, headers = {}, url = server.url) {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const usual = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
  return fetch(`${url}?${parameters}`, { headers: { ...usual, ...headers } });
}

/** A stream that was accepted, to be read piece by piece. */
async function stream(query, variables, bearer = token, url = server.url) {
  const response = await get(query, variables, { authorization: `Bearer ${bearer}` }, url);
  assert.equal(response.status, 200);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const piece = async () => (await reader.read()).value;
  return {
    piece,
    leave: () => reader.cancel(),
    rest: async () => {
      let text = '';
      for (let next = await piece(); next !== undefined; next = await piece()) text += next;
      return text;
    },
  };
}
