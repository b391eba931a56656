// A newcomer at the playground: the first query, then a purchase that turns COMPLETED while the page is open.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { ROOT, startServer } from '../clients/server.js';

const PICTURES = path.join(ROOT, 'test-artefacts');
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let server;
let context;
let profile;

before(async () => {
  await mkdir(PICTURES, { recursive: true });
  server = await startServer();
  profile = await mkdtemp(path.join(tmpdir(), 'fabrica-browser-'));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.FABRICA_CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
    headless: true,
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(15_000);
});

after(async () => {
  await context?.close();
  await server?.stop();
  await rm(profile, { recursive: true, force: true });
});

/** A page of the playground; what its console complains of fails the test that opened it. */
async function openPlayground() {
  const complaints = [];
  const page = await context.newPage();
  const { host } = new URL(server.url);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.host !== host && /^(http|ws)/.test(url.protocol)) complaints.push(`it asked ${url.host}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const shown = await page.goto(new URL('/', server.url).href);
  assert.match(shown.headers()['content-security-policy'], /default-src 'none'; script-src 'self';/);
  await page.locator('.graphiql-execute-button').waitFor();
  return { page, complaints };
}

/** Runs what is in the editor and waits until the answer holds `text`. */
async function run(page, text) {
  await page.locator('.graphiql-execute-button').click();
  await answered(page, text);
}

async function answered(page, text) {
  await page.waitForFunction(
    (wanted) =>
      document.querySelector('.result-window')?.textContent.replaceAll('\u00a0', ' ').includes(wanted),
    text,
  );
}

async function logInAs(page, account) {
  await page.getByRole('button', { name: 'Log in' }).first().click();
  await page.locator('#log-in').getByText(account).first().click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

async function openExample(page, name) {
  await page.getByRole('button', { name: 'Examples' }).click();
  await page.getByText(name, { exact: true }).first().click();
  // The new tab is there when the editor shows its operation.
  const operation = name.replaceAll(/ (\w)/g, (_, letter) => letter.toUpperCase());
  await page.waitForFunction(
    (wanted) => document.querySelector('.graphiql-query-editor')?.textContent.includes(wanted),
    operation,
  );
}

test('the first query shows the plans, without logging in, at any width', async () => {
  const { page, complaints } = await openPlayground();
  await run(page, '"slug": "free"');
  await page.screenshot({ path: path.join(PICTURES, 'playground.png') });

  await page.setViewportSize({ width: 390, height: 800 });
  // Nothing to scroll sideways, as soon as the editors have fitted themselves in.
  await page.waitForFunction(
    () => document.documentElement.scrollWidth === document.documentElement.clientWidth,
  );
  await page.screenshot({ path: path.join(PICTURES, 'playground-phone.png') });
  assert.deepEqual(complaints, []);
  await page.close();
});

test('a purchase turns COMPLETED while the page is open', async () => {
  const { page, complaints } = await openPlayground();
  await logInAs(page, 'Customer');
  await run(page, '"slug": "starter"');
  await openExample(page, 'Create subscription');
  await run(page, '"status": "PENDING"');
  await openExample(page, 'Begin payment');
  await run(page, '"redirectUrl"');
  await openExample(page, 'Order status changed');
  await run(page, '"status": "PROCESSING"');

  const [payment] = await Promise.all([
    context.waitForEvent('page'),
    page.getByText('Open payment page').click(),
  ]);
  await payment.waitForURL('**/simulator/**');
  await payment.getByText('4311-9522-2222-2222').first().click();
  await payment.screenshot({ path: path.join(PICTURES, 'simulator.png') });
  await payment.getByRole('button', { name: /付款 Pay/ }).click();
  await payment.waitForURL('**/pay/result/**');
  await payment.getByText('Payment received').waitFor();
  await payment.screenshot({ path: path.join(PICTURES, 'paid.png') });

  await answered(page, '"status": "COMPLETED"');
  await page.screenshot({ path: path.join(PICTURES, 'playground-live.png') });
  assert.deepEqual(complaints, []);
  await page.close();
});

for (const { account, groups, refused, example, answer } of [
  { account: 'Customer', groups: ['plans', 'orders'], refused: ['staff', 'admin'], example: 'My invoices', answer: '"totalCount"' },
  { account: 'Staff', groups: ['staff', 'plans', 'orders'], refused: ['admin'], example: 'Staff users', answer: '"mei"' },
  { account: 'Admin', groups: ['staff', 'admin', 'plans'], refused: [], example: 'Create user', answer: '"colleague"' },
]) {
  test(`the demo account ${account} is offered its examples first, and they run`, async () => {
    const { page, complaints } = await openPlayground();
    await logInAs(page, account);
    // The session is kept in this tab, and only here.
    await page.reload();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await page.getByRole('button', { name: 'Examples' }).click();
    const shown = async (part) => (await page.locator(`#examples .domains${part} h2`).allTextContents()).map(firstWord);
    assert.deepEqual(await shown('.refused'), refused);
    const offered = await shown(':not(.refused)');
    assert.deepEqual(offered.filter((name) => groups.includes(name)), groups);
    await page.screenshot({ path: path.join(PICTURES, `examples-${account.toLowerCase()}.png`) });
    await page.keyboard.press('Escape');
    await openExample(page, example);
    await run(page, answer);
    assert.deepEqual(complaints, []);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.close();
  });
}

test('the documentation of the schema and the history of what was run are at hand', async () => {
  const { page, complaints } = await openPlayground();
  await openExample(page, 'Plans');
  await run(page, '"slug": "free"');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const documentation = page.locator('.graphiql-doc-explorer');
  await documentation.getByText('Mutation', { exact: true }).click();
  await documentation.getByRole('link', { name: 'beginPayment', exact: true }).click();
  await documentation.getByText('Needs a logged-in user', { exact: false }).first().waitFor();
  await page.screenshot({ path: path.join(PICTURES, 'playground-documentation.png') });
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history').getByText('Plans').first().waitFor();
  await page.screenshot({ path: path.join(PICTURES, 'playground-history.png') });
  assert.deepEqual(complaints, []);
  await page.close();
});

function firstWord(heading) {
  return heading.trim().split(' ')[0];
}
