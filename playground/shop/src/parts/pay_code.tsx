// What to pay with at an ATM or a store, and how long there is for it.
import { useEffect, useState } from 'react';
import { day, money, moment, type Money } from '../format';
import type { PaymentMethod } from '../generated/graphql';
import type { OrderData } from '../screens/order';
import { useLanguage, useWords, type Words } from '../texts';
import { Barcode } from './barcode';
import { Card, Fact, Facts } from './basics';
import { Icon } from './icons';

type Code = NonNullable<OrderData['payments'][number]['code']>;

export function PayCode({ code, amount, method }: { code: Code; amount: Money; method: PaymentMethod }) {
  const { words, language } = useLanguage();
  const left = useTimeLeft(code.expiresAt, words);
  const isAtStore = method === 'CVS' || method === 'BARCODE';
  return (
    <Card title={words.code.title} look="pay-code">
      {code.bankCode && <Copied name={words.code.bank} value={code.bankCode} />}
      {code.virtualAccount && <Copied name={words.code.account} value={code.virtualAccount} />}
      {code.code && <Copied name={words.code.code} value={code.code} />}
      {code.barcodes.length > 0 && (
        <figure className="barcodes">
          {code.barcodes.map((text, index) => (
            <Barcode key={text} text={text} label={words.code.barcode(index + 1)} />
          ))}
          <figcaption>{words.code.barcodeHint}</figcaption>
        </figure>
      )}
      <Facts>
        <Fact name={words.code.amount}>
          <strong>{money(amount)}</strong>
        </Fact>
        <Fact name={words.code.until}>
          {day(code.expiresAt, language)} {moment(code.expiresAt, language).slice(-5)}
        </Fact>
        <Fact name={words.code.left}>
          <span role="timer">{left}</span>
        </Fact>
      </Facts>
      {isAtStore && <p className="hint">{words.code.delay}</p>}
    </Card>
  );
}

function Copied({ name, value }: { name: string; value: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      // Not allowed, or a plain page: it can be marked by hand.
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  return (
    <div className="copied">
      <div>
        <span className="copied-name">{name}</span>
        <code>{spaced(value)}</code>
      </div>
      <button type="button" className="button quiet small" onClick={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} />
        <span>
          {isCopied ? words.code.copied : words.code.copy} <span className="unseen">{name}</span>
        </span>
      </button>
    </div>
  );
}

/** In groups of four, as people read numbers out. */
function spaced(value: string): string {
  return value.replace(/(.{4})(?=.)/g, '$1\u2009');
}

/** The two largest parts of what is left, looked at again every half minute. */
function useTimeLeft(until: string, words: Words): string {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.floor((Date.parse(until) - now) / 60_000);
  if (minutes < 0) return words.code.over;
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days > 0) return `${words.code.days(days)} ${words.code.hours(hours)}`;
  return hours > 0 ? `${words.code.hours(hours)} ${words.code.minutes(rest)}` : words.code.minutes(rest);
}
