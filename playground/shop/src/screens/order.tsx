// One order: how it stands, what to do, what happened. It follows the order live.
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct, useLive, useRead } from '../api/hooks';
import { usePay } from '../api/pay';
import { money, moment } from '../format';
import { CancelOrderDocument, OrderDocument, OrderMovesDocument, type OrderQuery } from '../generated/graphql';
import { Ask } from '../parts/ask';
import { BackLink, Button, Card, Fact, Facts, Notice, Screen } from '../parts/basics';
import { Methods } from '../parts/choices';
import { Icon } from '../parts/icons';
import { PayCode } from '../parts/pay_code';
import { PricedLines } from '../parts/priced_lines';
import { Empty, Shown, Troubled } from '../parts/states';
import { Timeline } from '../parts/timeline';
import { toneOfOrder } from '../parts/tones';
import { type Method, useLanguage, useWords } from '../texts';

export type OrderData = NonNullable<OrderQuery['order']>;

export function Order() {
  const words = useWords();
  const { id } = useParams({ from: '/inside/orders/$id' });
  const read = useRead(OrderDocument, { id });
  useLive(OrderMovesDocument, { orderId: id }, () => {
    if (read.status !== 'loading') read.again();
  });
  const back = <BackLink to="/orders">{words.orders.title}</BackLink>;
  return (
    <Shown read={read} skeleton={<Screen title={words.orders.title} back={back}>{<Loading />}</Screen>}>
      {({ order }, again) => {
        if (order) return <Whole order={order} again={again} />;
        return <Empty icon="orders" title={words.missingTitle} text={words.failures.NOT_FOUND} />;
      }}
    </Shown>
  );
}

function Loading() {
  return (
    <div className="skeleton">
      <div className="card">
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}

const PAYABLE: readonly OrderData['status'][] = ['PENDING', 'AWAITING_PAYMENT', 'PROCESSING', 'FAILED'];

function Whole({ order, again }: { order: OrderData; again: () => void }) {
  const { words, language } = useLanguage();
  const isPayable = PAYABLE.includes(order.status);
  const waiting = order.payments.findLast(({ status }) => status === 'AWAITING_PAYMENT');
  const subscription = order.lines.find((line) => line.subscription)?.subscription;
  return (
    <Screen
      title={words.order.title(order.number)}
      back={<BackLink to="/orders">{words.orders.title}</BackLink>}
    >
      <div className="two">
        <div className="stack">
          <div className={`standing ${toneOfOrder(order.status)}`} role="status" aria-live="polite">
            <Icon name={iconOf(order.status)} />
            <div>
              <h2>{words.order.statuses[order.status]}</h2>
              <p>{words.order.says[order.status]}</p>
            </div>
          </div>
          {isPayable && waiting?.code && <PayCode code={waiting.code} amount={order.total} method={waiting.method} />}
          {isPayable && <PayPanel order={order} isAlternative={Boolean(waiting?.code) || order.status === 'PROCESSING'} />}
          <Card title={words.order.lines}>
            <PricedLines lines={order.lines} sum={words.order.total} total={money(order.total)} />
          </Card>
        </div>
        <div className="stack">
          <Timeline order={order} />
          <Card>
            <Facts>
              <Fact name={words.orders.placed}>{moment(order.placedAt, language)}</Fact>
              {subscription && (
                <Fact name={words.subscriptions.title}>
                  <Link to="/subscriptions/$id" params={{ id: subscription.id }}>
                    {words.order.subscription}
                  </Link>
                </Fact>
              )}
            </Facts>
            {order.invoice && (
              <a className="button quiet" href={order.invoice.pdfUrl} target="_blank" rel="noreferrer">
                <Icon name="file" />
                {words.order.invoicePdf(order.invoice.number)}
              </a>
            )}
            {isPayable && <Cancel order={order} again={again} />}
          </Card>
        </div>
      </div>
    </Screen>
  );
}

function iconOf(status: OrderData['status']) {
  const tone = toneOfOrder(status);
  if (tone === 'good') return 'check';
  return tone === 'bad' ? 'warning' : tone === 'busy' ? 'clock' : 'cross';
}

/** Pays, or pays another way while an attempt still runs. */
function PayPanel({ order, isAlternative }: { order: OrderData; isAlternative: boolean }) {
  const { words, language } = useLanguage();
  const { pay, isBusy, isLeaving, trouble } = usePay();
  const [method, setMethod] = useState<Method>('CREDIT_CARD');
  const inside = (
    <>
      <Methods value={method} onChoose={setMethod} />
      <Troubled trouble={trouble} />
      <Button isBusy={isBusy} onClick={() => void pay(order.id, method)}>
        {words.order.pay(money(order.total))}
      </Button>
      {isLeaving && <Notice tone="busy">{words.checkout.leaving}</Notice>}
    </>
  );
  if (isAlternative) {
    return (
      <details className="card other-way">
        <summary>{words.order.payOther}</summary>
        <div className="stack">{inside}</div>
      </details>
    );
  }
  return (
    <Card title={order.status === 'FAILED' ? words.order.payAgainTitle : words.order.payTitle}>
      <p className="hint">{words.order.payUntil(moment(order.expiresAt, language))}</p>
      {inside}
    </Card>
  );
}

function Cancel({ order, again }: { order: OrderData; again: () => void }) {
  const words = useWords();
  const { run, isBusy, trouble } = useAct(CancelOrderDocument);
  async function cancel() {
    const done = await run({ input: { orderId: order.id } }, (data) => data.cancelOrder);
    if (done) again();
    return done !== undefined;
  }
  return (
    <Ask
      trigger={<Button look="plain">{words.order.cancel}</Button>}
      title={words.order.cancelAsk}
      text={words.order.cancelText}
      no={words.order.cancelNo}
      yes={words.order.cancelYes}
      look="danger"
      isBusy={isBusy}
      act={cancel}
    >
      <Troubled trouble={trouble} />
    </Ask>
  );
}
