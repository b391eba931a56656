// What happened to an order, and what happens next.
import { money, moment } from '../format';
import type { OrderData } from '../screens/order';
import { useLanguage, type Words } from '../texts';
import { Card } from './basics';
import { Icon } from './icons';

interface Happening {
  at: string;
  text: string;
  isBad?: boolean;
}

export function Timeline({ order }: { order: OrderData }) {
  const { words, language } = useLanguage();
  const next = nextOf(order, words);
  return (
    <Card title={words.order.timeline}>
      <ol className="timeline">
        {happenings(order, words).map(({ at, text, isBad }) => (
          <li key={`${at} ${text}`} className={isBad ? 'bad' : 'done'}>
            <span className="mark">
              <Icon name={isBad ? 'cross' : 'check'} />
            </span>
            <span>
              {text}
              <time dateTime={at}>{moment(at, language)}</time>
            </span>
          </li>
        ))}
        {next && (
          <li className="next">
            <span className="mark" />
            <span>{next}</span>
          </li>
        )}
      </ol>
    </Card>
  );
}

function happenings(order: OrderData, words: Words): Happening[] {
  const told = words.order;
  const all: Happening[] = [{ at: order.placedAt, text: told.placedEvent }];
  for (const payment of order.payments) {
    const method = words.methodNames[payment.method];
    // What costs nothing is never paid.
    if (payment.method === 'FREE') continue;
    all.push({ at: payment.createdAt, text: told.begunEvent(method) });
    if (payment.code) all.push({ at: payment.createdAt, text: told.codeEvent });
    // The instant of a refusal is not told by the gateway: it stands behind its attempt.
    if (payment.status === 'FAILED') all.push({ at: payment.createdAt, text: told.failedEvent(method), isBad: true });
    if (payment.status === 'EXPIRED') all.push({ at: payment.expiresAt, text: told.expiredAttemptEvent(method), isBad: true });
    // The gateway's clock knows no fractions, and may be behind ours.
    if (payment.paidAt) all.push({ at: later(payment.paidAt, payment.createdAt), text: told.paidEvent });
    for (const refund of payment.refunds) {
      if (refund.completedAt) all.push({ at: refund.completedAt, text: told.refundEvent(money(refund.amount)) });
    }
  }
  if (order.invoice) all.push({ at: order.invoice.issuedAt, text: told.invoicedEvent(order.invoice.number) });
  if (order.cancelledAt) all.push({ at: order.cancelledAt, text: told.cancelledEvent, isBad: true });
  if (order.status === 'EXPIRED') all.push({ at: order.expiresAt, text: told.expiredEvent, isBad: true });
  // Stable: what has the same time stays in its order.
  return all.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function later(one: string, other: string): string {
  return Date.parse(one) < Date.parse(other) ? other : one;
}

function nextOf({ status }: OrderData, words: Words): string | undefined {
  const { next } = words.order;
  switch (status) {
    case 'PENDING':
    case 'FAILED':
      return next.pay;
    case 'AWAITING_PAYMENT':
      return next.payAtCounter;
    case 'PROCESSING':
      return next.confirm;
    case 'PAID':
      return next.open;
    default:
      return undefined;
  }
}
