// A plan is chosen: what it comes to, how to pay, and on to the gateway.
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct, useRead } from '../api/hooks';
import { usePay } from '../api/pay';
import { isNothing, money } from '../format';
import { BuyDocument, PlanDocument, type PlanQuery, SubscribeDocument } from '../generated/graphql';
import { BackLink, Button, ButtonLink, Card, Fact, Facts, Notice, Screen } from '../parts/basics';
import { Methods, Toggle } from '../parts/choices';
import { Empty, Shown, Troubled } from '../parts/states';
import { type Method, useWords } from '../texts';

export function Checkout() {
  const words = useWords();
  const { slug } = useParams({ from: '/inside/checkout/$slug' });
  const read = useRead(PlanDocument, { slug });
  return (
    <Screen
      title={words.checkout.title}
      isNarrow
      back={<BackLink to="/">{words.nav.plans}</BackLink>}
    >
      <Shown read={read}>
        {({ plan }) =>
          plan ? (
            <Purchase plan={plan} />
          ) : (
            <Empty
              icon="plans"
              title={words.missingTitle}
              text={words.errors.PLAN_NOT_FOR_SALE ?? ''}
              action={<ButtonLink to="/">{words.goHome}</ButtonLink>}
            />
          )
        }
      </Shown>
    </Screen>
  );
}

function Purchase({ plan }: { plan: NonNullable<PlanQuery['plan']> }) {
  const words = useWords();
  const navigate = useNavigate();
  const subscribe = useAct(SubscribeDocument);
  const buy = useAct(BuyDocument);
  const payment = usePay();
  const [method, setMethod] = useState<Method>('CREDIT_CARD');
  const [autoRenew, setAutoRenew] = useState(true);
  /** Made once: pressing again pays this one and orders no second. */
  const [orderId, setOrderId] = useState<string>();
  const isOnce = plan.billingCycle === 'ONE_TIME';
  const isFree = isNothing(plan.price);
  const isBusy = subscribe.isBusy || buy.isBusy || payment.isBusy;

  async function order() {
    if (isOnce) return (await buy.run({ input: { planId: plan.id } }, (data) => data.createOrder))?.order;
    const input = { planId: plan.id, autoRenew };
    return (await subscribe.run({ input }, (data) => data.createSubscription))?.order;
  }

  async function confirm() {
    if (orderId) return void (await payment.pay(orderId, method));
    const placed = await order();
    if (!placed) return;
    if (placed.status === 'COMPLETED') return navigate({ to: '/orders/$id', params: { id: placed.id } });
    setOrderId(placed.id);
    await payment.pay(placed.id, method);
  }

  const isThere = subscribe.trouble.errors.some(({ code }) => code === 'ALREADY_SUBSCRIBED');
  return (
    <>
      <Card>
        <div className="plan-name">
          <h2>{plan.name}</h2>
          <p className="price small">
            <strong>{isFree ? words.plans.free : money(plan.price)}</strong>{' '}
            {!isFree && <span>{words.perCycle(words.cycles[plan.billingCycle])}</span>}
          </p>
        </div>
        <p className="plan-text">{plan.description}</p>
        {!isOnce && (
          <Toggle
            label={words.checkout.autoRenew}
            hint={words.checkout.autoRenewHint}
            isOn={autoRenew}
            isBusy={orderId !== undefined}
            onTurn={setAutoRenew}
          />
        )}
      </Card>
      {!isFree && (
        <Card title={words.checkout.methodTitle}>
          <Methods value={method} onChoose={setMethod} />
        </Card>
      )}
      <Troubled trouble={subscribe.trouble} />
      <Troubled trouble={buy.trouble} />
      <Troubled trouble={payment.trouble} />
      {isThere && (
        <p>
          <Link to="/subscriptions">{words.checkout.mySubscriptions}</Link>
        </p>
      )}
      <div className="pay-bar">
        <Facts>
          <Fact name={words.checkout.total}>
            <strong className="total">{isFree ? words.plans.free : money(plan.price)}</strong>
          </Fact>
        </Facts>
        <Button isBusy={isBusy} onClick={() => void confirm()}>
          {isFree ? words.checkout.confirmFree : words.checkout.confirm(money(plan.price))}
        </Button>
      </div>
      {payment.isLeaving ? (
        <Notice tone="busy">{words.checkout.leaving}</Notice>
      ) : (
        !isFree && <p className="hint centred">{words.checkout.secure}</p>
      )}
      {orderId && !payment.isLeaving && (
        <p className="centred">
          <Link to="/orders/$id" params={{ id: orderId }}>
            {words.checkout.already}
          </Link>
        </p>
      )}
    </>
  );
}
