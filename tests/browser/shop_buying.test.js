// Buying at the storefront, as people do: each walk on a phone and at a desk. Pictures are left in test-artefacts/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logIn, newcomer, orderAndGo, payByCard, stands, startShop, VIEWS, visit } from './shop/kit.js';

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop?.stop());

for (const view of VIEWS) {
  test(`${view.name}: a stranger registers, verifies, buys by card, and the order turns paid by itself`, async () => {
    const { context, page, picture, leave } = await visit(shop, view);
    const shown = await page.goto('/shop');
    assert.match(shown.headers()['content-security-policy'], /^default-src 'none'; script-src 'self';/);
    await page.getByRole('heading', { name: 'Pro', exact: true }).waitFor();
    await picture('plans');
    await page.getByRole('link', { name: '選擇 Pro', exact: true }).click();
    await page.getByRole('heading', { name: '登入' }).waitFor();
    await picture('log-in');

    await page.getByRole('link', { name: '建立帳號' }).click();
    const username = `lin-${view.name}`;
    await page.getByLabel('使用者名稱').fill('x');
    await page.getByLabel('電子郵件').fill(`${username}@example.com`);
    await page.getByLabel('密碼').fill('a long pass phrase');
    await page.getByRole('button', { name: '建立帳號' }).click();
    await page.getByRole('alert').first().waitFor();
    await picture('register-refused');
    await page.getByLabel('使用者名稱').fill(username);
    await page.getByRole('button', { name: '建立帳號' }).click();

    await page.getByRole('heading', { name: '驗證電子郵件' }).waitFor();
    await picture('verify');
    await page.getByLabel('驗證碼').fill(await mailedCode(shop.server.url, username));
    await page.getByRole('button', { name: '驗證', exact: true }).click();
    await page.getByRole('heading', { name: '電子郵件已驗證' }).waitFor();
    await page.getByRole('button', { name: '繼續' }).click();

    await page.waitForURL('**/shop/checkout/pro');
    await page.getByRole('heading', { name: '確認訂購' }).waitFor();
    await page.getByRole('radio', { name: 'ATM' }).waitFor();
    await picture('checkout');
    await page.getByRole('radio', { name: '信用卡' }).click();
    await page.getByRole('button', { name: '前往付款 NT$899' }).click();
    await page.waitForURL('**/simulator/**');

    // Another tab of this browser is logged in by the cookie, and watches.
    const watching = await context.newPage();
    await watching.goto('/shop/orders');
    await watching.getByRole('link', { name: /ORD-/ }).click();
    await stands(watching, '確認付款中');
    await payByCard(page);
    await stands(page, '已完成');
    await stands(watching, '已完成');
    await picture('order-completed');

    const invoice = page.getByRole('link', { name: /帳單 INV-/ });
    const pdf = await context.request.get(await invoice.getAttribute('href'));
    assert.equal(pdf.headers()['content-type'], 'application/pdf');
    await page.getByRole('link', { name: '訂單', exact: true }).first().click();
    await page.getByText('已完成').waitFor();
    await picture('orders');
    await leave();
  });

  test(`${view.name}: a code for the ATM, paid later while the page is open`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { context, page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/log-in');
    await logIn(page, username);
    await orderAndGo(page, 'starter', 'ATM 轉帳');
    const trade = await tradeOf(page);
    await page.getByRole('button', { name: /返回商店/ }).click();
    await page.waitForURL('**/shop/orders/**');
    await stands(page, '等待繳費');
    await page.getByText('剩餘時間').waitFor();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: '複製 轉帳帳號' }).click();
    await page.getByText('已複製').waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\d{14,16}$/);
    await picture('order-atm');
    await payLater(context, trade);
    await stands(page, '已完成');
    await picture('order-atm-paid');
    await leave();
  });

  test(`${view.name}: three bar codes that a store can scan`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/log-in');
    await logIn(page, username);
    await orderAndGo(page, 'pro', '超商條碼');
    await page.getByRole('button', { name: /返回商店/ }).click();
    await stands(page, '等待繳費');
    assert.equal(await page.locator('.barcode svg rect').count() > 60, true);
    await picture('order-barcode');

    await orderAndGo(page, 'starter', '超商代碼');
    await page.getByRole('button', { name: /返回商店/ }).click();
    await stands(page, '等待繳費');
    await picture('order-store-code');
    await page.getByRole('button', { name: '取消訂單' }).click();
    await page.getByRole('dialog').waitFor();
    await picture('order-cancel-asked');
    await page.getByRole('dialog').getByRole('button', { name: '取消訂單' }).click();
    await stands(page, '已取消');
    await picture('order-cancelled');
    await leave();
  });

  test(`${view.name}: a card that is declined, and then a good one`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/log-in');
    await logIn(page, username);
    await orderAndGo(page, 'lifetime', '信用卡');
    await payByCard(page, '4000-1234-5678-9010');
    await stands(page, '付款未成功');
    await picture('order-declined');
    await page.getByRole('button', { name: '付款 NT$12,800' }).click();
    await payByCard(page);
    await stands(page, '已完成');
    await picture('order-declined-then-paid');
    await leave();
  });

  test(`${view.name}: the server is started anew while an order is open, which turns paid all the same`, async () => {
    const { username } = await newcomer(shop.server.url);
    const { context, page, picture, leave } = await visit(shop, view);
    await page.goto('/shop/log-in');
    await logIn(page, username);
    await orderAndGo(page, 'weekly-pass', 'ATM 轉帳');
    const trade = await tradeOf(page);
    await page.getByRole('button', { name: /返回商店/ }).click();
    await stands(page, '等待繳費');
    await shop.server.restart(async () => {
      // What was read stays on the screen.
      await stands(page, '等待繳費');
    });
    await payLater(context, trade);
    await stands(page, '已完成');
    await picture('order-after-restart');
    await leave();
  });
}

/** The page of a code at the gateway, which the browser reached by a form. */
async function tradeOf(page) {
  const pay = await page.locator('form[action$="/pay"]').getAttribute('action');
  return new URL(pay.replace(/\/pay$/, ''), page.url()).href;
}

/** Somebody goes to the ATM. */
async function payLater(context, address) {
  const gateway = await context.newPage();
  await gateway.goto(address);
  await gateway.getByRole('button', { name: /立即繳費/ }).click();
  await gateway.close();
}

/** The six digits of the newest mail to somebody, from the mailbox of development. */
async function mailedCode(url, name) {
  for (let tries = 0; tries < 60; tries += 1) {
    const list = await (await fetch(new URL('/dev/mailbox', url))).text();
    for (const [, id] of list.matchAll(/href="\/dev\/mailbox\/([^"/]+)"/g)) {
      const mail = await (await fetch(new URL(`/dev/mailbox/${id}`, url))).text();
      const code = mail.includes(`${name}@example.com`) && mail.match(/\b\d{6}\b/)?.[0];
      if (code) return code;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no mail came for ${name}`);
}
