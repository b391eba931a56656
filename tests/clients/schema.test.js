// The schema by the rules that its readers' tools have.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import eslintPlugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { ROOT } from './server.js';

const FILE = 'schema/schema.graphql';

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
