// Around every screen: the name of the shop, the ways through it, and whether the network is there.
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect, useRef } from 'react';
import { useOnline, useSession } from '../api/hooks';
import { type Language, useLanguage } from '../texts';
import { Icon, type IconName } from './icons';
import { Skeleton } from './states';

const WAYS: readonly { to: '/' | '/orders' | '/subscriptions' | '/account'; name: IconName & ('plans' | 'orders' | 'subscriptions' | 'account') }[] = [
  { to: '/', name: 'plans' },
  { to: '/orders', name: 'orders' },
  { to: '/subscriptions', name: 'subscriptions' },
  { to: '/account', name: 'account' },
];

export function Frame() {
  const { words, language, speak } = useLanguage();
  const session = useSession();
  const isOnline = useOnline();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shownBefore = useRef(pathname);
  // A reader of the screen is taken to the new one, as a page load would.
  useEffect(() => {
    if (shownBefore.current === pathname) return;
    shownBefore.current = pathname;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  const other: Language = language === 'zh' ? 'en' : 'zh';
  return (
    <>
      <a className="skip" href="#main">
        {words.skipToContent}
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" />
            <path d="M8 24V14l6 4v-4l6 4V8h4v16z" />
          </svg>
          Fabrica
        </Link>
        <nav className="ways" aria-label={words.nav.main}>
          {WAYS.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
              <Icon name={name} />
              <span>{words.nav[name]}</span>
            </Link>
          ))}
        </nav>
        <div className="top-end">
          <button type="button" className="speak" lang={other === 'en' ? 'en' : 'zh-Hant-TW'} onClick={() => speak(other)}>
            {words.otherLanguage}
          </button>
          {session.status === 'nobody' && (
            <Link className="button quiet small" to="/log-in" search={{}}>
              {words.logIn.title}
            </Link>
          )}
        </div>
      </header>
      {!isOnline && (
        <p className="offline" role="status">
          <Icon name="away" />
          {words.offline}
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <footer className="foot">{words.taxIncluded} · Fabrica</footer>
    </>
  );
}
