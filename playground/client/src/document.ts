// What the client must know about a document before it sends it.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Kind, type OperationDefinitionNode, print } from 'graphql';
import { KEYED } from './generated/keyed.js';

/** A document ready to be sent. */
export interface Prepared {
  query: string;
  operationName: string | undefined;
  /** What the manifest of trusted documents calls it; `undefined` for a document that codegen did not make. */
  documentId: string | undefined;
  isMutation: boolean;
  /** Whether sending it twice does no more than sending it once. */
  isRepeatable: boolean;
}

const prepared = new WeakMap<object, Prepared>();

/** Reads a document; each only once. Throws when it has not exactly one operation. */
export function prepare<Result, Variables>(document: TypedDocumentNode<Result, Variables>): Prepared {
  const known = prepared.get(document);
  if (known) return known;
  const operation = onlyOperation(document);
  const isMutation = operation.operation === 'mutation';
  const fresh = {
    query: print(document),
    operationName: operation.name?.value,
    documentId: idOf(document),
    isMutation,
    isRepeatable: !isMutation || operation.selectionSet.selections.every(isKeyed),
  };
  prepared.set(document, fresh);
  return fresh;
}

/** What is sent: the document's text, or its id alone to a server that has imported the manifest. */
export function bodyOf(
  { query, operationName, documentId }: Prepared,
  variables: unknown,
  isTrusted: boolean | undefined,
): Record<string, unknown> {
  const document = isTrusted && documentId ? { documentId } : { query };
  return { ...document, ...(operationName && { operationName }), variables };
}

function idOf(document: object): string | undefined {
  const meta = '__meta__' in document ? document.__meta__ : undefined;
  if (typeof meta !== 'object' || meta === null || !('hash' in meta)) return undefined;
  return typeof meta.hash === 'string' ? meta.hash : undefined;
}

function onlyOperation(document: TypedDocumentNode<unknown, never>): OperationDefinitionNode {
  // `graphql()` gives an empty object for a text that the generated code does not know.
  const definitions: typeof document.definitions | undefined = document.definitions;
  if (!definitions) throw new TypeError('this document is not in the generated code: generate it again');
  const [operation, ...others] = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) {
    throw new TypeError('a document to be sent holds one operation');
  }
  return operation;
}

function isKeyed(selection: OperationDefinitionNode['selectionSet']['selections'][number]): boolean {
  return selection.kind === Kind.FIELD && (selection.name.value === '__typename' || KEYED.has(selection.name.value));
}
