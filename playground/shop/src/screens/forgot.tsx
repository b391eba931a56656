// A link for a new password. The answer is the same for every address.
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAct } from '../api/hooks';
import { RequestPasswordResetDocument } from '../generated/graphql';
import { Button, Card, Field, Notice, Screen } from '../parts/basics';
import { Troubled, wrongWith } from '../parts/states';
import { useWords } from '../texts';

export function Forgot() {
  const words = useWords();
  const { run, isBusy, trouble } = useAct(RequestPasswordResetDocument);
  const [email, setEmail] = useState('');
  const [isSent, setSent] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await run({ input: { email } }, (data) => data.requestPasswordReset);
    setSent(done !== undefined);
  }

  return (
    <Screen title={words.forgot.title} lead={words.forgot.lead} isNarrow>
      <Card>
        <form className="stack" onSubmit={(event) => void submit(event)}>
          <Field
            label={words.account.email}
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            autoComplete="email"
            error={wrongWith(trouble, 'email', words)}
            required
          />
          <Troubled trouble={trouble} fields={['email']} />
          {isSent && <Notice tone="good">{words.forgot.done}</Notice>}
          <Button type="submit" isBusy={isBusy}>
            {words.forgot.submit}
          </Button>
        </form>
      </Card>
      <p className="centred">
        <Link to="/log-in" search={{}}>
          {words.forgot.backToLogIn}
        </Link>
      </p>
    </Screen>
  );
}
