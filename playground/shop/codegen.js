// Types for the storefront's own documents.
import { configure } from '../client/codegen.js';

export default configure({ documents: ['src/operations/*.graphql'], output: './src/generated/' });
