// Every example operation, each run by those who may, against the real program and by the typed client.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildSchema } from 'graphql';
import WebSocket from 'ws';
import { createClient } from '../../playground/client/dist/index.js';
import { operation, operations } from './operations.js';
import { payByCard } from './payment.js';
import { logIn, ROOT, startServer } from './server.js';

const PASSWORD = 'a long pass phrase';

const run = new Set();
/** What a scenario learnt for those after it. */
const known = {};

let server;
const people = {};

before(async () => {
  server = await startServer();
  people.nobody = connect();
  for (const name of ['mei', 'staff', 'admin']) {
    const token = await logIn(server.url, name);
    people[name] = connect(token);
  }
});
after(async () => {
  for (const client of Object.values(people)) await client.close();
  await server.stop();
});

test('every root field of the schema has an example', () => {
  const schema = buildSchema(readFileSync(path.join(ROOT, 'schema/schema.graphql'), 'utf8'));
  const shown = new Set(
    operations.flatMap(({ operation, selectionSet }) =>
      selectionSet.selections.map((field) => `${operation} ${field.name.value}`),
    ),
  );
  const missing = ['query', 'mutation', 'subscription'].flatMap((kind) => {
    const root = schema.getRootType(kind);
    return Object.keys(root.getFields())
      .map((field) => `${kind} ${field}`)
      .filter((field) => !shown.has(field));
  });
  assert.deepEqual(missing, [], 'add one to playground/operations, and a step below');
});

