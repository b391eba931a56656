// Numbers and times for people. Amounts are text and stay text: no amount is ever a floating-point number.
import type { Language } from './texts';

export interface Money {
  amount: string;
  currency: 'TWD' | 'USD';
}

const SIGNS: Record<Money['currency'], string> = { TWD: 'NT$', USD: 'US$' };

/** `NT$12,800`, `−NT$30`. */
export function money({ amount, currency }: Money): string {
  const isNegative = amount.startsWith('-');
  const [whole = '', fraction] = (isNegative ? amount.slice(1) : amount).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${isNegative ? '−' : ''}${SIGNS[currency]}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

export function isNothing({ amount }: Money): boolean {
  return /^-?0*(\.0*)?$/.test(amount);
}

const LOCALES: Record<Language, string> = { zh: 'zh-TW', en: 'en-GB' };

function format(at: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  // Calendar days are Taipei's, wherever the browser is.
  return new Intl.DateTimeFormat(LOCALES[language], { timeZone: 'Asia/Taipei', ...options }).format(new Date(at));
}

export function day(at: string, language: Language): string {
  return format(at, language, { year: 'numeric', month: 'long', day: 'numeric' });
}

/** From one day to another, as short as can be; neither breaks over a line. */
export function period(from: string, to: string, language: Language): string {
  const options: Intl.DateTimeFormatOptions =
    language === 'zh' ? { year: 'numeric', month: '2-digit', day: '2-digit' } : { year: 'numeric', month: 'short', day: 'numeric' };
  const short = (at: string) => format(at, language, options).replaceAll(' ', '\u00a0');
  return `${short(from)} – ${short(to)}`;
}

export function moment(at: string, language: Language): string {
  return format(at, language, { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
}

/** Storage as it is sold: whole megabytes, gigabytes or terabytes. */
export function storage(megabytes: number): string {
  if (megabytes % 1_048_576 === 0) return `${megabytes / 1_048_576} TB`;
  return megabytes >= 1024 && megabytes % 1024 === 0 ? `${megabytes / 1024} GB` : `${megabytes} MB`;
}
