import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * A configuration of graphql-codegen for a front end's own documents: Fabrica's schema, its scalars as strings,
 * masked fragments, and a manifest of trusted documents beside the types.
 *
 * `documents` is a glob of `.graphql` or TypeScript files, `output` a folder that ends with a slash.
 */
export function configure(own: { documents: string | string[]; output: string }): CodegenConfig;
