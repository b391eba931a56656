// The typed client of playground/client: what it promises to front ends, against the real program.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import * as fabrica from '../../playground/client/dist/index.js';
import { operations } from './operations.js';
import { payAt } from './payment.js';
import { cancelOrder, logIn, placeOrder, ROOT, startServer } from './server.js';

const CLIENT = path.join(ROOT, 'playground/client');
const MEI = { identifier: 'mei', password: 'fabrica-demo-2026' };

let server, token;
before(async () => {
  server = await startServer();
  token = await logIn(server.url);
});
after(() => server.stop());

test('the example front end shows the plans, sells one and sees it paid', async () => {
  const { shop } = await import(path.join(CLIENT, 'example/dist/shop.js'));
  const lines = [];
  let paid;
  await shop(server.url, (line) => {
    lines.push(line);
    // Once it watches, so that it sees every move.
    if (line === 'PROCESSING') paid = payAt(lines.find((each) => each.startsWith('Pay at ')).slice('Pay at '.length));
  }, WebSocket);
  await paid;
  assert.match(lines[0], /^\S.*: \d+ TWD$/);
  assert.deepEqual(lines.slice(-3), ['PROCESSING', 'PAID', 'COMPLETED']);
});

test('the guides print the examples as they are', () => {
  for (const [name, guide] of [
    ['shop', 'playground/README.md'],
    ['plan_card', 'playground/README.md'],
    ['first', 'docs/API.md'],
  ]) {
    const [, ...lines] = readFileSync(path.join(CLIENT, `example/${name}.ts`), 'utf8').trim().split('\n');
    const printed = readFileSync(path.join(ROOT, guide), 'utf8');
    assert.ok(printed.includes(lines.join('\n')), `${guide} shows another ${name}.ts than the one that is compiled`);
  }
});

test('the manifest has every operation once, by the hash of its text', () => {
  const manifest = JSON.parse(readFileSync(path.join(CLIENT, 'dist/persisted-documents.json'), 'utf8'));
  for (const [id, text] of Object.entries(manifest)) {
    assert.equal(id, `sha256:${createHash('sha256').update(text).digest('hex')}`);
  }
  const names = Object.values(manifest).map((text) => /^(?:query|mutation|subscription) (\w+)/.exec(text)[1]);
  assert.deepEqual(names.sort(), operations.map(({ name }) => name.value).sort());
});

test('a client of a server that imported the manifest sends ids of it, and no texts', async () => {
  const manifest = JSON.parse(readFileSync(path.join(CLIENT, 'dist/persisted-documents.json'), 'utf8'));
  const bodies = [];
  // Stands for such a server: looks the text up, and has it run.
  const importing = async (url, request) => {
    const { documentId, ...rest } = JSON.parse(request.body);
    bodies.push({ documentId, ...rest });
    return fetch(url, { ...request, body: JSON.stringify({ query: manifest[documentId], ...rest }) });
  };
  const { plan } = await as(undefined, { fetch: importing, trusted: true }).request(fabrica.PlanDocument, { slug: 'pro' });
  assert.ok(plan.id);
  assert.deepEqual(bodies.map(({ query }) => query), [undefined]);
});

