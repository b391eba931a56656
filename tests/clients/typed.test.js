// Types for front ends: codegen's client preset over the schema and the playground's operations, compiled strictly.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { generate } from '@graphql-codegen/cli';
import { ROOT } from './server.js';

const TYPED = path.join(import.meta.dirname, 'typed');

test('codegen makes types that a strict compiler takes', async () => {
  await generate({
    schema: path.join(ROOT, 'schema/schema.graphql'),
    documents: path.join(ROOT, 'playground/operations/*.graphql'),
    generates: {
      [`${TYPED}/generated/`]: {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
        config: {
          useTypeImports: true,
          enumsAsTypes: true,
          strictScalars: true,
          scalars: { Date: 'string', DateTime: 'string', Decimal: 'string', JSON: 'unknown', URL: 'string' },
        },
      },
    },
    importExtension: '.js',
    silent: true,
    errorsOnly: true,
  });
  const compiler = path.join(import.meta.dirname, 'node_modules/typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [compiler, '--project', TYPED], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stdout);
});
