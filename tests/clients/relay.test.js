// Relay: its compiler takes the schema's nodes and connections, and the server runs what it makes of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ask, logIn, placeOrder, startServer } from './server.js';

const FOLDER = path.join(import.meta.dirname, 'relay');
const MADE = path.join(FOLDER, 'generated');

let server, token, documents;
before(async () => {
  rmSync(MADE, { recursive: true, force: true });
  mkdirSync(MADE);
  writeFileSync(path.join(MADE, 'documents.json'), '{}');
  const compiler = path.join(import.meta.dirname, 'node_modules/relay-compiler/cli.js');
  const compiled = spawnSync(process.execPath, [compiler, 'relay.config.json'], { cwd: FOLDER, encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr);
  const texts = Object.values(JSON.parse(readFileSync(path.join(MADE, 'documents.json'), 'utf8')));
  documents = new Map(texts.map((text) => [/^\w+ (\w+)/.exec(text)[1], text]));
  server = await startServer();
  token = await logIn(server.url);
});
after(() => server?.stop());

test('pages, refetches, mutations and a subscription compile', () => {
  assert.deepEqual([...documents.keys()].sort(), [
    'shopAnythingQuery',
    'shopBuyMutation',
    'shopDetailsRefetchQuery',
    'shopEraseMutation',
    'shopOrdersPageQuery',
    'shopPageQuery',
    'shopPlansPageQuery',
    'shopWatchSubscription',
  ]);
});

test('what a page holds is fetched again by its id, and the next page by its cursor', async () => {
  const ordered = [await placeOrder(server.url, token), await placeOrder(server.url, token)];
  const { me } = await run('shopPageQuery');
  assert.equal(me.orders.edges[0].node.id, ordered[1], 'the newest first');
  const next = await run('shopOrdersPageQuery', { id: me.id, first: 1, after: me.orders.edges[0].cursor });
  assert.deepEqual(next.node.orders.edges.map(({ node }) => node.id), [ordered[0]]);
  const again = await run('shopDetailsRefetchQuery', { id: ordered[0] });
  assert.equal(again.node.status, 'PENDING');
});

async function run(name, variables) {
  const { data, errors } = await ask(server.url, documents.get(name), { variables, token });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}
