// GraphQL over HTTP, by the audit suite of its own working group.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { startServer } from './server.js';

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

const audits = serverAudits({ url: () => server.url });

test('the suite is the one that we know', () => {
  assert.equal(audits.length, 61);
});

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    // A recommendation that is not followed is a failure too.
    assert.equal(result.status, 'ok', result.reason);
  });
}
