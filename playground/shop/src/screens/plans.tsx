// Every plan, side by side.
import { useRead } from '../api/hooks';
import { isNothing, money, storage } from '../format';
import { PlansDocument, type PlansQuery } from '../generated/graphql';
import { Badge, ButtonLink, Screen } from '../parts/basics';
import { Icon } from '../parts/icons';
import { Empty, Shown, Skeleton } from '../parts/states';
import { useWords } from '../texts';

type Plan = PlansQuery['plans']['nodes'][number];

export function Plans() {
  const words = useWords();
  const read = useRead(PlansDocument, {});
  return (
    <Screen title={words.plans.title} lead={words.plans.lead}>
      <Shown read={read} skeleton={<div className="plans"><Skeleton rows={6} /></div>}>
        {({ plans }) =>
          plans.nodes.length === 0 ? (
            <Empty icon="plans" title={words.plans.empty} text={words.plans.emptyText} />
          ) : (
            <ul className="plans">
              {plans.nodes.map((plan) => (
                <PlanCard plan={plan} key={plan.id} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Screen>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  const words = useWords();
  const isFree = isNothing(plan.price);
  return (
    <li className={plan.isPopular ? 'card plan popular' : 'card plan'}>
      <div className="plan-name">
        <h2>{plan.name}</h2>
        {plan.isPopular && <Badge tone="good">{words.plans.popular}</Badge>}
      </div>
      <p className="price">
        <strong>{isFree ? words.plans.free : money(plan.price)}</strong>{' '}
        {!isFree && <span>{words.perCycle(words.cycles[plan.billingCycle])}</span>}
      </p>
      <p className="plan-text">{plan.description}</p>
      <ul className="features">
        {plan.trialDays > 0 && <Feature>{words.plans.trial(plan.trialDays)}</Feature>}
        {plan.maxUsers !== null && plan.maxUsers !== undefined && <Feature>{words.plans.users(plan.maxUsers)}</Feature>}
        {plan.maxStorageMb !== null && plan.maxStorageMb !== undefined && (
          <Feature>{words.plans.storage(storage(plan.maxStorageMb))}</Feature>
        )}
        {plan.features.map((feature) => (
          <Feature key={feature}>{feature}</Feature>
        ))}
      </ul>
      <ButtonLink to="/checkout/$slug" params={{ slug: plan.slug }} look={plan.isPopular ? 'main' : 'quiet'}>
        {words.plans.choose(plan.name)}
      </ButtonLink>
    </li>
  );
}

function Feature({ children }: { children: string }) {
  return (
    <li>
      <Icon name="check" />
      {children}
    </li>
  );
}
