// gql.tada: types made by the compiler from the schema and the text of each document.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const FOLDER = path.join(import.meta.dirname, 'tada');

test('gql.tada reads the schema, and a strict compiler takes what it infers', () => {
  rmSync(path.join(FOLDER, 'generated'), { recursive: true, force: true });
  for (const [program, ...words] of [
    ['gql.tada/bin/cli.js', 'generate', 'output'],
    // Documents against the schema, which the compiler alone does not hold them to.
    ['gql.tada/bin/cli.js', 'check', '--fail-on-warn'],
    ['typescript/bin/tsc', '--project', '.'],
  ]) {
    const script = path.join(import.meta.dirname, 'node_modules', program);
    const done = spawnSync(process.execPath, [script, ...words], { cwd: FOLDER, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stdout + done.stderr);
  }
});
