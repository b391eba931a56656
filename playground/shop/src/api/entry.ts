// Logging in and registering: whether it runs, and why it did not work.
import type { PayloadError } from '@fabrica/client';
import { useState } from 'react';
import { failureOf, type Trouble } from './hooks';

export function useEntry() {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>({ errors: [] });

  /** Whether somebody is logged in now. */
  async function enter(door: () => Promise<PayloadError[]>): Promise<boolean> {
    setBusy(true);
    setTrouble({ errors: [] });
    try {
      const errors = await door();
      setTrouble({ errors });
      return errors.length === 0;
    } catch (error) {
      setTrouble({ errors: [], failure: failureOf(error) });
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { enter, isBusy, trouble };
}