test('no type of the client is any', () => {
  // Those of the fragment masking are codegen's own, and stand for "whatever the variables".
  for (const name of ['index', 'client', 'failure', 'live', 'session', 'generated/graphql', 'generated/keyed']) {
    const types = readFileSync(path.join(CLIENT, `dist/${name}.d.ts`), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
    assert.doesNotMatch(types, /\bany\b/, name);
  }
});

describe('what goes wrong', () => {
  test('is a failure with the code and the id of the request', async () => {
    const wrong = as(token).request(fabrica.OrderDocument, { id: 'nonsense' });
    await assert.rejects(wrong, (failure) => {
      assert.ok(failure instanceof fabrica.GraphqlFailure);
      assert.equal(failure.code, 'BAD_USER_INPUT');
      assert.equal(failure.status, 200);
      assert.match(failure.requestId, /^\S{8,}$/);
      return true;
    });
  });

  test('keeps what came all the same', async () => {
    const { plan } = await as(undefined).request(fabrica.PlanDocument, { slug: 'pro' });
    const some = as(undefined).request(fabrica.NodesDocument, { ids: [plan.id, 'nonsense'] });
    await assert.rejects(some, ({ code, data }) => code === 'NOT_FOUND' && data.nodes[0].id === plan.id);
  });

  test('is told apart from what the caller must mend', async () => {
    const input = { username: 'short', email: 'short@example.com', password: 'short' };
    const { register } = await as(undefined).request(fabrica.RegisterDocument, { input });
    assert.deepEqual(fabrica.errorsAt(register.errors, 'password').map(({ code }) => code), ['TOO_SHORT']);
    assert.deepEqual(fabrica.errorsAt(register.errors), []);
    assert.throws(() => fabrica.done(register, 'user'), ({ errors }) => errors[0].code === 'TOO_SHORT');
  });

  test('is no answer at all, or none of GraphQL', async () => {
    await assert.rejects(as(token, { fetch: lost(0), retries: 0 }).request(fabrica.MeDocument), { code: 'NETWORK' });
    const page = async () => new Response('<h1>Bad gateway</h1>', { status: 502 });
    await assert.rejects(as(token, { fetch: page, retries: 0 }).request(fabrica.MeDocument), {
      code: 'BAD_ANSWER',
      status: 502,
    });
  });
});

describe('a lost answer', () => {
  test('of a mutation with a key is asked for again with the same key, and nothing is done twice', async () => {
    const { plan } = await as(undefined).request(fabrica.PlanDocument, { slug: 'lifetime' });
    const before = await orders();
    const sent = [];
    const { createOrder } = await as(token, { fetch: lost(2, sent) }).request(fabrica.CreateOrderDocument, {
      input: { planId: plan.id },
    });
    assert.equal(createOrder.order.status, 'PENDING');
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent.map((headers) => headers['idempotency-key'])).size, 1);
    assert.equal(await orders(), before + 1);
  });

  test('of the next call has the next key, and the caller’s goes first', async () => {
    const { plan } = await as(undefined).request(fabrica.PlanDocument, { slug: 'lifetime' });
    const sent = [];
    const client = as(token, { fetch: lost(0, sent, true) });
    for (const options of [{}, {}, { idempotencyKey: 'mine' }]) {
      await client.request(fabrica.CreateOrderDocument, { input: { planId: plan.id } }, options);
    }
    const [first, second, third] = sent.map((headers) => headers['idempotency-key']);
    assert.match(first, /^[0-9a-f]{32}$/);
    assert.notEqual(first, second);
    assert.equal(third, 'mine');
  });

  test('of a mutation without a key is the caller’s to judge', async () => {
    const sent = [];
    const input = { username: 'once', email: 'once@example.com', password: 'a long pass phrase' };
    const client = as(undefined, { fetch: lost(1, sent) });
    await assert.rejects(client.request(fabrica.RegisterDocument, { input }), { code: 'NETWORK' });
    assert.equal(sent.length, 1);
  });

  test('is not waited for by one who left', async () => {
    const leaving = new AbortController();
    const client = as(token, { fetch: lost(9), retries: 9, retryDelay: () => (leaving.abort(), 1e6) });
    await assert.rejects(client.request(fabrica.MeDocument, {}, { signal: leaving.signal }), { name: 'AbortError' });
  });

  test('for one who asked too often comes a little later, and much later it is theirs to wait', async () => {
    const input = { username: 'patient', email: 'patient@example.com', password: 'a long pass phrase' };
    const soon = as(undefined, { fetch: refusing(0) });
    assert.equal((await soon.request(fabrica.RegisterDocument, { input })).register.user.username, 'patient');
    const later = as(undefined, { fetch: refusing(3600) }).request(fabrica.RegisterDocument, { input });
    await assert.rejects(later, { code: 'RATE_LIMITED', retryAfterSeconds: 3600 });
  });

  /** Says once that it is too much, as the server does. */
  function refusing(retryAfterSeconds) {
    const extensions = { code: 'RATE_LIMITED', requestId: 'one', retryAfterSeconds };
    const answers = [Response.json({ errors: [{ message: 'Too many.', extensions }] }, { status: 429 })];
    return async (...request) => answers.pop() ?? fetch(...request);
  }

  async function orders() {
    return (await as(token).request(fabrica.MeDocument)).me.orders.nodes.length;
  }
});

