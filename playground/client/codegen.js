// How types are made from the schema: here for the shared operations, and in the same way for a front end's own.
import { fileURLToPath } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** See codegen.d.ts. */
export function configure({ documents, output }) {
  return {
    schema: at('../../schema/schema.graphql'),
    documents,
    generates: {
      [output]: {
        // By itself and not by its name, which would be looked for where the front end is.
        preset,
        presetConfig: {
          // A component reads its own fragment and nothing beside it. Not `useFragment`: it is no React hook.
          fragmentMasking: { unmaskFunctionName: 'getFragmentData' },
          persistedDocuments: { hashAlgorithm: 'sha256' },
        },
        config: {
          useTypeImports: true,
          enumsAsTypes: true,
          // A scalar without a line here stops the build, instead of becoming `any`.
          strictScalars: true,
          scalars: { Date: 'string', DateTime: 'string', Decimal: 'string', ID: 'string', JSON: 'unknown', URL: 'string' },
        },
      },
    },
    importExtension: '.js',
  };
}

const own = configure({ documents: at('../operations/*.graphql'), output: at('src/generated/') });
own.generates[at('src/generated/keyed.ts')] = { plugins: [at('keyed.cjs')] };

export default own;
