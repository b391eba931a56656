// The door. Whoever was sent here is brought back to where they were.
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useSession } from '../api/hooks';
import { logIn } from '../api/session';
import { useEntry } from '../api/entry';
import { Button, Card, Field, Notice, Screen } from '../parts/basics';
import { Troubled } from '../parts/states';
import { useWords } from '../texts';

export function LogIn() {
  const words = useWords();
  const { to, expired } = useSearch({ from: '/log-in' });
  const { history } = useRouter();
  const session = useSession();
  const { enter, isBusy, trouble } = useEntry();
  const [identifier, setIdentifier] = useState('');
  const [password, setPassword] = useState('');
  // Also for whoever logs in in another tab.
  useEffect(() => {
    if (session.status === 'somebody') history.replace(`/shop${to ?? '/orders'}`);
  }, [session.status, to, history]);

  function submit(event: FormEvent) {
    event.preventDefault();
    void enter(() => logIn(identifier, password));
  }

  return (
    <Screen title={words.logIn.title} lead={words.logIn.lead} isNarrow>
      {expired && <Notice tone="busy">{words.logIn.expired}</Notice>}
      <Card>
        <form className="stack" onSubmit={submit}>
          <Field
            label={words.logIn.identifier}
            value={identifier}
            onChange={(event) => setIdentifier(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <Field
            label={words.logIn.password}
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
          <Troubled trouble={trouble} />
          <Button type="submit" isBusy={isBusy}>
            {words.logIn.submit}
          </Button>
        </form>
      </Card>
      <p className="centred">
        {words.logIn.toRegister}{' '}
        <Link to="/register" search={to === undefined ? {} : { to }}>
          {words.logIn.register}
        </Link>
      </p>
      <p className="centred">
        <Link to="/forgot">{words.logIn.forgot}</Link>
      </p>
    </Screen>
  );
}
