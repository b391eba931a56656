// Pausing and cancelling: each asks first and says what it means.
import { useState } from 'react';
import { useAct } from '../api/hooks';
import { day } from '../format';
import { type CancelAt, CancelSubscriptionDocument, PauseSubscriptionDocument } from '../generated/graphql';
import type { SubscriptionData } from '../screens/subscription';
import { useLanguage, useWords } from '../texts';
import { Ask } from './ask';
import { Button, Field } from './basics';
import { type Choice, Choices } from './choices';
import { Troubled, wrongWith } from './states';

const DAY = 86_400_000;

export function PauseIt({ id, again }: { id: string; again: () => void }) {
  const words = useWords();
  const told = words.subscription;
  const [until, setUntil] = useState('');
  const { run, isBusy, trouble } = useAct(PauseSubscriptionDocument);
  const [tomorrow] = useState(() => new Date(Date.now() + DAY).toISOString().slice(0, 10));

  async function pause() {
    // A day begins at midnight in Taipei.
    const input = { subscriptionId: id, ...(until && { until: `${until}T00:00:00+08:00` }) };
    const done = await run({ input }, (data) => data.pauseSubscription);
    if (done) again();
    return done !== undefined;
  }

  return (
    <Ask
      trigger={<Button look="quiet">{told.pause}</Button>}
      title={told.pauseTitle}
      text={told.pauseText}
      no={words.back}
      yes={told.pause}
      isBusy={isBusy}
      act={pause}
    >
      <Field
        label={told.pauseUntil}
        hint={told.pauseOpen}
        type="date"
        min={tomorrow}
        value={until}
        onChange={(event) => setUntil(event.target.value)}
        error={wrongWith(trouble, 'until', words)}
      />
      <Troubled trouble={trouble} fields={['until']} />
    </Ask>
  );
}

export function CancelIt({ subscription, again }: { subscription: SubscriptionData; again: () => void }) {
  const { words, language } = useLanguage();
  const told = words.subscription;
  const { id, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const mayEndLater = currentPeriodEnd !== null && currentPeriodEnd !== undefined && !cancelAtPeriodEnd;
  const [at, setAt] = useState<CancelAt>(mayEndLater ? 'PERIOD_END' : 'NOW');
  const { run, isBusy, trouble } = useAct(CancelSubscriptionDocument);
  const choices: Choice<CancelAt>[] = [
    ...(mayEndLater
      ? [{ value: 'PERIOD_END' as const, name: told.cancelAtEnd, hint: told.cancelAtEndText(day(currentPeriodEnd, language)) }]
      : []),
    { value: 'NOW', name: told.cancelNow, hint: told.cancelNowText },
  ];

  async function cancel() {
    const done = await run({ input: { subscriptionId: id, at } }, (data) => data.cancelSubscription);
    if (done) again();
    return done !== undefined;
  }

  return (
    <Ask
      trigger={<Button look="plain">{cancelAtPeriodEnd ? told.cancelNow : told.cancel}</Button>}
      title={told.cancelTitle}
      no={told.never}
      yes={told.cancelTitle}
      look="danger"
      isBusy={isBusy}
      act={cancel}
    >
      <Choices label={told.cancelTitle} choices={choices} value={mayEndLater ? at : 'NOW'} onChoose={setAt} />
      <Troubled trouble={trouble} />
    </Ask>
  );
}
