// The documents that the playground shows, as the typed client brings them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Kind, parse } from 'graphql';
import * as client from '../../playground/client/dist/index.js';
import { ROOT } from './server.js';

const FOLDER = path.join(ROOT, 'playground/operations');

/** Every operation of the folder, as it stands in its file. */
export const operations = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => parse(readFileSync(path.join(FOLDER, name), 'utf8'), { noLocation: true }).definitions)
  .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);

/** The typed document with this operation alone. */
export function operation(name) {
  const document = client[`${name}Document`];
  if (!document) throw new Error(`the client has no operation ${name}`);
  return document;
}
