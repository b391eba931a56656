// What every screen is made of.
import { Link, type LinkProps } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, useEffect, useId } from 'react';
import { Icon, type IconName } from './icons';

export function Button({
  look = 'main',
  isBusy = false,
  children,
  ...rest
}: ComponentProps<'button'> & { look?: 'main' | 'quiet' | 'danger' | 'plain'; isBusy?: boolean }) {
  return (
    <button type="button" {...rest} className={`button ${look}`} aria-busy={isBusy} disabled={rest.disabled || isBusy}>
      {children}
    </button>
  );
}

export function ButtonLink({ look = 'main', children, ...rest }: LinkProps & { look?: 'main' | 'quiet'; children: ReactNode }) {
  return (
    <Link {...rest} className={`button ${look}`}>
      {children}
    </Link>
  );
}

/** A screen: its heading is also the title of the tab. */
export function Screen({
  title,
  lead,
  back,
  aside,
  isNarrow = false,
  children,
}: {
  title: string;
  lead?: ReactNode;
  back?: ReactNode;
  aside?: ReactNode;
  isNarrow?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Fabrica`;
  }, [title]);
  return (
    <div className={isNarrow ? 'screen narrow' : 'screen'}>
      {back}
      <header className="screen-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {aside}
      </header>
      {children}
    </div>
  );
}

export function BackLink({ children, ...rest }: LinkProps & { children: ReactNode }) {
  return (
    <Link {...rest} className="back-link">
      <Icon name="back" />
      {children}
    </Link>
  );
}

export function Card({ title, children, look = '' }: { title?: string; children: ReactNode; look?: string }) {
  const id = useId();
  return (
    <section className={`card ${look}`} aria-labelledby={title ? id : undefined}>
      {title && <h2 id={id}>{title}</h2>}
      {children}
    </section>
  );
}

export type Tone = 'good' | 'busy' | 'bad' | 'calm';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

const NOTICE_ICONS: Record<Tone, IconName> = { good: 'check', busy: 'clock', bad: 'warning', calm: 'clock' };

export function Notice({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={NOTICE_ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}

export function Field({
  label,
  hint,
  error,
  ...rest
}: ComponentProps<'input'> & { label: string; hint?: string | undefined; error?: string | undefined }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...rest} id={id} aria-invalid={error !== undefined} aria-describedby={described || undefined} />
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Names and values beside each other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
