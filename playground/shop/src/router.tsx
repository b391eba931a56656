// Which address shows what. The larger screens come in files of their own, when they are wanted.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  useRouter,
} from '@tanstack/react-router';
import { GraphqlFailure } from '@fabrica/client';
import { useEffect } from 'react';
import { useSession } from './api/hooks';
import { restore } from './api/session';
import { Frame } from './parts/frame';
import { Failed, Skeleton } from './parts/states';
import { Nowhere } from './screens/nowhere';
import { Plans } from './screens/plans';

const root = createRootRoute({ component: Frame, notFoundComponent: Nowhere });

/** What only a person sees: others log in first, and are brought back. */
function Inside() {
  const session = useSession();
  const router = useRouter();
  const { status } = session;
  const hasExpired = status === 'nobody' && session.hasExpired;
  // Once, and not while it is on its way: the address of this moment is where to come back to.
  useEffect(() => {
    const { pathname, href } = router.state.location;
    if (status !== 'nobody' || pathname === '/log-in') return;
    const search = { to: href, ...(hasExpired && { expired: true }) };
    void router.navigate({ to: '/log-in', search, replace: true });
  }, [router, status, hasExpired]);
  if (session.status === 'somebody') return <Outlet />;
  if (session.status === 'unreachable') {
    const failure = new GraphqlFailure('NETWORK', 'The session could not be asked for.');
    return <Failed failure={failure} again={() => void restore()} />;
  }
  return <Skeleton />;
}

const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Inside });

/** Where to go after a log-in: an address of the shop, never another site's. */
function readReturn(search: Record<string, unknown>): { to?: string; expired?: boolean } {
  const { to, expired } = search;
  const isHere = typeof to === 'string' && /^\/(?![/\\])/.test(to);
  return { ...(isHere && { to }), ...(expired === true && { expired: true }) };
}

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Plans }),
  createRoute({
    getParentRoute: () => root,
    path: '/log-in',
    validateSearch: readReturn,
    component: lazyRouteComponent(() => import('./screens/log_in'), 'LogIn'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/register',
    validateSearch: readReturn,
    component: lazyRouteComponent(() => import('./screens/register'), 'Register'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/forgot',
    component: lazyRouteComponent(() => import('./screens/forgot'), 'Forgot'),
  }),
  inside.addChildren([
    createRoute({
      getParentRoute: () => inside,
      path: '/checkout/$slug',
      component: lazyRouteComponent(() => import('./screens/checkout'), 'Checkout'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/verify',
      validateSearch: readReturn,
      component: lazyRouteComponent(() => import('./screens/verify'), 'Verify'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/orders',
      component: lazyRouteComponent(() => import('./screens/orders'), 'Orders'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/orders/$id',
      component: lazyRouteComponent(() => import('./screens/order'), 'Order'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/subscriptions',
      component: lazyRouteComponent(() => import('./screens/subscriptions'), 'Subscriptions'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/subscriptions/$id',
      component: lazyRouteComponent(() => import('./screens/subscription'), 'Subscription'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/subscriptions/$id/change',
      component: lazyRouteComponent(() => import('./screens/change'), 'Change'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/account',
      component: lazyRouteComponent(() => import('./screens/account'), 'Account'),
    }),
  ]),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/shop',
  defaultPreload: 'intent',
  defaultPendingComponent: Skeleton,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
