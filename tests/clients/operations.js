// The documents that the playground shows, by the name of their operation.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'graphql';
import { ROOT } from './server.js';

const FOLDER = path.join(ROOT, 'playground/operations');

const definitions = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => parse(readFileSync(path.join(FOLDER, name), 'utf8'), { noLocation: true }).definitions);

/** A document with this operation alone. */
export function operation(name) {
  const found = definitions.find((definition) => definition.name?.value === name);
  if (!found) throw new Error(`the playground has no operation ${name}`);
  return { kind: 'Document', definitions: [found] };
}
