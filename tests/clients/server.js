// The real program for a test file: its own data, its own port, seeded, ready, and gone afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.resolve(ROOT, process.env.FABRICA_BIN ?? 'target/debug/fabrica');
const DEMO_PASSWORD = 'fabrica-demo-2026';

/** Starts a server with these settings and waits until it is ready. `stop` waits until the process is gone. */
export async function startServer(settings = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'fabrica-clients-'));
  const address = `127.0.0.1:${await freePort()}`;
  // Nothing of the caller's settings: a database of theirs must never be seeded by a test.
  const environment = {
    PATH: process.env.PATH,
    FABRICA_DATA_DIR: data,
    FABRICA_LISTEN: address,
    FABRICA_LOG: 'warn',
    ...settings,
  };
  await finished(launch('seed', environment), 'seed');
  const url = `http://${address}/graphql`;
  let server = await serve();

  async function serve() {
    const started = launch('serve', environment);
    try {
      await ready(started, `http://${address}/health/ready`);
    } catch (error) {
      started.child.kill('SIGKILL');
      throw error;
    }
    return started;
  }

  /** Ends the process in order. */
  async function end() {
    if (server.child.exitCode === null && server.child.signalCode === null) {
      server.child.kill('SIGTERM');
      await once(server.child, 'exit');
    }
  }

  /** Ends it, and says with which status it went. */
  async function stop() {
    await end();
    await rm(data, { recursive: true, force: true });
    return server.child.exitCode;
  }

  /** Another process at the same address, on the same data. `meanwhile` is done while there is none. */
  async function restart(meanwhile = async () => {}) {
    await end();
    await meanwhile();
    server = await serve();
  }

  return { url, socketUrl: url.replace('http', 'ws'), pid: server.child.pid, stop, restart };
}

/** Posts a document as any program would. */
export async function ask(url, query, { variables, token, headers } = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** The access token of a demo account: `mei` buys, `staff` runs the shop, `admin` manages people. */
export async function logIn(url, name = 'mei') {
  const input = { identifier: `${name}@demo.example`, password: DEMO_PASSWORD };
  const answer = await ask(
    url,
    'mutation($input: LogInInput!) { logIn(input: $input) { session { accessToken } } }',
    { variables: { input } },
  );
  return answer.data.logIn.session.accessToken;
}

let orders = 0;

/** Places an order that waits for its payment. */
export async function placeOrder(url, token) {
  const { data } = await ask(url, '{ plan(by: { slug: "lifetime" }) { id } }');
  const input = { planId: data.plan.id, idempotencyKey: `order-${(orders += 1)}-${process.pid}` };
  const answer = await ask(
    url,
    'mutation($input: CreateOrderInput!) { createOrder(input: $input) { order { id } errors { code } } }',
    { variables: { input }, token },
  );
  return answer.data.createOrder.order.id;
}

/** Moves the order on, so that those who watch it hear something. */
export async function cancelOrder(url, token, orderId) {
  const input = { orderId, idempotencyKey: `cancel-${orderId}` };
  const answer = await ask(
    url,
    'mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { order { status } errors { code } } }',
    { variables: { input }, token },
  );
  return answer.data.cancelOrder.order.status;
}

function launch(command, environment) {
  const child = spawn(PROGRAM, [command], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const server = { child, said: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => (server.said += data));
  }
  child.on('error', (error) => (server.said += error));
  return server;
}

async function finished(server, command) {
  const [status] = await once(server.child, 'exit');
  if (status !== 0) throw new Error(`fabrica ${command} ended with ${status}: ${server.said}`);
}

async function ready(server, address) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(50)) {
    if (server.child.exitCode !== null) break;
    const response = await fetch(address).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
  throw new Error(`the server did not get ready: ${server.said}`);
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
