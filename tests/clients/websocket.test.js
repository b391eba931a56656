// Subscriptions over graphql-transport-ws: with the client that everybody uses, then word by word.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, cancelOrder, logIn, placeOrder, startServer } from './server.js';

const WATCH = 'subscription($id: ID!) { orderStatusChanged(orderId: $id) { status version } }';

let server, token;
before(async () => {
  server = await startServer();
  token = await logIn(server.url);
});
after(() => server.stop());

describe('the graphql-ws client', { concurrency: true }, () => {
  test('hears each move of an order, once and in order', async () => {
    const orderId = await placeOrder(server.url, token);
    const client = connect();
    const moves = client.iterate({ query: WATCH, variables: { id: orderId } });
    const first = (await moves.next()).value.data.orderStatusChanged;
    assert.deepEqual(first, { status: 'PENDING', version: first.version });
    assert.equal(await cancelOrder(server.url, token, orderId), 'CANCELLED');
    const second = (await moves.next()).value.data.orderStatusChanged;
    assert.equal(second.status, 'CANCELLED');
    assert.ok(second.version > first.version);
    await moves.return();
    await client.dispose();
  });

  test('watches several orders on one socket', async () => {
    const client = connect();
    const ids = await Promise.all([1, 2, 3].map(() => placeOrder(server.url, token)));
    const watches = ids.map((id) => client.iterate({ query: WATCH, variables: { id } }));
    for (const moves of watches) {
      assert.equal((await moves.next()).value.data.orderStatusChanged.status, 'PENDING');
    }
    await cancelOrder(server.url, token, ids[1]);
    assert.equal((await watches[1].next()).value.data.orderStatusChanged.status, 'CANCELLED');
    await client.dispose();
  });

  test('gets one error of several for a document that is not valid', async () => {
    const client = connect();
    const moves = client.iterate({ query: 'subscription { nothing alsoNothing }' });
    await assert.rejects(moves.next(), (errors) => Array.isArray(errors) && errors.length > 0);
    await client.dispose();
  });

  test('is told the code when its token is not good', async () => {
    const client = connect({ connectionParams: { Authorization: 'Bearer forged' } });
    const moves = client.iterate({ query: WATCH, variables: { id: 'ord_x' } });
    await assert.rejects(moves.next(), (event) => event.code === 4403);
  });
});

function connect(options) {
  return createClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...options,
  });
}

