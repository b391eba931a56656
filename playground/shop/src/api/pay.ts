// On the way to the gateway and back.
import { useAct } from './hooks';
import { PayDocument } from '../generated/graphql';
import type { Method } from '../texts';
import { useState } from 'react';

/** Begins a payment, and leaves the page for the gateway's. */
export function usePay() {
  const { run, isBusy, trouble } = useAct(PayDocument);
  const [isLeaving, setLeaving] = useState(false);

  async function pay(orderId: string, method: Method): Promise<boolean> {
    const begun = await run({ input: { orderId, method } }, (data) => data.beginPayment);
    if (!begun?.redirectUrl || !begun.payment) return false;
    // The server finds it when the browser comes back from the gateway, and shows the order. It is no secret.
    document.cookie = `fabrica_paying=${begun.payment.id}; Path=/pay/result; Max-Age=604800; SameSite=Lax`;
    setLeaving(true);
    window.location.assign(begun.redirectUrl);
    return true;
  }

  return { pay, isBusy: isBusy || isLeaving, isLeaving, trouble };
}
