// One subscription: what it gives, what comes next, and what can be done about it.
import { Link, useParams } from '@tanstack/react-router';
import { useAct, useLive, useRead } from '../api/hooks';
import { day, isNothing, money, period } from '../format';
import {
  ResumeSubscriptionDocument,
  SetAutoRenewDocument,
  SubscriptionDocument,
  SubscriptionMovesDocument,
  type SubscriptionQuery,
} from '../generated/graphql';
import { BackLink, Badge, Button, ButtonLink, Card, Fact, Facts, Notice, Screen } from '../parts/basics';
import { Toggle } from '../parts/choices';
import { Empty, Shown, Troubled } from '../parts/states';
import { CancelIt, PauseIt } from '../parts/subscription_acts';
import { toneOfSubscription } from '../parts/tones';
import { useLanguage, useWords } from '../texts';

export type SubscriptionData = NonNullable<SubscriptionQuery['subscription']>;

export function Subscription() {
  const words = useWords();
  const { id } = useParams({ from: '/inside/subscriptions/$id' });
  const read = useRead(SubscriptionDocument, { id });
  useLive(SubscriptionMovesDocument, { subscriptionId: id }, () => {
    if (read.status !== 'loading') read.again();
  });
  return (
    <Shown read={read}>
      {({ subscription }, again) =>
        subscription ? (
          <Whole subscription={subscription} again={again} />
        ) : (
          <Empty icon="subscriptions" title={words.missingTitle} text={words.failures.NOT_FOUND} />
        )
      }
    </Shown>
  );
}

function Whole({ subscription, again }: { subscription: SubscriptionData; again: () => void }) {
  const { words, language } = useLanguage();
  const told = words.subscription;
  const { status, terms, nextRenewal, currentPeriodStart, currentPeriodEnd } = subscription;
  const isOver = status === 'CANCELLED' || status === 'EXPIRED';
  return (
    <Screen
      title={subscription.plan.name}
      lead={`${money(terms.price)} ${words.perCycle(words.cycles[terms.billingCycle])}`}
      back={<BackLink to="/subscriptions">{words.subscriptions.title}</BackLink>}
      aside={<Badge tone={toneOfSubscription(status)}>{words.subscriptions.statuses[status]}</Badge>}
    >
      <div className="two">
        <div className="stack">
          <Standing subscription={subscription} />
          <Card>
            <Facts>
              {isOver && subscription.endedAt && (
                <Fact name={words.subscriptions.over}>{day(subscription.endedAt, language)}</Fact>
              )}
              {!isOver && currentPeriodStart && currentPeriodEnd && (
                <Fact name={told.period}>
                  {period(currentPeriodStart, currentPeriodEnd, language)}
                </Fact>
              )}
              {nextRenewal ? (
                <Fact name={told.nextCharge}>
                  {told.nextChargeText(money(nextRenewal.amount), day(nextRenewal.periodStart, language))}
                  {!nextRenewal.order && <small>{told.nextOrderOn(day(nextRenewal.orderedAt, language))}</small>}
                </Fact>
              ) : (
                !isOver && status !== 'PENDING' && status !== 'PAUSED' && <Fact name={told.nextCharge}>{told.noRenewal}</Fact>
              )}
              {!isNothing(subscription.credit) && <Fact name={told.credit}>{money(subscription.credit)}</Fact>}
            </Facts>
            {nextRenewal?.order && nextRenewal.order.status !== 'COMPLETED' && (
              <ButtonLink to="/orders/$id" params={{ id: nextRenewal.order.id }}>
                {told.payNow}
              </ButtonLink>
            )}
          </Card>
          <Periods subscription={subscription} />
        </div>
        {!isOver && status !== 'PENDING' && (
          <div className="stack">
            <Acts subscription={subscription} again={again} />
          </div>
        )}
      </div>
    </Screen>
  );
}

/** A sentence about what is unusual. */
function Standing({ subscription }: { subscription: SubscriptionData }) {
  const { words, language } = useLanguage();
  const told = words.subscription;
  const { status, cancelAtPeriodEnd, currentPeriodEnd, nextTerms, resumeAt } = subscription;
  if (status === 'PENDING') {
    return (
      <Notice tone="busy">
        <p>{told.pendingPay}</p>
        <Link to="/orders">{told.myOrders}</Link>
      </Notice>
    );
  }
  if (status === 'PAST_DUE') return <Notice tone="bad">{told.pastDue}</Notice>;
  if (status === 'PAUSED') return <Notice tone="busy">{told.paused(resumeAt ? day(resumeAt, language) : undefined)}</Notice>;
  if (cancelAtPeriodEnd && currentPeriodEnd) {
    return <Notice tone="busy">{told.cancelling(day(currentPeriodEnd, language))}</Notice>;
  }
  if (nextTerms) {
    const amount = `${money(nextTerms.price)} ${words.perCycle(words.cycles[nextTerms.billingCycle])}`;
    return <Notice tone="calm">{told.nextPlan(amount)}</Notice>;
  }
  return null;
}

function Acts({ subscription, again }: { subscription: SubscriptionData; again: () => void }) {
  const words = useWords();
  const told = words.subscription;
  const renew = useAct(SetAutoRenewDocument);
  const resume = useAct(ResumeSubscriptionDocument);
  const { id, status, autoRenew, cancelAtPeriodEnd } = subscription;

  async function turn(isOn: boolean) {
    await renew.run({ input: { subscriptionId: id, autoRenew: isOn } }, (data) => data.setAutoRenew);
    again();
  }

  async function goOn() {
    await resume.run({ input: { subscriptionId: id } }, (data) => data.resumeSubscription);
    again();
  }

  const isActive = status === 'ACTIVE';
  return (
    <Card>
      {!cancelAtPeriodEnd && status !== 'PAUSED' && (
        <Toggle
          label={told.autoRenew}
          hint={autoRenew ? told.autoRenewOn : told.autoRenewOff}
          isOn={autoRenew}
          isBusy={renew.isBusy}
          onTurn={(isOn) => void turn(isOn)}
        />
      )}
      <Troubled trouble={renew.trouble} />
      <div className="acts">
        {status === 'PAUSED' && (
          <Button isBusy={resume.isBusy} onClick={() => void goOn()}>
            {told.resume}
          </Button>
        )}
        {cancelAtPeriodEnd && (
          <Button isBusy={resume.isBusy} onClick={() => void goOn()}>
            {told.keep}
          </Button>
        )}
        {isActive && !cancelAtPeriodEnd && (
          <ButtonLink to="/subscriptions/$id/change" params={{ id }}>
            {told.change}
          </ButtonLink>
        )}
        {isActive && !cancelAtPeriodEnd && <PauseIt id={id} again={again} />}
        <CancelIt subscription={subscription} again={again} />
      </div>
      <Troubled trouble={resume.trouble} />
    </Card>
  );
}

function Periods({ subscription }: { subscription: SubscriptionData }) {
  const { words, language } = useLanguage();
  const periods = subscription.periods.nodes;
  return (
    <Card title={words.subscription.history}>
      {periods.length === 0 ? (
        <p className="hint">{words.subscription.historyEmpty}</p>
      ) : (
        <ul className="lines">
          {periods.map(({ periodStart, periodEnd, amount }) => (
            <li key={periodStart}>
              <span>{periodStart && periodEnd && period(periodStart, periodEnd, language)}</span>
              <span>{money(amount)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
