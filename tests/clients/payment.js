// What a buyer's browser does at the gateway's simulator.
import assert from 'node:assert/strict';

/** Posts a payment's form to the gateway, and types a good card there. */
export async function payByCard({ action, fields }) {
  const page = await post(action, fields.map(({ name, value }) => [name, value]));
  const card = formOf(page, /\/card$/);
  card.fields.push(['card_number', '4311-9522-2222-2222']);
  await post(new URL(card.action, action), card.fields);
}

/** Opens the page of ours that leads to the gateway, and goes on from there. */
export async function payAt(redirectUrl) {
  const page = await (await fetch(redirectUrl)).text();
  const { action, fields } = formOf(page, /AioCheckOut/);
  await payByCard({ action, fields: fields.map(([name, value]) => ({ name, value })) });
}

/** The form of a page that goes to such an address, with what is filled in already. */
function formOf(html, address) {
  const forms = [...html.matchAll(/<form [^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
  const found = forms.map(([, action, inside]) => ({ action: plain(action), inside })).find(({ action }) => address.test(action));
  assert.ok(found, `the page has no form to ${address}: ${html}`);
  const inputs = [...found.inside.matchAll(/<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"/g)];
  const filled = inputs.map(([, name, value]) => [plain(name), plain(value)]).filter(([, value]) => value !== '');
  return { action: found.action, fields: filled };
}

const ENTITIES = { '&#x2f;': '/', '&#x27;': "'", '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };

function plain(text) {
  return text.replaceAll(/&(?:#x2f|#x27|#39|quot|lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}

async function post(url, fields) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}
