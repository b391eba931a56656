// What the walks through the storefront share: a browser, people, pictures, and the gateway's simulator.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { payAt } from '../../clients/payment.js';
import { ask, ROOT, startServer } from '../../clients/server.js';

const PICTURES = path.join(ROOT, 'test-artefacts');
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PASSWORD = 'a long pass phrase';
/** Every walk is made at each width. */
export const VIEWS = [
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  { name: 'desktop', viewport: { width: 1280, height: 900 } },
];

/** A server and a browser for one file of walks. */
export async function startShop() {
  await mkdir(PICTURES, { recursive: true });
  const server = await startServer();
  const browser = await chromium.launch({
    executablePath: process.env.FABRICA_CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
    headless: true,
  });
  return {
    server,
    browser,
    stop: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

/** A browser of somebody's own; what its pages complain of fails the walk that ends it. */
export async function visit({ browser, server }, view, settings = {}) {
  const { name, ...size } = view;
  const context = await browser.newContext({ ...size, locale: 'zh-TW', baseURL: new URL('/', server.url).href, ...settings });
  context.setDefaultTimeout(15_000);
  const complaints = [];
  const { host } = new URL(server.url);
  context.on('page', (page) => {
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.host !== host && /^(http|ws)/.test(url.protocol)) complaints.push(`it asked ${url.host}`);
    });
    page.on('console', (message) => {
      // The browser itself notes a request that failed; the walks look at what the page makes of it.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  const page = await context.newPage();
  return {
    context,
    page,
    /** Looks at the whole page: a picture for people, and what hinders those who use no eyes or no mouse. */
    async picture(what, of = page) {
      // A window as high as the page: what clings to its edges stays there, and does not lie across the middle.
      const height = await of.evaluate(() => document.documentElement.scrollHeight);
      await of.setViewportSize({ ...view.viewport, height: Math.max(height, view.viewport.height) });
      // Drawn anew at that height.
      await of.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await of.screenshot({ path: path.join(PICTURES, `shop-${what}-${name}.png`) });
      await of.setViewportSize(view.viewport);
      assert.deepEqual(await seriousTrouble(of), [], what);
      assert.equal(await of.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true, `${what} is too wide`);
    },
    async leave() {
      assert.deepEqual(complaints, []);
      await context.close();
    },
  };
}

async function seriousTrouble(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

let people = 0;

/** Somebody with an account, and a token for what walks do behind the page. */
export async function newcomer(url) {
  people += 1;
  const username = `walker${process.pid}x${people}`;
  const input = { username, email: `${username}@example.com`, password: PASSWORD };
  const answer = await ask(
    url,
    'mutation($input: RegisterInput!) { register(input: $input) { session { accessToken } errors { code } } }',
    { variables: { input } },
  );
  return { username, token: answer.data.register.session.accessToken };
}

/** Somebody with a plan that is paid; the id of the subscription. */
export async function subscribe(url, token, slug) {
  const { data } = await ask(url, 'query($slug: String!) { plan(by: { slug: $slug }) { id } }', { variables: { slug } });
  const key = `walk-${slug}-${token.slice(-12)}`;
  const subscribed = await ask(
    url,
    `mutation($input: CreateSubscriptionInput!) {
      createSubscription(input: $input) { subscription { id } order { id } errors { code } } }`,
    { variables: { input: { planId: data.plan.id, idempotencyKey: key } }, token },
  );
  const { subscription, order } = subscribed.data.createSubscription;
  const begun = await ask(
    url,
    'mutation($input: BeginPaymentInput!) { beginPayment(input: $input) { redirectUrl errors { code } } }',
    { variables: { input: { orderId: order.id, method: 'CREDIT_CARD', idempotencyKey: key } }, token },
  );
  await payAt(begun.data.beginPayment.redirectUrl);
  return subscription.id;
}

/** Logs in through the page, from wherever it asks for that. */
export async function logIn(page, username) {
  await page.getByLabel('使用者名稱或電子郵件').fill(username);
  await page.getByLabel('密碼', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '登入', exact: true }).click();
  await page.waitForURL((address) => !address.pathname.endsWith('/log-in'));
}

/** Orders a plan, up to the gateway's page. */
export async function orderAndGo(page, slug, method) {
  await page.goto(`/shop/checkout/${slug}`);
  await page.getByRole('radio', { name: method }).click();
  await page.getByRole('button', { name: /^前往付款/ }).click();
  await page.waitForURL('**/simulator/**');
}

/** Types a card at the simulator, and comes back. */
export async function payByCard(page, number = '4311-9522-2222-2222') {
  await page.waitForURL('**/simulator/**');
  if (number.startsWith('4311')) await page.getByText(number).first().click();
  else await page.locator('[name=card_number]').fill(number);
  await page.getByRole('button', { name: /付款 Pay/ }).click();
  await page.waitForURL('**/shop/orders/**');
}

/** Waits until the order's standing says this. */
export async function stands(page, status) {
  await page.locator('.standing').getByRole('heading', { name: status }).waitFor();
}
