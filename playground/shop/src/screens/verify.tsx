// Six digits from a mail show that an address is one's own.
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAct, useRead } from '../api/hooks';
import { MeDocument, RequestEmailCodeDocument, VerifyEmailDocument } from '../generated/graphql';
import { Button, Card, Field, Notice, Screen } from '../parts/basics';
import { Shown, Troubled, wrongWith } from '../parts/states';
import { useWords } from '../texts';

export function Verify() {
  const words = useWords();
  const read = useRead(MeDocument, {});
  const { to } = useSearch({ from: '/inside/verify' });
  const { history } = useRouter();
  const goOn = () => history.push(`/shop${to ?? '/'}`);
  return (
    <Shown read={read}>
      {({ me }) =>
        me?.isVerified ? (
          <Screen title={words.verify.done} lead={words.verify.doneText} isNarrow>
            <Button onClick={goOn}>{words.verify.continue}</Button>
          </Screen>
        ) : (
          <Screen title={words.verify.title} lead={words.verify.lead(me?.email ?? '')} isNarrow>
            <Digits />
            <p className="centred">
              <Button look="plain" onClick={goOn}>
                {words.verify.later}
              </Button>
            </p>
          </Screen>
        )
      }
    </Shown>
  );
}

function Digits() {
  const words = useWords();
  const verify = useAct(VerifyEmailDocument);
  const request = useAct(RequestEmailCodeDocument);
  const [code, setCode] = useState('');
  const [isSent, setSent] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    void verify.run({ input: { code } }, (data) => data.verifyEmail);
  }

  async function again() {
    const sent = await request.run({}, (data) => data.requestEmailCode);
    setSent(sent !== undefined);
  }

  return (
    <Card>
      <form className="stack" onSubmit={submit}>
        <Field
          label={words.verify.code}
          className="digits"
          value={code}
          onChange={(event) => setCode(event.target.value.replace(/\D/g, '').slice(0, 6))}
          inputMode="numeric"
          autoComplete="one-time-code"
          error={wrongWith(verify.trouble, 'code', words)}
          required
        />
        <Troubled trouble={verify.trouble} fields={['code']} />
        <Button type="submit" isBusy={verify.isBusy} disabled={code.length !== 6}>
          {words.verify.submit}
        </Button>
        <Button look="quiet" isBusy={request.isBusy} onClick={() => void again()}>
          {words.verify.again}
        </Button>
        {isSent && <Notice tone="good">{words.verify.sent}</Notice>}
        <Troubled trouble={request.trouble} />
      </form>
    </Card>
  );
}
