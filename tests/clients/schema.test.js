// The schema by the rules that its readers' tools have, and against the one before it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import eslintPlugin from '@graphql-eslint/eslint-plugin';
import { CriticalityLevel, diff, DiffRule } from '@graphql-inspector/core';
import { ESLint } from 'eslint';
import { buildSchema } from 'graphql';
import { ROOT } from './server.js';

const FILE = 'schema/schema.graphql';
const sdl = readFileSync(path.join(ROOT, FILE), 'utf8');

test('graphql-eslint has nothing against the schema', async () => {
  const rules = {
    ...eslintPlugin.configs['flat/schema-recommended'].rules,
    // Only what has an identity has an id: payloads, connections, edges, money and moves are values.
    '@graphql-eslint/strict-id-in-types': 'off',
    // `User.username` is one word of English, no prefix.
    '@graphql-eslint/no-typename-prefix': 'off',
    // The recommended rules ask for descriptions of types alone; every field, argument and value has one here.
    '@graphql-eslint/require-description': [
      'error',
      {
        types: true,
        FieldDefinition: true,
        InputValueDefinition: true,
        EnumValueDefinition: true,
        DirectiveDefinition: true,
        rootField: true,
        // Those of the specification itself: the library prints them as they are.
        ignoredSelectors: ['DirectiveDefinition > InputValueDefinition'],
      },
    ],
    '@graphql-eslint/relay-connection-types': 'error',
    '@graphql-eslint/relay-page-info': 'error',
    '@graphql-eslint/relay-arguments': 'error',
  };
  const eslint = new ESLint({
    cwd: ROOT,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.graphql'],
        languageOptions: {
          parser: eslintPlugin.parser,
          parserOptions: { graphQLConfig: { schema: path.join(ROOT, FILE) } },
        },
        plugins: { '@graphql-eslint': eslintPlugin },
        rules,
      },
    ],
  });
  const [{ messages }] = await eslint.lintFiles([FILE]);
  assert.deepEqual(messages.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`), []);
});

test('nothing that callers use was broken since the last commit', async (context) => {
  let before;
  try {
    const options = { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    before = execFileSync('git', ['show', `HEAD~:${FILE}`], options);
  } catch {
    return context.skip('there is no commit before this one here');
  }
  // What was deprecated may go.
  const rules = [DiffRule.suppressRemovalOfDeprecatedField];
  const changes = await diff(buildSchema(before), buildSchema(sdl), rules);
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  // What has to break all the same is announced to callers, by its coordinate.
  const announced = readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('- **Breaking**'));
  const silent = breaking.filter(({ path: coordinate }) => !announced.some((line) => line.includes(`\`${coordinate}\``)));
  assert.deepEqual(silent.map(({ path: coordinate, message }) => `${coordinate}: ${message}`), []);
});
