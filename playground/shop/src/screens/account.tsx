// The person: profile, password, log-ins, and how the shop looks.
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAct, useRead } from '../api/hooks';
import { useEntry } from '../api/entry';
import { logOut } from '../api/session';
import {
  ChangePasswordDocument,
  LogOutElsewhereDocument,
  MeDocument,
  type MeQuery,
  UpdateProfileDocument,
} from '../generated/graphql';
import { Badge, Button, Card, Field, Notice, Screen } from '../parts/basics';
import { Choices } from '../parts/choices';
import { Shown, Troubled, wrongWith } from '../parts/states';
import { useLanguage, useWords } from '../texts';
import { chooseTheme, THEMES, useTheme } from '../theme';

type Person = NonNullable<MeQuery['me']>;

export function Account() {
  const words = useWords();
  const read = useRead(MeDocument, {});
  return (
    <Screen title={words.account.title}>
      <Shown read={read}>
        {({ me }) =>
          me ? (
            <div className="two even">
              <div className="stack">
                <Profile person={me} key={me.id} />
              </div>
              <div className="stack">
                <Preferences />
                <Password />
                <Sessions />
              </div>
            </div>
          ) : null
        }
      </Shown>
    </Screen>
  );
}

const FIELDS = ['username', 'email', 'lastName', 'firstName', 'phone'] as const;

function Profile({ person }: { person: Person }) {
  const words = useWords();
  const [draft, setDraft] = useState<Pick<Person, (typeof FIELDS)[number]>>(person);
  const [locale, setLocale] = useState(person.locale);
  const [isSaved, setSaved] = useState(false);
  const { run, isBusy, trouble } = useAct(UpdateProfileDocument);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const { username, email, firstName, lastName, phone } = draft;
    const input = { username, email, firstName, lastName, phone, locale };
    const done = await run({ input }, (data) => data.updateProfile);
    setSaved(done !== undefined);
  }

  const AUTOCOMPLETE = { username: 'username', email: 'email', lastName: 'family-name', firstName: 'given-name', phone: 'tel' };
  return (
    <Card title={words.account.profile}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="verified">
          {person.email}{' '}
          {person.isVerified ? (
            <Badge tone="good">{words.account.verified}</Badge>
          ) : (
            <>
              <Badge tone="busy">{words.account.unverified}</Badge>{' '}
              <Link to="/verify" search={{ to: '/account' }}>
                {words.account.verifyNow}
              </Link>
            </>
          )}
        </p>
        {FIELDS.map((name) => (
          <Field
            key={name}
            label={words.account[name]}
            value={draft[name]}
            onChange={(event) => {
              setSaved(false);
              setDraft({ ...draft, [name]: event.target.value });
            }}
            autoComplete={AUTOCOMPLETE[name]}
            type={name === 'email' ? 'email' : name === 'phone' ? 'tel' : 'text'}
            error={wrongWith(trouble, name, words)}
          />
        ))}
        <p className="label">{words.account.mailLanguage}</p>
        <Choices
          label={words.account.mailLanguage}
          choices={[
            { value: 'ZH_TW', name: '中文' },
            { value: 'EN', name: 'English' },
          ]}
          value={locale}
          onChoose={setLocale}
        />
        <Troubled trouble={trouble} fields={FIELDS} />
        {isSaved && <Notice tone="good">{words.account.saved}</Notice>}
        <Button type="submit" isBusy={isBusy}>
          {words.account.save}
        </Button>
      </form>
    </Card>
  );
}

function Password() {
  const words = useWords();
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [isSaved, setSaved] = useState(false);
  const { run, isBusy, trouble } = useAct(ChangePasswordDocument);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { currentPassword: present, newPassword: next };
    const done = await run({ input }, (data) => data.changePassword);
    setSaved(done !== undefined);
    if (!done) return;
    setPresent('');
    setNext('');
  }

  const wrong = trouble.errors.some(({ code }) => code === 'WRONG_PASSWORD');
  return (
    <Card title={words.account.password}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.account.currentPassword}
          type="password"
          value={present}
          onChange={(event) => setPresent(event.target.value)}
          autoComplete="current-password"
          error={wrong ? words.errors.WRONG_PASSWORD : wrongWith(trouble, 'currentPassword', words)}
          required
        />
        <Field
          label={words.account.newPassword}
          hint={words.account.passwordHint}
          type="password"
          value={next}
          onChange={(event) => setNext(event.target.value)}
          autoComplete="new-password"
          error={wrongWith(trouble, 'newPassword', words)}
          required
        />
        {!wrong && <Troubled trouble={trouble} fields={['currentPassword', 'newPassword']} />}
        {isSaved && <Notice tone="good">{words.account.passwordSaved}</Notice>}
        <Button type="submit" look="quiet" isBusy={isBusy}>
          {words.account.changePassword}
        </Button>
      </form>
    </Card>
  );
}

function Sessions() {
  const words = useWords();
  const elsewhere = useAct(LogOutElsewhereDocument);
  const [ended, setEnded] = useState<number>();
  const leaving = useEntry();

  async function endOthers() {
    const done = await elsewhere.run({}, (data) => data.logOutElsewhere);
    setEnded(done?.endedSessions ?? undefined);
  }

  return (
    <Card title={words.account.sessions}>
      <p className="hint">{words.account.elsewhereText}</p>
      <div className="acts">
        <Button look="quiet" isBusy={elsewhere.isBusy} onClick={() => void endOthers()}>
          {words.account.logOutElsewhere}
        </Button>
        <Button look="quiet" isBusy={leaving.isBusy} onClick={() => void leaving.enter(() => logOut().then(() => []))}>
          {words.account.logOut}
        </Button>
      </div>
      {ended !== undefined && <Notice tone="good">{words.account.elsewhereDone(ended)}</Notice>}
      <Troubled trouble={elsewhere.trouble} />
      <Troubled trouble={leaving.trouble} />
    </Card>
  );
}

function Preferences() {
  const { words, language, speak } = useLanguage();
  const theme = useTheme();
  return (
    <Card title={words.account.preferences}>
      <p className="label">{words.language}</p>
      <Choices
        label={words.language}
        choices={[
          { value: 'zh', name: '中文（台灣）' },
          { value: 'en', name: 'English' },
        ]}
        value={language}
        onChoose={speak}
      />
      <p className="label">{words.theme.title}</p>
      <Choices
        label={words.theme.title}
        choices={THEMES.map((value) => ({ value, name: words.theme[value] }))}
        value={theme}
        onChoose={chooseTheme}
      />
    </Card>
  );
}