describe('a session', () => {
  test('is renewed once for all that ask, before its token ends', async () => {
    const told = [];
    const session = await begin({ now: () => Date.now() + 3600e3, onChange: (tokens) => told.push(tokens) });
    const client = fabrica.createClient({ url: server.url, ...session });
    told.length = 0;
    const [first, second] = await Promise.all([session.accessToken(), session.accessToken()]);
    assert.equal(first, second);
    assert.equal(told.length, 1);
    assert.equal((await client.request(fabrica.MeDocument)).me.username, 'mei');
  });

  test('is renewed when its token was refused, and the request is sent again', async () => {
    const told = [];
    const session = await begin({ onChange: (tokens) => told.push(tokens) });
    session.set({ ...told[0], accessToken: 'forged' });
    const client = fabrica.createClient({ url: server.url, ...session });
    const all = await Promise.all([1, 2, 3].map(() => client.request(fabrica.MeDocument)));
    assert.deepEqual(all.map(({ me }) => me.username), ['mei', 'mei', 'mei']);
    assert.equal(told.length, 3, 'begun, forged, and renewed once');
  });

  test('ends when it cannot be renewed, and says so', async () => {
    const told = [];
    const session = await begin({ onChange: (tokens) => told.push(tokens) });
    session.set({ ...told[0], accessToken: 'forged', refreshToken: 'fr_forged' });
    const client = fabrica.createClient({ url: server.url, ...session });
    await assert.rejects(client.request(fabrica.MeDocument), { code: 'UNAUTHENTICATED', status: 401 });
    assert.equal(told.at(-1), undefined);
  });

  async function begin(options) {
    const { logIn } = await as(undefined).request(fabrica.LogInDocument, { input: MEI });
    const session = fabrica.createSession({ url: server.url, ...options });
    session.set(fabrica.done(logIn, 'session'));
    return session;
  }
});

describe('watching', () => {
  test('goes on after the socket was lost', async () => {
    const orderId = await placeOrder(server.url, token);
    const sockets = [];
    const client = as(token, { webSocket: recorded(sockets), retryDelay: () => 0 });
    const moves = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId });
    assert.equal(await status(moves), 'PENDING');
    sockets[0].terminate();
    assert.equal(await status(moves), 'PENDING', 'where it stands, once more');
    assert.equal(sockets.length, 2);
    await cancelOrder(server.url, token, orderId);
    assert.equal(await status(moves), 'CANCELLED');
    await moves.return();
    await closed(sockets[1]);
  });

  test('gets another token when its own is refused', async () => {
    const orderId = await placeOrder(server.url, token);
    const tokens = ['forged', token];
    const refused = [];
    const client = as(undefined, {
      accessToken: () => tokens[0],
      onUnauthenticated: (old) => refused.push(old) && tokens.shift() !== undefined,
      webSocket: WebSocket,
      retryDelay: () => 0,
    });
    const moves = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId });
    assert.equal(await status(moves), 'PENDING');
    assert.deepEqual(refused, ['forged']);
    await moves.return();
  });

  test('ends when there is no other token', async () => {
    const client = as('forged', { onUnauthenticated: () => false, webSocket: WebSocket, retryDelay: () => 0 });
    const moves = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId: 'ord_1' });
    await assert.rejects(moves.next(), { code: 'UNAUTHENTICATED' });
  });

  test('sends the id alone where documents are trusted', async () => {
    const sent = [];
    class Listening extends WebSocket {
      send(text) {
        sent.push(JSON.parse(text));
        super.send(text);
      }
    }
    const client = as(token, { webSocket: Listening, trusted: true });
    const moves = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId: 'ord_1' });
    // This server has imported nothing.
    await assert.rejects(moves.next(), fabrica.GraphqlFailure);
    const { payload } = sent.find(({ type }) => type === 'subscribe');
    assert.match(payload.documentId, /^sha256:[0-9a-f]{64}$/);
    assert.equal('query' in payload, false);
  });

  test('fails with the code when it cannot run', async () => {
    const client = as(token, { webSocket: WebSocket });
    const moves = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId: 'nonsense' });
    await assert.rejects(moves.next(), { code: 'BAD_USER_INPUT' });
  });

  test('ends for one who waits, by the loop or by the signal', async () => {
    const orderId = await placeOrder(server.url, token);
    const client = as(token, { webSocket: WebSocket });
    const left = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId });
    assert.equal(await status(left), 'PENDING');
    const waiting = left.next();
    await left.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });

    const leaving = new AbortController();
    const stopped = client.subscribe(fabrica.OrderStatusChangedDocument, { orderId }, { signal: leaving.signal });
    assert.equal(await status(stopped), 'PENDING');
    const more = stopped.next();
    leaving.abort();
    await assert.rejects(more, { name: 'AbortError' });
  });

  async function status(moves) {
    return (await moves.next()).value.orderStatusChanged.status;
  }

  function recorded(sockets) {
    return class extends WebSocket {
      constructor(...given) {
        super(...given);
        sockets.push(this);
      }
    };
  }

  async function closed(socket) {
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  }
});

function as(token, options) {
  return fabrica.createClient({ url: server.url, accessToken: () => token, retryDelay: () => 0, ...options });
}

/** Sends what it is given, and loses the first answers; `lost(0)` does not even send, unless it is to pass. */
function lost(count, sent = [], passes = count > 0) {
  return async (url, request) => {
    sent.push(request.headers);
    if (!passes) throw new TypeError('no way through');
    const response = await fetch(url, request);
    if (sent.length > count) return response;
    await response.body.cancel();
    throw new TypeError('the answer was lost');
  };
}
