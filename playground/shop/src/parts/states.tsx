// Loading, empty, failed, refused: each is designed, and each says what can be done.
import { errorsAt, type GraphqlFailure } from '@fabrica/client';
import type { ReactNode } from 'react';
import type { Read, Trouble } from '../api/hooks';
import { useWords, type Words } from '../texts';
import { Button, ButtonLink, Notice } from './basics';
import { Icon, type IconName } from './icons';

/** Shows what was read as soon as it is here. */
export function Shown<Data>({
  read,
  skeleton = <Skeleton />,
  children,
}: {
  read: Read<Data>;
  skeleton?: ReactNode;
  children: (data: Data, again: () => void) => ReactNode;
}) {
  if (read.status === 'loading') return skeleton;
  if (read.status === 'failed') return <Failed failure={read.failure} again={read.again} />;
  return children(read.data, read.again);
}

export function Skeleton({ rows = 3 }: { rows?: number }) {
  const words = useWords();
  return (
    <div className="skeleton" role="status" aria-label={words.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <div className="card" key={row}>
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}

export function Empty({ icon, title, text, action }: { icon: IconName; title: string; text: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-mark">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {action}
    </div>
  );
}

export function Failed({ failure, again }: { failure: GraphqlFailure; again?: () => void }) {
  const words = useWords();
  if (isMissing(failure)) {
    const action = <ButtonLink to="/">{words.goHome}</ButtonLink>;
    return <Empty icon="orders" title={words.missingTitle} text={words.failures.NOT_FOUND} action={action} />;
  }
  return (
    <div className="empty" role="alert">
      <span className="empty-mark bad">
        <Icon name={failure.code === 'NETWORK' ? 'away' : 'warning'} />
      </span>
      <h2>{words.failedTitle}</h2>
      <p>{sentence(failure, words)}</p>
      {again && (
        <Button look="quiet" onClick={again}>
          {words.retry}
        </Button>
      )}
      <RequestId failure={failure} />
    </div>
  );
}

/** Not there, not theirs, or an id in an address that is none. */
function isMissing({ code }: GraphqlFailure): boolean {
  return code === 'NOT_FOUND' || code === 'BAD_USER_INPUT';
}

/** What a person did and what was not done about it; errors of a form's own fields stand at the fields. */
export function Troubled({ trouble, fields = [] }: { trouble: Trouble; fields?: readonly string[] }) {
  const words = useWords();
  const { failure } = trouble;
  const elsewhere = trouble.errors.filter(({ path }) => !fields.includes(path.at(-1) ?? ''));
  if (failure) {
    return (
      <Notice tone="bad">
        <p>{sentence(failure, words)}</p>
        <RequestId failure={failure} />
      </Notice>
    );
  }
  if (elsewhere.length === 0) return null;
  return (
    <Notice tone="bad">
      {elsewhere.map(({ code, message }) => (
        <p key={code}>{words.errors[code] ?? message}</p>
      ))}
    </Notice>
  );
}

/** What is wrong with one field of a form. */
export function wrongWith(trouble: Trouble, field: string, words: Words): string | undefined {
  const [error] = errorsAt(trouble.errors, field);
  return error && (words.errors[error.code] ?? error.message);
}

function RequestId({ failure }: { failure: GraphqlFailure }) {
  const words = useWords();
  if (!failure.requestId) return null;
  return (
    <p className="request-id">
      {words.requestId} <code>{failure.requestId}</code>
    </p>
  );
}

function sentence(failure: GraphqlFailure, words: Words): string {
  const { failures } = words;
  switch (failure.code) {
    case 'NETWORK':
      return failures.NETWORK;
    case 'UNAVAILABLE':
      return failures.UNAVAILABLE;
    case 'UNAUTHENTICATED':
      return failures.UNAUTHENTICATED;
    case 'RATE_LIMITED':
      return failure.retryAfterSeconds ? words.logIn.wait(failure.retryAfterSeconds) : failures.RATE_LIMITED;
    // An id in an address that is none.
    case 'BAD_USER_INPUT':
    case 'NOT_FOUND':
      return failures.NOT_FOUND;
    default:
      return failures.other;
  }
}