describe('the operations of the folder, in the order of a day at the shop', () => {
  test('a visitor looks around and opens an account', async () => {
    const { plans } = await ask('nobody', 'Plans');
    for (const { slug, id } of plans.nodes) known[slug] = id;
    const { plan } = await ask('nobody', 'Plan', { slug: 'pro' });
    assert.equal(plan.price.currency, 'TWD');
    assert.match((await ask('nobody', 'ServerVersion')).serverVersion, /^\d+\.\d+\.\d+/);
    const { rateLimit } = await ask('nobody', 'RateLimit');
    assert.ok(rateLimit.remaining < rateLimit.limit);
    const { node } = await ask('nobody', 'Node', { id: known.pro });
    assert.equal(node.slug, 'pro');
    const { nodes } = await ask('nobody', 'Nodes', { ids: [known.pro, known.starter] });
    assert.deepEqual(nodes.map(({ id }) => id), [known.pro, known.starter]);

    const person = { username: 'newcomer', email: 'newcomer@example.com', password: PASSWORD };
    const { register } = await ask('nobody', 'Register', { input: person });
    known.newcomer = register.user.id;
    const { logIn } = await ask('nobody', 'LogIn', { input: { identifier: 'newcomer', password: PASSWORD } });
    const input = { refreshToken: logIn.session.refreshToken };
    const { refreshSession } = await ask('nobody', 'RefreshSession', { input });
    people.newcomer = connect(refreshSession.session.accessToken);
  });

  test('a customer looks after their account, and leaves', async () => {
    const { updateProfile } = await ask('newcomer', 'UpdateProfile', { input: { email: 'new@example.org' } });
    assert.equal(updateProfile.user.email, 'new@example.org');
    const input = { currentPassword: PASSWORD, newPassword: 'a longer pass phrase' };
    await ask('newcomer', 'ChangePassword', { input });
    await ask('newcomer', 'LogOut');
    const { logIn } = await ask('nobody', 'LogIn', {
      input: { identifier: 'newcomer', password: 'a longer pass phrase' },
    });
    await people.newcomer.close();
    people.newcomer = connect(logIn.session.accessToken);
    await ask('newcomer', 'LogOutElsewhere');
    await ask('newcomer', 'LogOutEverywhere');
  });

  test('a customer subscribes, pays, and sees the order become COMPLETED', async () => {
    const input = { planId: known.pro };
    const { createSubscription } = await ask('mei', 'CreateSubscription', { input });
    const orderId = createSubscription.order.id;
    known.subscription = createSubscription.subscription.id;
    const { beginPayment } = await ask('mei', 'BeginPayment', { input: { orderId, method: 'CREDIT_CARD' } });
    known.payment = beginPayment.payment.id;

    const seen = [];
    for await (const { orderStatusChanged } of watch('mei', 'OrderStatusChanged', { orderId })) {
      if (seen.length === 0) await payByCard(beginPayment.form);
      seen.push(orderStatusChanged.status);
      if (orderStatusChanged.status === 'COMPLETED') break;
    }
    assert.deepEqual(seen, ['PROCESSING', 'PAID', 'COMPLETED']);

    const { order } = await ask('mei', 'Order', { id: orderId });
    assert.equal(order.status, 'COMPLETED');
    const { payment } = await ask('mei', 'Payment', { id: known.payment });
    assert.equal(payment.status, 'PAID');
    const { subscription } = await ask('mei', 'Subscription', { id: known.subscription });
    assert.equal(subscription.status, 'ACTIVE');
    const { me } = await ask('mei', 'MyInvoices');
    const { invoice } = await ask('mei', 'Invoice', { id: me.invoices.nodes[0].id });
    assert.deepEqual(invoice.total, order.total);
    known.mei = (await ask('mei', 'Me')).me.id;
  });

  test('a customer looks at a smaller plan, and changes to it', async () => {
    const { pro, starter } = known;
    const wanted = { subscriptionId: known.subscription, planId: starter };
    const { previewPlanChange: seen } = await ask('mei', 'PreviewPlanChange', { input: wanted });
    assert.equal(seen.due.amount, '0');
    const input = { ...wanted, previewToken: seen.previewToken };
    const { changePlan } = await ask('mei', 'ChangePlan', { input });
    assert.equal(changePlan.order.status, 'COMPLETED');
    assert.equal(changePlan.subscription.plan.id, starter);
    assert.deepEqual(changePlan.subscription.credit, seen.credit);
    assert.ok(Number(seen.credit.amount) > 0 && pro !== starter);
  });

  test('a customer pauses a subscription, and decides whether it goes on', async () => {
    const subscriptionId = known.subscription;
    const { subscription } = await ask('mei', 'SubscriptionOutlook', { id: subscriptionId });
    assert.equal(subscription.hasAccess, true);
    assert.equal(subscription.periods.totalCount, 1);
    assert.equal(subscription.nextRenewal.periodStart, subscription.paidUntil);
    const off = await ask('mei', 'SetAutoRenew', { input: { subscriptionId, autoRenew: false } });
    assert.equal(off.setAutoRenew.subscription.autoRenew, false);
    const cancelled = await ask('mei', 'CancelSubscription', { input: { subscriptionId, at: 'PERIOD_END' } });
    assert.equal(cancelled.cancelSubscription.subscription.cancelAtPeriodEnd, true);
    await ask('mei', 'ResumeSubscription', { input: { subscriptionId } });

    const seen = [];
    for await (const { planSubscriptionStatusChanged } of watch('mei', 'SubscriptionStatusChanged', { subscriptionId })) {
      if (seen.length === 0) await ask('mei', 'PauseSubscription', { input: { subscriptionId } });
      seen.push(planSubscriptionStatusChanged.status);
      if (planSubscriptionStatusChanged.status === 'PAUSED') break;
    }
    assert.deepEqual(seen, ['ACTIVE', 'PAUSED']);
    const { resumeSubscription } = await ask('mei', 'ResumeSubscription', { input: { subscriptionId } });
    assert.equal(resumeSubscription.subscription.status, 'ACTIVE');
  });

  test('a customer orders, and thinks better of it', async () => {
    const { createOrder } = await ask('mei', 'CreateOrder', { input: { planId: known.lifetime } });
    const { cancelOrder } = await ask('mei', 'CancelOrder', { input: { orderId: createOrder.order.id } });
    assert.equal(cancelOrder.order.status, 'CANCELLED');
  });

  test('staff run the shop', async () => {
    const { users } = await ask('staff', 'StaffUsers');
    assert.ok(users.nodes.some(({ id }) => id === known.mei));
    assert.equal((await ask('staff', 'StaffUser', { id: known.mei })).user.username, 'mei');
    assert.equal((await ask('staff', 'StaffOrders')).orders.totalCount, 3);
    assert.equal((await ask('staff', 'StaffSubscriptions')).subscriptions.totalCount, 1);
    assert.equal((await ask('staff', 'StaffInvoices')).invoices.totalCount, 1);
    assert.equal((await ask('staff', 'StaffPayments')).payments.totalCount, 1);
    assert.ok((await ask('staff', 'StaffAuditLog')).auditLog.totalCount > 0);

    const { jobs } = await ask('staff', 'StaffJobs');
    assert.ok(jobs.some(({ name }) => name === 'renew_subscriptions'));
    const { runJob } = await ask('staff', 'RunJob', { input: { name: 'renew_subscriptions' } });
    assert.equal(runJob.job.name, 'renew_subscriptions');
    assert.equal((await ask('staff', 'StaffParkedSubscriptions')).subscriptions.totalCount, 0);
    // None is parked, so that a retry is refused; it is asked for all the same.
    run.add('RetrySubscription');
    const sound = { subscriptionId: known.subscription };
    const refused = await people.staff.request(operation('RetrySubscription'), { input: sound });
    assert.equal(refused.retrySubscription.errors[0].code, 'INVALID_STATE');

    const price = { amount: '899', currency: 'TWD' };
    const input = { slug: 'studio', name: 'Studio', price, billingCycle: 'MONTHLY' };
    const { id: planId } = (await ask('staff', 'CreatePlan', { input })).createPlan.plan;
    const dearer = { planId, price: { amount: '999', currency: 'TWD' } };
    assert.equal((await ask('staff', 'UpdatePlan', { input: dearer })).updatePlan.plan.price.amount, '999');
    assert.equal((await ask('staff', 'ArchivePlan', { input: { planId } })).archivePlan.plan.isActive, false);
    const paused = { subscriptionId: known.subscription, status: 'PAUSED' };
    const { updateSubscriptionStatus } = await ask('staff', 'UpdateSubscriptionStatus', { input: paused });
    assert.equal(updateSubscriptionStatus.subscription.status, 'PAUSED');
  });

  test('staff give money back', async () => {
    const part = (amount) => ({ paymentId: known.payment, amount: { amount, currency: 'TWD' } });
    const { refundPreview } = await ask('staff', 'RefundPreview', { input: { ...part('1'), isManual: true } });
    assert.equal(refundPreview.preview.kind, 'MANUAL');
    const asked = { reason: 'The lid was loose', isManual: true };
    const { refundPayment } = await ask('staff', 'RefundPayment', { input: { ...part('1'), ...asked } });
    assert.equal(refundPayment.refund.status, 'AWAITING_STAFF');
    const input = { refundId: refundPayment.refund.id, reference: '20261121-0042', note: 'To the account on file' };
    const { completeManualRefund } = await ask('staff', 'CompleteManualRefund', { input });
    assert.equal(completeManualRefund.refund.status, 'SUCCEEDED');
    const { refund } = await ask('mei', 'Refund', { id: refundPayment.refund.id });
    assert.match(refund.creditNote.number, /^CN-\d{4}-000001$/);

    const other = (await ask('staff', 'RefundPayment', { input: { ...part('2'), ...asked } })).refundPayment.refund;
    const { cancelRefund } = await ask('staff', 'CancelRefund', { input: { refundId: other.id } });
    assert.equal(cancelRefund.refund.status, 'CANCELLED');
    assert.equal((await ask('staff', 'StaffRefunds')).refunds.totalCount, 2);
  });

  test('a customer shows that an address is theirs, and forgets a password', async () => {
    const person = { username: 'passerby', email: 'passerby@example.com', password: PASSWORD };
    await ask('nobody', 'Register', { input: person });
    const { logIn } = await ask('nobody', 'LogIn', { input: { identifier: 'passerby', password: PASSWORD } });
    people.passerby = connect(logIn.session.accessToken);
    const { requestEmailCode } = await ask('passerby', 'RequestEmailCode');
    assert.ok(requestEmailCode.expiresAt);
    await refused('passerby', 'VerifyEmail', { input: { code: '000000' } }, 'verifyEmail', 'CODE_INVALID');
    const { requestPasswordReset } = await ask('nobody', 'RequestPasswordReset', { input: { email: 'nobody@example.org' } });
    assert.equal(requestPasswordReset.accepted, true);
    const input = { token: `fp_${'0'.repeat(26)}`, newPassword: 'a longer pass phrase' };
    await refused('nobody', 'ResetPassword', { input }, 'resetPassword', 'CODE_INVALID');
  });

  test('staff read the books, and what needs a person', async () => {
    const { trialBalance } = await ask('staff', 'TrialBalance');
    assert.ok(trialBalance.totals.every(({ debits, credits }) => debits.amount === credits.amount));
    assert.ok((await ask('staff', 'LedgerEntries')).ledgerEntries.nodes.length > 0);
    const days = { from: '2020-01-01', to: '2020-01-31' };
    assert.deepEqual((await ask('staff', 'Reconciliation', days)).reconciliation.pairs, []);
    assert.equal((await ask('staff', 'DeadLetters')).outbox.nodes.length, 0);
    assert.equal((await ask('staff', 'PaymentsNeedingAttention')).paymentsNeedingAttention.totalCount, 0);
    // Nothing is wrong here, so that what mends it is refused.
    const settled = { paymentId: known.payment, note: 'As it was' };
    await refused('staff', 'AcceptLatePayment', { input: settled }, 'acceptLatePayment', 'INVALID_STATE');
    await refused('staff', 'CreditLatePayment', { input: settled }, 'creditLatePayment', 'INVALID_STATE');
    const verdict = { ...settled, verdict: 'ACCEPT' };
    await refused('staff', 'ResolvePayment', { input: verdict }, 'resolvePayment', 'INVALID_STATE');
    run.add('RetryDelivery');
    const unknown = { input: { deliveryId: 'dlv_01jd0000000000000000000000' } };
    await assert.rejects(people.staff.request(operation('RetryDelivery'), unknown), { code: 'NOT_FOUND' });
  });

  test('staff let a month go by for one customer', async () => {
    const { createTestClock } = await ask('staff', 'CreateTestClock', { input: { name: 'A month' } });
    const { id: testClockId, shows } = createTestClock.testClock;
    const attached = { userId: known.newcomer, testClockId };
    const { attachToTestClock } = await ask('staff', 'AttachToTestClock', { input: attached });
    assert.equal(attachToTestClock.user.testClock.shows, shows);
    const to = new Date(Date.parse(shows) + 31 * 86_400_000).toISOString();
    await ask('staff', 'AdvanceTestClock', { input: { testClockId, to } });
    let testClock;
    do {
      ({ testClock } = await ask('staff', 'TestClock', { id: testClockId }));
    } while (testClock.status === 'MOVING');
    assert.equal(Date.parse(testClock.shows), Date.parse(to));
    assert.equal(testClock.customers.nodes[0].id, known.newcomer);
    assert.equal((await ask('staff', 'TestClocks')).testClocks.totalCount, 1);
  });

  test('an administrator looks after people', async () => {
    const colleague = { username: 'colleague', email: 'colleague@example.com', password: PASSWORD };
    const { user } = (await ask('admin', 'CreateUser', { input: colleague })).createUser;
    const { updateUser } = await ask('admin', 'UpdateUser', { input: { userId: user.id, role: 'STAFF' } });
    assert.equal(updateUser.user.role, 'STAFF');
    await ask('admin', 'DeactivateUser', { input: { userId: user.id } });
    const { eraseUser } = await ask('admin', 'EraseUser', { input: { userId: known.newcomer } });
    assert.equal(eraseUser.erasedUserId, known.newcomer);
  });

  test('and none was forgotten', () => {
    const left = operations.map(({ name }) => name.value).filter((name) => !run.has(name));
    assert.deepEqual(left, [], 'an operation of playground/operations is not run above');
  });
});

function connect(token) {
  return createClient({ url: server.url, accessToken: () => token, retries: 0, webSocket: WebSocket });
}

/** The data of an answer without any error, in which each root field has something. */
async function ask(who, name, variables) {
  run.add(name);
  const data = await people[who].request(operation(name), variables);
  check(data);
  return data;
}

/** What is asked for where it cannot be given: the payload says so. */
async function refused(who, name, variables, field, code) {
  run.add(name);
  const data = await people[who].request(operation(name), variables);
  assert.equal(data[field].errors[0]?.code, code);
}

async function* watch(who, name, variables) {
  run.add(name);
  for await (const data of people[who].subscribe(operation(name), variables)) {
    check(data);
    yield data;
  }
}

function check(data) {
  for (const [field, value] of Object.entries(data)) {
    assert.ok(value !== null && value !== undefined, `${field} is empty`);
    assert.deepEqual(value.errors ?? [], []);
  }
}
