// Every subscription, with what happens to it next.
import { Link } from '@tanstack/react-router';
import { useRead } from '../api/hooks';
import { day, money } from '../format';
import { MySubscriptionsDocument, type MySubscriptionsQuery } from '../generated/graphql';
import { Badge, ButtonLink, Screen } from '../parts/basics';
import { Icon } from '../parts/icons';
import { Empty, Shown } from '../parts/states';
import { toneOfSubscription } from '../parts/tones';
import { type Language, useLanguage, type Words } from '../texts';

type Subscription = NonNullable<MySubscriptionsQuery['me']>['subscriptions']['nodes'][number];

export function Subscriptions() {
  const { words, language } = useLanguage();
  const read = useRead(MySubscriptionsDocument, {});
  return (
    <Screen title={words.subscriptions.title}>
      <Shown read={read}>
        {({ me }) => {
          const subscriptions = me?.subscriptions.nodes ?? [];
          if (subscriptions.length === 0) {
            const action = <ButtonLink to="/">{words.orders.choosePlan}</ButtonLink>;
            const { empty, emptyText } = words.subscriptions;
            return <Empty icon="subscriptions" title={empty} text={emptyText} action={action} />;
          }
          return (
            <ul className="rows">
              {subscriptions.map((subscription) => (
                <li key={subscription.id}>
                  <Link className="row" to="/subscriptions/$id" params={{ id: subscription.id }}>
                    <span className="row-main">
                      <span className="row-title">{subscription.plan.name}</span>
                      <span className="row-text">{outlook(subscription, words, language)}</span>
                    </span>
                    <span className="row-end">
                      <strong>
                        {money(subscription.terms.price)} {words.perCycle(words.cycles[subscription.terms.billingCycle])}
                      </strong>
                      <Badge tone={toneOfSubscription(subscription.status)}>
                        {words.subscriptions.statuses[subscription.status]}
                      </Badge>
                    </span>
                    <Icon name="next" />
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
    </Screen>
  );
}

function outlook(subscription: Subscription, words: Words, language: Language): string {
  const told = words.subscriptions;
  const { status, currentPeriodEnd, resumeAt } = subscription;
  switch (status) {
    case 'PENDING':
      return told.waiting;
    case 'PAUSED':
      return resumeAt ? told.pausedUntil(day(resumeAt, language)) : told.pausedOpen;
    case 'CANCELLED':
    case 'EXPIRED':
      return told.over;
    default: {
      if (!currentPeriodEnd) return '';
      const date = day(currentPeriodEnd, language);
      const ends = subscription.cancelAtPeriodEnd || !subscription.autoRenew;
      return ends ? told.endsOn(date) : told.renewsOn(date);
    }
  }
}
