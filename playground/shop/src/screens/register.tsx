// A new account. It is logged in at once, and goes on to verify its address.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useEntry } from '../api/entry';
import { register } from '../api/session';
import { Button, Card, Field, Screen } from '../parts/basics';
import { Troubled, wrongWith } from '../parts/states';
import { useLanguage } from '../texts';

const FIELDS = ['username', 'email', 'password'] as const;

export function Register() {
  const { words, language } = useLanguage();
  const { to } = useSearch({ from: '/register' });
  const navigate = useNavigate();
  const { enter, isBusy, trouble } = useEntry();
  const [account, setAccount] = useState({ username: '', email: '', password: '' });

  function field(name: (typeof FIELDS)[number]) {
    return {
      value: account[name],
      onChange: (event: { target: { value: string } }) => setAccount({ ...account, [name]: event.target.value }),
      error: wrongWith(trouble, name, words),
      required: true,
    };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    const locale = language === 'zh' ? 'ZH_TW' : 'EN';
    const isIn = await enter(() => register({ ...account, locale }));
    if (isIn) await navigate({ to: '/verify', search: to === undefined ? {} : { to } });
  }

  return (
    <Screen title={words.register.title} lead={words.logIn.lead} isNarrow>
      <Card>
        <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
          <Field
            {...field('username')}
            label={words.account.username}
            hint={words.register.usernameHint}
            autoComplete="username"
            autoCapitalize="none"
          />
          <Field {...field('email')} label={words.account.email} type="email" autoComplete="email" />
          <Field
            {...field('password')}
            label={words.logIn.password}
            hint={words.account.passwordHint}
            type="password"
            autoComplete="new-password"
          />
          <Troubled trouble={trouble} fields={FIELDS} />
          <Button type="submit" isBusy={isBusy}>
            {words.register.submit}
          </Button>
        </form>
      </Card>
      <p className="centred">
        {words.register.toLogIn}{' '}
        <Link to="/log-in" search={to === undefined ? {} : { to }}>
          {words.logIn.submit}
        </Link>
      </p>
    </Screen>
  );
}
