// Looking after what was bought, and what the storefront shows when something is missing or amiss.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask } from '../clients/server.js';
import { logIn, newcomer, payByCard, stands, startShop, subscribe, VIEWS, visit } from './shop/kit.js';

const LARGEST_SCRIPT = 200 * 1024;
const LATEST_PAINT = 1500;

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop?.stop());

for (const view of VIEWS) {
  test(`${view.name}: a subscription is paused, resumed, cancelled, kept, and ended`, async () => {
    const { username, token } = await newcomer(shop.server.url);
    await subscribe(shop.server.url, token, 'starter');
    const { page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/subscriptions');
    await logIn(page, username);
    await page.getByRole('link', { name: /Starter/ }).waitFor();
    await picture('subscriptions');
    await page.getByRole('link', { name: /Starter/ }).click();
    await page.getByRole('switch', { name: /自動續訂/ }).waitFor();
    await picture('subscription');

    await page.getByRole('switch', { name: /自動續訂/ }).click();
    await page.getByText('用到這一期結束為止。').waitFor();
    await page.getByRole('switch', { name: /自動續訂/ }).click();
    await page.getByText('到期前會開立下一期訂單。').waitFor();

    await page.getByRole('button', { name: '暫停' }).click();
    await page.getByRole('dialog').waitFor();
    await picture('subscription-pause-asked');
    await page.getByRole('dialog').getByRole('button', { name: '暫停' }).click();
    await page.getByText('暫停中。隨時可以恢復。').waitFor();
    await picture('subscription-paused');
    await page.getByRole('button', { name: '恢復使用' }).click();
    await page.getByRole('link', { name: '更換方案' }).waitFor();

    await page.getByRole('button', { name: '取消訂閱' }).click();
    await page.getByRole('dialog').waitFor();
    await picture('subscription-cancel-asked');
    await page.getByRole('dialog').getByRole('button', { name: '取消訂閱' }).click();
    await page.getByText(/已安排於/).waitFor();
    await picture('subscription-ending');
    await page.getByRole('button', { name: '撤回取消' }).click();
    await page.getByRole('button', { name: '取消訂閱' }).click();
    await page.getByRole('radio', { name: '立即取消' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '取消訂閱' }).click();
    await page.getByText('已取消', { exact: true }).waitFor();
    await picture('subscription-over');
    await leave();
  });

  test(`${view.name}: a plan is changed after a look at every line of its cost`, async () => {
    const { username, token } = await newcomer(shop.server.url);
    const id = await subscribe(shop.server.url, token, 'starter');
    const { page, picture, leave } = await visit(shop, view);
    await page.goto(`/shop/subscriptions/${id}/change`);
    await logIn(page, username);
    await page.getByRole('radio', { name: 'Pro', exact: true }).click();
    await page.getByText('現在要付').waitFor();
    await picture('change-preview');
    await page.getByRole('radio', { name: '下一期再換' }).click();
    await page.getByText('現在不需付款').waitFor();
    await page.getByRole('radio', { name: '立即更換' }).click();
    await page.getByRole('button', { name: /^確認並付款/ }).click();
    await page.waitForURL('**/shop/orders/**');
    await stands(page, '等待付款');
    await picture('change-order');
    await page.getByRole('button', { name: /^付款 NT/ }).click();
    await payByCard(page);
    await stands(page, '已完成');
    await page.getByRole('link', { name: '查看訂閱' }).click();
    await page.getByRole('heading', { name: 'Pro', level: 1 }).waitFor();
    await leave();
  });

  test(`${view.name}: a log-in is renewed in the background, and when it ended one is brought back`, async () => {
    const { username, token } = await newcomer(shop.server.url);
    const { page, picture, leave } = await visit(shop, view);
    await page.clock.install();
    await page.goto('/shop/orders');
    await logIn(page, username);
    await page.getByText('還沒有訂單').waitFor();
    await picture('orders-empty');

    // A quarter of an hour later the access token is over.
    const renewed = page.waitForResponse('**/auth/refresh');
    await page.clock.fastForward('16:00');
    await page.getByRole('link', { name: '訂閱', exact: true }).click();
    assert.equal((await (await renewed).json()).errors.length, 0);
    await page.getByText('還沒有訂閱').waitFor();
    await picture('subscriptions-empty');

    await ask(shop.server.url, 'mutation { logOutEverywhere { endedSessions } }', { token });
    await page.getByRole('link', { name: '帳號', exact: true }).click();
    await page.getByText('登入已到期。').waitFor();
    await picture('log-in-expired');
    await logIn(page, username);
    assert.equal(new URL(page.url()).pathname, '/shop/account');
    await leave();
  });

  test(`${view.name}: the account, in English and in the dark`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { context, page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/account');
    await logIn(page, username);
    await page.getByLabel('名字').fill('美');
    await page.getByRole('button', { name: '儲存' }).click();
    await page.getByText('已儲存').waitFor();
    await picture('account');
    const script = await page.evaluate(() => document.cookie);
    assert.doesNotMatch(script, /refresh/, 'no script can read the refresh token');
    const [kept] = (await context.cookies(new URL('/auth/refresh', shop.server.url).href)).filter(({ name }) => name === 'fabrica_refresh');
    assert.deepEqual([kept.httpOnly, kept.sameSite, kept.path], [true, 'Strict', '/auth/refresh']);

    await page.getByRole('radio', { name: 'English', exact: true }).last().click();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.getByRole('heading', { name: 'Account' }).waitFor();
    await picture('account-dark');
    await page.getByRole('button', { name: 'Log out elsewhere' }).click();
    await page.getByText('One other device was logged out.').waitFor();
    await page.getByLabel('Present password').fill('not this one');
    await page.getByLabel('New password').fill('another pass phrase');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The present password is wrong.').waitFor();
    await page.getByRole('link', { name: 'Plans' }).first().click();
    await page.getByRole('heading', { name: 'Pro', exact: true }).waitFor();
    await picture('plans-dark');
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await picture('log-in-dark');
    await leave();
  });

  test(`${view.name}: what is missing, what fails, and no network`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { context, page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/nowhere');
    await page.getByRole('heading', { name: '這裡沒有頁面' }).waitFor();
    await picture('nowhere');
    await page.goto('/shop/orders/ord_01jd0000000000000000000000');
    await logIn(page, username);
    await page.getByText('找不到這個項目').waitFor();
    await picture('order-not-found');

    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/graphql-response+json',
        headers: { 'x-request-id': 'req-walk-500' },
        body: JSON.stringify({ errors: [{ message: 'no', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req-walk-500' } }] }),
      }),
    );
    await page.goto('/shop/orders');
    await page.getByText('req-walk-500').waitFor();
    await picture('failed');
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: '再試一次' }).click();
    await page.getByText('還沒有訂單').waitFor();

    await context.setOffline(true);
    await page.getByText('目前離線。').waitFor();
    await picture('offline');
    await context.setOffline(false);
    await page.getByText('目前離線。').waitFor({ state: 'detached' });
    await leave();
  });

  test(`${view.name}: the first load is small and quick`, async () => {
    const { page, leave } = await visit(shop, view);
    let scripts = 0;
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts += Number(response.headers()['content-length']);
    });
    const paints = [];
    for (let load = 0; load < 3; load += 1) {
      const before = scripts;
      await page.goto('/shop');
      await page.getByRole('heading', { name: 'Pro', exact: true }).waitFor();
      paints.push(await page.evaluate(largestPaint));
      if (load === 0) console.log(`${view.name}: ${Math.round((scripts - before) / 1024)} KB of compressed script`);
      if (load === 0) assert.ok(scripts > 0 && scripts < LARGEST_SCRIPT, `${scripts} bytes of script`);
    }
    console.log(`${view.name}: largest paint after ${paints.map(Math.round).join(', ')} ms`);
    assert.ok(Math.min(...paints) < LATEST_PAINT, `${paints}`);
    await leave();
  });
}

/** When the largest thing of the page was painted, in milliseconds from the beginning. */
function largestPaint() {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({
      type: 'largest-contentful-paint',
      buffered: true,
    });
  });
}
