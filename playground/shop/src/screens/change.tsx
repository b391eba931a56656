// Another plan: every line of what it costs is shown before anything is done, and exactly that is done.
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct, useRead } from '../api/hooks';
import { day, isNothing, money, moment, period } from '../format';
import {
  ChangePlanDocument,
  ChangePreviewDocument,
  type ChangePreviewQuery,
  PlansDocument,
  type PlansQuery,
  SubscriptionDocument,
} from '../generated/graphql';
import { BackLink, Button, Card, Fact, Facts, Notice, Screen } from '../parts/basics';
import { Choices } from '../parts/choices';
import { PricedLines } from '../parts/priced_lines';
import { Shown, Skeleton, Troubled } from '../parts/states';
import { useLanguage, useWords } from '../texts';
import type { SubscriptionData } from './subscription';

type Plan = PlansQuery['plans']['nodes'][number];
type Preview = ChangePreviewQuery['previewPlanChange'];
type When = 'NOW' | 'PERIOD_END';

export function Change() {
  const words = useWords();
  const { id } = useParams({ from: '/inside/subscriptions/$id/change' });
  const subscription = useRead(SubscriptionDocument, { id });
  const plans = useRead(PlansDocument, {});
  return (
    <Screen
      title={words.change.title}
      back={
        <BackLink to="/subscriptions/$id" params={{ id }}>
          {words.subscriptions.title}
        </BackLink>
      }
    >
      <Shown read={subscription}>
        {({ subscription: mine }) => (
          <Shown read={plans}>
            {({ plans: { nodes } }) => {
              if (mine?.status !== 'ACTIVE') return <Notice tone="busy">{words.change.notNow}</Notice>;
              const others = nodes.filter((plan) => isPossible(plan, mine));
              if (others.length === 0) return <Notice tone="calm">{words.change.none}</Notice>;
              return <Choose subscription={mine} plans={others} />;
            }}
          </Shown>
        )}
      </Shown>
    </Screen>
  );
}

/** What the server would refuse in any case is not offered. */
function isPossible(plan: Plan, { plan: present, terms }: SubscriptionData): boolean {
  return plan.id !== present.id && plan.billingCycle !== 'ONE_TIME' && plan.price.currency === terms.price.currency;
}

function Choose({ subscription, plans }: { subscription: SubscriptionData; plans: readonly Plan[] }) {
  const words = useWords();
  const [planId, setPlanId] = useState('');
  const [mode, setMode] = useState<When>('NOW');
  const choices = plans.map((plan) => ({
    value: plan.id,
    name: plan.name,
    aside: isNothing(plan.price)
      ? words.plans.free
      : `${money(plan.price)} ${words.perCycle(words.cycles[plan.billingCycle])}`,
  }));
  return (
    <div className="two">
      <div className="stack">
        <Card title={words.change.newPlan}>
          <Choices label={words.change.newPlan} choices={choices} value={planId} onChoose={setPlanId} />
        </Card>
        <Card title={words.change.when}>
          <Choices
            label={words.change.when}
            choices={[
              { value: 'NOW', name: words.change.now, hint: words.change.nowText },
              { value: 'PERIOD_END', name: words.change.atEnd, hint: words.change.atEndText },
            ]}
            value={mode}
            onChoose={setMode}
          />
        </Card>
      </div>
      <div className="stack">
        {planId ? (
          <Costs key={`${planId} ${mode}`} subscriptionId={subscription.id} planId={planId} mode={mode} />
        ) : (
          <Card title={words.change.previewTitle}>
            <p className="hint">{words.change.previewHint}</p>
          </Card>
        )}
      </div>
    </div>
  );
}

function Costs({ subscriptionId, planId, mode }: { subscriptionId: string; planId: string; mode: When }) {
  const words = useWords();
  const navigate = useNavigate();
  const input = { subscriptionId, planId, mode };
  const read = useRead(ChangePreviewDocument, { input });
  const { run, isBusy, trouble } = useAct(ChangePlanDocument);

  async function change({ previewToken }: Preview, again: () => void) {
    const done = await run({ input: { ...input, previewToken } }, (data) => data.changePlan);
    if (!done) return again();
    if (done.order && done.order.status !== 'COMPLETED') {
      return navigate({ to: '/orders/$id', params: { id: done.order.id } });
    }
    return navigate({ to: '/subscriptions/$id', params: { id: subscriptionId } });
  }

  const hasDrifted = trouble.errors.some(({ code }) => code === 'PREVIEW_DRIFTED');
  return (
    <Shown read={read} skeleton={<Skeleton rows={1} />}>
      {({ previewPlanChange: preview }, again) => (
        <Card title={words.change.previewTitle}>
          <Lines preview={preview} />
          <Troubled trouble={trouble} />
          {hasDrifted && <p className="hint">{words.change.drifted}</p>}
          <Button isBusy={isBusy} onClick={() => void change(preview, again)}>
            {isNothing(preview.due) ? words.change.confirm : words.change.confirmPay(money(preview.due))}
          </Button>
        </Card>
      )}
    </Shown>
  );
}

function Lines({ preview }: { preview: Preview }) {
  const { words, language } = useLanguage();
  const told = words.change;
  const { renewsAt, renewalTotal } = preview;
  return (
    <>
      <PricedLines
        lines={preview.lines}
        sum={told.due}
        total={isNothing(preview.due) ? told.nothingDue : money(preview.due)}
      />
      <Facts>
        {!isNothing(preview.tax) && <Fact name={told.tax}>{money(preview.tax)}</Fact>}
        {!isNothing(preview.credit) && <Fact name={told.creditLeft}>{money(preview.credit)}</Fact>}
        <Fact name={told.takesEffect}>{moment(preview.takesEffectAt, language)}</Fact>
        <Fact name={told.newPeriod}>
          {period(preview.periodStart, preview.periodEnd, language)}
        </Fact>
        {renewsAt && renewalTotal && (
          <Fact name={told.renews}>{told.renewsText(money(renewalTotal), day(renewsAt, language))}</Fact>
        )}
      </Facts>
      <p className="hint">{told.validUntil(moment(preview.expiresAt, language))}</p>
    </>
  );
}
