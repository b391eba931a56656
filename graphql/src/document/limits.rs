//! How much a document may ask for. What a limit protects stands in `docs/decisions/0026-document-pipeline.md`.

use domain::base::page::PageSizes;

/// How much a document may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Tokens of the text.
    pub tokens: usize,
    /// Open brackets at the deepest place of the text.
    pub nesting: usize,
    /// Operations of the document.
    pub operations: usize,
    /// Fields within fields, whatever fragments they stand in.
    pub depth: usize,
    /// The same below `__schema` and `__type`: what tools send is 15 deep.
    pub introspection_depth: usize,
    /// Lists of the schema's parts within each other below `__schema` and `__type`: each multiplies the answer.
    pub introspection_lists: usize,
    /// Selection sets within each other, those of inline fragments and spreads too.
    pub levels: usize,
    /// Aliases of all operations, each fragment as often as it is spread.
    pub aliases: usize,
    /// Root fields of a mutation.
    pub mutations: usize,
    /// Directives, wherever they stand.
    pub directives: usize,
    /// Selections of all operations, each fragment as often as it is spread.
    pub selections: usize,
    /// Cost of an operation of somebody who has logged in.
    pub cost: u64,
    /// Cost of an operation of anybody else.
    pub anonymous_cost: u64,
    /// Rows of a page, which are priced.
    pub pages: PageSizes,
    /// Errors of one answer.
    pub errors: usize,
    /// Tokens of the documents that are kept parsed: some 300 bytes each at worst.
    pub kept_tokens: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            tokens: 2000,
            nesting: 32,
            operations: 5,
            depth: 12,
            introspection_depth: 16,
            introspection_lists: 2,
            levels: 32,
            aliases: 30,
            mutations: 5,
            directives: 20,
            selections: 1000,
            cost: 1000,
            anonymous_cost: 200,
            pages: PageSizes::default(),
            errors: 10,
            kept_tokens: 100_000,
        }
    }
}
