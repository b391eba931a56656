// Schemathesis makes documents up from the schema, with values that nobody would think of: none may end in an error
// that is ours. scripts/clients.sh brings the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { logIn, startServer } from './server.js';

const PROGRAM = process.env.SCHEMATHESIS;
/** Seconds for each caller. */
const TIME = 20;
/** The same documents each time; another finds others. */
const SEED = process.env.SCHEMATHESIS_SEED ?? '20261121';
const HOOKS = {
  SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
  PYTHONPATH: import.meta.dirname,
  PYTHONDONTWRITEBYTECODE: '1',
};
const NO_LIMITS = { FABRICA_RATE_PER_MINUTE: '0', FABRICA_RATE_PER_HOUR: '0', FABRICA_RATE_AUTH_PER_MINUTE: '0' };

describe('schemathesis finds no error of ours', { concurrency: true, skip: PROGRAM ? false : 'there is no schemathesis here' }, () => {
  let server;
  before(async () => (server = await startServer(NO_LIMITS)));
  after(() => server?.stop());

  for (const caller of [undefined, 'staff']) {
    test(`asked by ${caller ?? 'nobody'}`, { timeout: 120_000 }, async () => {
      const token = caller && (await logIn(server.url, caller));
      const { status, said } = await throwAt(server.url, token);
      assert.equal(status, 0, said);
      const cases = Number(/(\d+) generated/.exec(said)?.[1] ?? 0);
      // Some nine hundred on two cores. Few would mean that the schema was not read.
      assert.ok(cases >= 200, said);
    });
  }
});

async function throwAt(url, token) {
  const words = ['run', url, '--checks', 'no_error_of_ours', '--max-time', `${TIME}`, '--seed', SEED];
  words.push('--generation-database', 'none', '--warnings', 'off', '--no-color');
  if (token) words.push('--header', `Authorization: Bearer ${token}`);
  const env = { ...process.env, ...HOOKS };
  const child = spawn(PROGRAM, words, { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [status] = await once(child, 'exit');
  return { status, said };
}
