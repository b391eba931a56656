// The face as a subgraph: it composes with another, and a router's questions are answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { ask, logIn, placeOrder, startServer } from './server.js';

const REVIEWS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { newestReviews: [Review!]! }
  type Review { text: String!, about: Plan!, pages: PageInfo! }
  type Plan @key(fields: "id") { id: ID!, reviews: [Review!]! }
  type PageInfo @shareable { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
`);
const ENTITIES = `query($those: [_Any!]!) {
  _entities(representations: $those) { ... on Plan { name } ... on Order { number } }
}`;

let server;
before(async () => {
  server = await startServer({ FABRICA_FEDERATION: 'on' });
});
after(() => server.stop());

test('it composes with a subgraph that adds to its plans', async () => {
  const { data } = await ask(server.url, '{ _service { sdl } }');
  const shop = { name: 'shop', url: server.url, typeDefs: parse(data._service.sdl) };
  const result = composeServices([shop, { name: 'reviews', url: 'http://reviews.example', typeDefs: REVIEWS }]);
  assertCompositionSuccess(result);
  assert.match(result.publicSdl, /type Plan implements Node \{[^}]*reviews: \[Review!\]!/);
});

test('a router gets the rows that others refer to, by what its caller may see', async () => {
  const { data } = await ask(server.url, '{ plans(first: 1) { nodes { id name } } }');
  const [plan] = data.plans.nodes;
  const token = await logIn(server.url);
  const order = await placeOrder(server.url, token);
  const those = [
    { __typename: 'Plan', id: plan.id },
    { __typename: 'Order', id: order },
  ];
  const known = await ask(server.url, ENTITIES, { variables: { those }, token });
  assert.equal(known.errors, undefined);
  assert.equal(known.data._entities[0].name, plan.name);
  assert.match(known.data._entities[1].number, /^ORD-/);
  const stranger = await ask(server.url, ENTITIES, { variables: { those } });
  assert.deepEqual(stranger.data._entities, [{ name: plan.name }, null]);
  assert.equal(stranger.errors[0].extensions.code, 'NOT_FOUND');
});

test('who refers to nothing is told so, and many cost much', async () => {
  const nameless = await ask(server.url, ENTITIES, { variables: { those: [{ id: 'pln_1' }] } });
  assert.equal(nameless.errors[0].extensions.code, 'BAD_USER_INPUT');
  assert.match(nameless.errors[0].message, /__typename/);
  const those = Array.from({ length: 500 }, () => ({ __typename: 'Plan', id: 'pln_1' }));
  const many = await ask(server.url, ENTITIES, { variables: { those } });
  assert.equal(many.errors[0].extensions.code, 'QUERY_TOO_COMPLEX');
});