describe('the protocol, word by word', { concurrency: true }, () => {
  const INIT = { type: 'connection_init' };
  const invalid = { type: 'subscribe', id: '1', payload: { query: 'subscription { nothing }' } };

  test('subscribe before the acknowledgement: 4401', () => closes([invalid], 4401));
  test('a second connection_init: 4429', () => closes([INIT, INIT], 4429));
  test('another connection_init after the acknowledgement: 4429', async () => {
    const talk = await acknowledged();
    talk.say(INIT);
    await talk.closedWith(4429);
  });
  for (const said of [
    'no JSON', '[]', 'null', '{}', { type: 1 }, { type: 'start', id: '1', payload: {} },
    { type: 'subscribe', id: '1' }, { type: 'subscribe', payload: { query: '{a}' } },
    { type: 'subscribe', id: '', payload: { query: '{a}' } }, { type: 'x'.repeat(4000) },
  ]) {
    const shown = (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, 60);
    test(`a message that is none of the protocol's: 4400: ${shown}`, async () => {
      const talk = await acknowledged();
      talk.say(said);
      await talk.closedWith(4400);
    });
  }
  for (const payload of [{}, { query: 1 }, { query: '{a}', variables: [] }, { query: '{a}', extensions: 1 }]) {
    test(`a payload of another form: 4400: ${JSON.stringify(payload)}`, async () => {
      const talk = await acknowledged();
      talk.say({ type: 'subscribe', id: '1', payload });
      await talk.closedWith(4400);
    });
  }
  test('a binary message: 4400', async () => {
    const talk = await acknowledged();
    talk.socket.send(Buffer.from(JSON.stringify({ type: 'ping' })), { binary: true });
    await talk.closedWith(4400);
  });
  test('a message above 64 KiB: 1009', async () => {
    const talk = await acknowledged();
    talk.say({ type: 'ping', payload: { filler: 'x'.repeat(65 * 1024) } });
    await talk.closedWith(1009);
  });
  test('a flood: 4429', () => closes([INIT, ...Array(200).fill({ type: 'pong' })], 4429));
  test('no connection_init: 4408', () => closes([], 4408));
  test('pings alone do not stand for connection_init: 4408', () => closes([{ type: 'ping' }], 4408));

  test('an id in use: 4409, and free again after complete', async () => {
    const orderId = await placeOrder(server.url, token);
    const watch = { type: 'subscribe', id: 'a', payload: { query: WATCH, variables: { id: orderId } } };
    const talk = await acknowledged({ authorization: `Bearer ${token}` });
    talk.say(watch);
    assert.equal((await talk.hear()).type, 'next');
    talk.say({ type: 'complete', id: 'a' });
    talk.say(watch);
    assert.equal((await talk.hear()).type, 'next', 'the id was free');
    talk.say(watch);
    await talk.closedWith(4409);
  });

  for (const key of ['Authorization', 'authorization', 'AUTHORIZATION']) {
    test(`${key} in connection_init is the caller`, async () => {
      const orderId = await placeOrder(server.url, token);
      const talk = await opened();
      talk.say({ ...INIT, payload: { [key]: `Bearer ${token}` } });
      assert.deepEqual(await talk.hear(), { type: 'connection_ack' });
      talk.say({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { id: orderId } } });
      assert.equal((await talk.hear()).payload.data.orderStatusChanged.status, 'PENDING');
      talk.socket.close();
    });
  }
  for (const authorization of ['Bearer forged', 'Basic bWVpOm1laQ==', '', 7]) {
    test(`a token that is not good: 4403: ${authorization}`, () =>
      closes([{ ...INIT, payload: { authorization } }], 4403));
  }

  for (const [query, code] of [
    ['subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query { plans { totalCount } }', 'BAD_REQUEST'],
    ['mutation { logOut { errors { code } } }', 'BAD_REQUEST'],
    [`subscription { a(b: ${'['.repeat(2500)}${']'.repeat(2500)}) }`, 'QUERY_TOO_DEEP'],
  ]) {
    test(`one error and nothing after it: ${query.slice(0, 40)}`, async () => {
      const talk = await acknowledged();
      talk.say({ type: 'subscribe', id: '1', payload: { query } });
      const error = await talk.hear();
      assert.deepEqual([error.type, error.id], ['error', '1']);
      assert.ok(Array.isArray(error.payload));
      assert.equal(error.payload[0].extensions.code, code);
      assert.ok(error.payload[0].extensions.requestId);
      talk.say({ type: 'ping' });
      assert.equal((await talk.hear()).type, 'pong', 'no complete in between');
      talk.socket.close();
    });
  }

  test('a ping is answered with what it brought, before and after the acknowledgement', async () => {
    const talk = await opened();
    for (const payload of [{ early: true }, undefined]) {
      talk.say({ type: 'ping', payload });
      assert.deepEqual(await talk.hear(), { type: 'pong', ...(payload && { payload }) });
    }
    talk.say(INIT);
    assert.equal((await talk.hear()).type, 'connection_ack');
    talk.say({ type: 'ping', payload: { late: true } });
    assert.deepEqual((await talk.hear()).payload, { late: true });
    talk.socket.close();
  });

  test("the client's own close is answered with its code", async () => {
    const talk = await acknowledged();
    talk.socket.close(1000, 'done');
    await talk.closedWith(1000);
  });

  test('no subprotocol: 4406', async () => {
    const talk = await opened([]);
    await talk.closedWith(4406);
  });
  for (const protocols of [['graphql-ws'], ['nonsense']]) {
    test(`another subprotocol gets no conversation: ${protocols}`, async () => {
      const socket = new WebSocket(server.socketUrl, protocols);
      const [error] = await once(socket, 'error');
      assert.match(error.message, /subprotocol/i);
    });
  }
  test('the subprotocol is chosen among several', async () => {
    const talk = await opened(['graphql-ws', 'graphql-transport-ws']);
    assert.equal(talk.socket.protocol, 'graphql-transport-ws');
    talk.socket.close();
  });

  test('a foreign page gets no socket', async () => {
    const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws', { origin: 'https://evil.example' });
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, 403);
    response.destroy();
  });

  test('a session that ends takes its socket with it: 4403', async () => {
    const ending = await logIn(server.url, 'staff');
    const talk = await opened();
    talk.say({ ...INIT, payload: { authorization: `Bearer ${ending}` } });
    await talk.hear();
    await ask(server.url, 'mutation { logOut { errors { code } } }', { token: ending });
    await talk.closedWith(4403);
  });
});

test('a server that goes closes with 1012, and goes', async () => {
  const going = await startServer();
  const talk = await acknowledged({ url: going.socketUrl });
  const [status] = await Promise.all([going.stop(), talk.closedWith(1012)]);
  assert.equal(status, 0);
});

/** Says all of it at once and expects to be closed so. */
async function closes(messages, code) {
  const talk = await opened();
  for (const message of messages) talk.say(message);
  await talk.closedWith(code);
}

/** A socket past its acknowledgement: of nobody unless a token is given, since a person has ten at most. */
async function acknowledged({ url, authorization } = {}) {
  const talk = await opened(undefined, url);
  talk.say({ type: 'connection_init', payload: { authorization } });
  assert.deepEqual(await talk.hear(), { type: 'connection_ack' });
  return talk;
}

async function opened(protocols = ['graphql-transport-ws'], url = server.socketUrl) {
  const socket = new WebSocket(url, protocols);
  const heard = [];
  const waiting = [];
  const closed = new Promise((resolve) => socket.on('close', (...how) => resolve(how)));
  const gone = closed.then(([code]) => Promise.reject(new Error(`closed with ${code}`)));
  gone.catch(() => {});
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    const next = waiting.shift();
    if (next) next(message);
    else heard.push(message);
  });
  await once(socket, 'open');
  // A flood may meet a socket that is closed already.
  socket.on('error', () => {});
  return {
    socket,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    hear: () => heard.shift() ?? Promise.race([new Promise((resolve) => waiting.push(resolve)), gone]),
    closedWith: async (code) => {
      const [found, reason] = await closed;
      assert.equal(found, code, String(reason));
      assert.ok(reason.length <= 123);
    },
  };
}
