import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { newReader } from './api/client';
import { useSession } from './api/hooks';
import { restore } from './api/session';
import { router } from './router';
import { Spoken } from './texts';
import { applyTheme } from './theme';
import './style/base.css';
import './style/frame.css';
import './style/parts.css';
import './style/screens.css';

applyTheme();
void restore();
window.addEventListener('online', () => void restore());

/** When somebody logs in or out, everything that was read is forgotten. */
function Shop() {
  const { status } = useSession();
  const [kept, keep] = useState({ status, reader: newReader() });
  if (kept.status !== status) {
    const isOther = kept.status === 'somebody' || kept.status === 'nobody';
    keep({ status, reader: isOther ? newReader() : kept.reader });
  }
  return (
    <Provider value={kept.reader}>
      <RouterProvider router={router} />
    </Provider>
  );
}

const place = document.getElementById('root');
if (!place) throw new Error('the page has no place for the shop');
createRoot(place).render(
  <StrictMode>
    <Spoken>
      <Shop />
    </Spoken>
  </StrictMode>,
);
