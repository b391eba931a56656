// Callers lose nothing that was not deprecated in the release before: what was released stands in
// schema/released.graphql, which moves on with each release (CONTRIBUTING.md).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { unannounced } from './breaking.js';
import { ROOT } from './server.js';

const read = (name) => readFileSync(path.join(ROOT, 'schema', name), 'utf8');
const released = read('released.graphql');

test('nothing that was released is gone or narrower without a deprecation before', async () => {
  assert.deepEqual(await unannounced(released, read('schema.graphql')), []);
});

describe('the check itself', () => {
  const DEPRECATED = ' @deprecated(reason: "Ask for `newer`; gone after 2027-06-30.")';
  const OLD = `
    type Query { thing(by: ID, first: Int${'$argument'}): Thing${'$field'} newer: Thing thinner: Thinner${'$use'} }
    type Thing { name: String size: Size }
    type Thinner { id: ID }
    enum Size { SMALL LARGE${'$value'} }
    input Wish { name: String! = "x", colour: String${'$input'} }
    type Mutation { wish(wish: Wish): Thing }`;
  const deprecated = (...what) => OLD.replace(/\$(\w+)/g, (_, name) => (what.includes(name) ? DEPRECATED : ''));

  const changes = [
    ['a field goes', 'field', /thing\(by: .*?\): Thing/, ''],
    ['a field may be of another type', 'field', /(thing\(by: .*?\)): Thing/, '$1: Thinner'],
    ['a value goes', 'value', / LARGE/, ''],
    ['an argument goes', 'argument', /, first: Int/, ''],
    ['a field of an input goes', 'input', /, colour: String/, ''],
    ['a field of an input is required now', 'input', /colour: String/, 'colour: String!'],
    ['a type goes with its last use', 'use', /thinner: Thinner|type Thinner { id: ID }/g, ''],
  ];
  for (const [change, announcement, found, instead] of changes) {
    test(`${change}: refused unless it was deprecated`, async () => {
      const now = deprecated().replace(found, instead);
      assert.notEqual(now, deprecated(), 'the change is one');
      assert.notDeepEqual(await unannounced(deprecated(), now), []);
      assert.deepEqual(await unannounced(deprecated(announcement), now), []);
    });
  }

  test('what is deprecated only now must not go yet', async () => {
    const gone = deprecated('field').replace(/newer: Thing /, '');
    assert.deepEqual(await unannounced(deprecated('field'), gone), ['Query.newer: Field \'newer\' was removed from object type \'Query\'']);
  });

  test('a field of the real schema has another name: refused', async () => {
    const now = released.replace('  totalCount: Int!\n', '  count: Int!\n');
    assert.notEqual(now, released);
    assert.equal((await unannounced(released, now)).length, 1);
  });

  test('additions and deprecations are taken', async () => {
    const now = deprecated('field', 'value').replace('name: String size', 'name: String! colour: String size');
    assert.deepEqual(await unannounced(deprecated(), now), []);
  });
});
