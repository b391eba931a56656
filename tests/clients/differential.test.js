// The server beside graphql-js, the reference: what the one takes the other takes, with the same data in the same
// order, and what the one refuses the other refuses.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildSchema, execute, parse, validate } from 'graphql';
import { differs, invalid, miscoerced, unparsed, valid } from './documents.js';
import { ask, ROOT, startServer } from './server.js';

const schema = buildSchema(readFileSync(path.join(ROOT, 'schema/schema.graphql'), 'utf8'));

let server, shop;
before(async () => {
  server = await startServer();
  shop = await shopOf(server.url);
});
after(() => server.stop());

test('the table is as large as it was meant to be, and names no document twice', () => {
  const documents = [...unparsed, ...invalid, ...miscoerced, ...valid].map((row) => JSON.stringify(row.slice(1)));
  assert.ok(documents.length >= 60);
  assert.equal(new Set(documents).size, documents.length);
});

describe('what is no GraphQL', { concurrency: true }, () => {
  for (const row of unparsed) {
    test(row[0], async () => {
      assert.equal(judged(row), 'GRAPHQL_PARSE_FAILED');
      await refuses(row, 'GRAPHQL_PARSE_FAILED');
    });
  }
});

describe('what is not valid', { concurrency: true }, () => {
  for (const row of invalid) {
    test(row[0], async () => {
      assert.equal(judged(row), 'GRAPHQL_VALIDATION_FAILED');
      await refuses(row, 'GRAPHQL_VALIDATION_FAILED');
    });
  }
});

describe('what is valid, with variables that are not', { concurrency: true }, () => {
  for (const row of miscoerced) {
    test(row[0], async () => {
      assert.equal(judged(row), 'BAD_USER_INPUT');
      await refuses(row, 'BAD_USER_INPUT');
    });
  }
});

describe('what runs', { concurrency: true }, () => {
  for (const row of valid) {
    test(row[0], async () => {
      assert.equal(judged(row), undefined);
      const expected = run(row);
      const { status, body } = await send(row);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(JSON.stringify(ordered(body.data)), JSON.stringify(ordered(expected.data)), JSON.stringify(body.errors));
      assert.deepEqual(body.errors?.map((error) => error.path), expected.errors?.map((error) => error.path));
    });
  }
});

describe('where the server differs from the reference, on purpose', { concurrency: true }, () => {
  for (const [why, query, code] of differs) {
    test(why, async () => {
      assert.equal(judged([why, query]), undefined);
      await refuses([why, query], code);
    });
  }
});

/** The code that the reference would refuse with; `undefined` when it would run the document. */
function judged([, query, variables, operationName]) {
  let document;
  try {
    document = parse(query);
  } catch {
    return 'GRAPHQL_PARSE_FAILED';
  }
  if (validate(schema, document).length > 0) return 'GRAPHQL_VALIDATION_FAILED';
  const several = document.definitions.filter(({ kind }) => kind === 'OperationDefinition').length > 1;
  const name = operationName ?? (several ? document.definitions[0].name.value : undefined);
  return 'data' in run([, query, variables, name]) ? undefined : 'BAD_USER_INPUT';
}

function run([, query, variables, operationName]) {
  return execute({ schema, document: parse(query), rootValue: shop, variableValues: variables, operationName });
}

/** With the parts of the schema by their names: the specification leaves open in which order it lists them. */
function ordered(value) {
  if (Array.isArray(value)) {
    const items = value.map(ordered);
    return items.every((item) => item?.name) ? items.sort((a, b) => (a.name < b.name ? -1 : 1)) : items;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, ordered(inner)]));
}

/** Refused before anything ran: 400, no `data`, and the code. */
async function refuses(row, code) {
  const { status, body } = await send(row);
  assert.equal(body.errors?.[0].extensions.code, code, JSON.stringify(body));
  assert.equal(status, 400);
  assert.ok(!('data' in body));
}

async function send([, query, variables, operationName]) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables, operationName }),
  });
  assert.match(response.headers.get('content-type'), /^application\/graphql-response\+json/);
  return { status: response.status, body: await response.json() };
}

/** The shop as the reference resolves it for somebody who has not logged in. */
async function shopOf(url) {
  const { data } = await ask(
    url,
    `{ serverVersion plans { totalCount pageInfo { hasNextPage } nodes {
      __typename id slug name description features price { amount currency } } } }`,
  );
  const plans = data.plans.nodes;
  const refuse = () => {
    throw new Error('not for you');
  };
  return {
    serverVersion: data.serverVersion,
    plans: ({ first = plans.length }) => {
      const nodes = plans.slice(0, first);
      const pageInfo = { hasNextPage: nodes.length < plans.length };
      return { totalCount: plans.length, pageInfo, nodes, edges: nodes.map((node) => ({ node })) };
    },
    plan: ({ by }) => plans.find(({ id, slug }) => id === by.id || slug === by.slug) ?? null,
    me: refuse,
    node: refuse,
    nodes: ({ ids }) => ids.map(() => new Error('nothing here')),
    order: refuse,
    orders: refuse,
  };
}
