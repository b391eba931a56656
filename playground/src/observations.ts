import { isObject } from "./json";
import { createStore } from "./store";

/** Where the newest payment is paid, once an answer has told. */
export const paymentPage = createStore<string | undefined>(undefined);

// The newest id of each kind, by its prefix ("ord" for ord_01jd…).
const newestIds = new Map<string, string>();

const ID = /^([a-z]{3})_[0-9a-z]{26}$/;
const ID_WANTED = /^([a-z]{3})_…$/;

/** Learns from an answer: the ids that later examples want, and where to pay. */
export function observe(answer: unknown): void {
  const ids = new Map<string, string>();
  walk(answer, (node) => {
    const [, prefix] = typeof node.id === "string" ? (ID.exec(node.id) ?? []) : [];
    // The first of a list, but no free plan: the walk through a purchase needs something to pay.
    if (prefix && !ids.has(prefix) && !isFree(node)) ids.set(prefix, String(node.id));
    const page = typeof node.redirectUrl === "string" ? webPage(node.redirectUrl) : undefined;
    if (page) paymentPage.set(page);
  });
  for (const [prefix, id] of ids) newestIds.set(prefix, id);
}

/**
 * Sample variables made ready to send: `"ord_…"` becomes the newest order seen (and stays when there is none),
 * `"idempotencyKey": "new"` becomes a fresh key.
 */
export function fillIn(sample: unknown): unknown {
  if (Array.isArray(sample)) return sample.map(fillIn);
  if (typeof sample === "string") {
    const [, prefix] = ID_WANTED.exec(sample) ?? [];
    return (prefix && newestIds.get(prefix)) ?? sample;
  }
  if (!isObject(sample)) return sample;
  return Object.fromEntries(
    Object.entries(sample).map(([key, value]) => [
      key,
      key === "idempotencyKey" ? freshKey() : fillIn(value),
    ]),
  );
}

function walk(value: unknown, see: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, see);
  } else if (isObject(value)) {
    see(value);
    for (const each of Object.values(value)) walk(each, see);
  }
}

function isFree(node: Record<string, unknown>): boolean {
  return isObject(node.price) && Number(node.price.amount) === 0;
}

// A link made from an answer must not run a script.
function webPage(text: string): string | undefined {
  const base = window.location.href;
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}

// crypto.randomUUID is missing where the page is served over plain HTTP by another machine.
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
