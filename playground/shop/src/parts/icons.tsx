// A few line drawings, all on the same grid.
import type { ReactNode } from 'react';

const DRAWINGS = {
  plans: <path d="M4 5h16v5H4zM4 14h7v5H4zM15 14h5v5h-5z" />,
  orders: <path d="M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6" />,
  subscriptions: <path d="M20 12a8 8 0 0 1-14.3 4.9M4 12A8 8 0 0 1 18.3 7.1M18.5 3v4.5H14M5.5 21v-4.5H10" />,
  account: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  cross: <path d="M6 6l12 12M18 6 6 18" />,
  clock: <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2" />,
  card: <path d="M3 6h18v12H3zM3 10h18M7 15h3" />,
  bank: <path d="M4 10h16M12 3l8 5H4zM6 10v8M10 10v8M14 10v8M18 10v8M4 20h16" />,
  store: <path d="M4 9l1.5-5h13L20 9M4 9a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0A2.7 2.7 0 0 0 20 9M5.5 12v8h13v-8M10 20v-4.5h4V20" />,
  barcode: <path d="M4 5v14M7 5v14M10.5 5v14M13 5v14M16.5 5v14M20 5v14" />,
  back: <path d="M15 5l-7 7 7 7" />,
  next: <path d="M9 5l7 7-7 7" />,
  copy: <path d="M9 9h11v11H9zM5 15H4V4h11v1" />,
  file: <path d="M6 3h8l4 4v14H6zM14 3v4h4M12 11v6M9.5 14.5 12 17l2.5-2.5" />,
  away: <path d="M3 3l18 18M8.5 14.5a5 5 0 0 1 3.5-1.4c1 0 2 .3 2.8.8M5 11a10 10 0 0 1 4-2.4M19 11a10 10 0 0 0-6.5-3M12 18.5h.01" />,
  warning: <path d="M12 4 2.5 20h19zM12 10v4.5M12 17.3h.01" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

/** Decoration: what it means stands beside it in words. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  );
}
