//! Documents that log in, or guess at it: they have a share of their own.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// What guesses passwords and tokens is asked for, or makes accounts.
const GUARDED: [&str; 8] = [
    "logIn",
    "register",
    "refreshSession",
    "changePassword",
    "requestEmailCode",
    "verifyEmail",
    "requestPasswordReset",
    "resetPassword",
];

/// Whether a document can log somebody in, wherever it hides the field. Once counts for all of them: how many
/// fields a mutation may have is bounded elsewhere.
pub(super) fn is_guarded(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter();
    let operations = operations.map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values();
    let fragments = fragments.map(|fragment| &fragment.node.selection_set.node);
    operations.chain(fragments).any(names_guarded)
}

fn names_guarded(selections: &SelectionSet) -> bool {
    selections
        .items
        .iter()
        .any(|selection| match &selection.node {
            Selection::Field(field) => GUARDED.contains(&field.node.name.node.as_str()),
            Selection::InlineFragment(inline) => names_guarded(&inline.node.selection_set.node),
            // Its fragment is looked at by itself.
            Selection::FragmentSpread(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_is_found_wherever_it_hides() {
        let found = |text| is_guarded(&async_graphql::parser::parse_query(text).unwrap());
        for text in [
            "mutation { logIn(input: {}) { user { id } } }",
            "mutation { a: logIn b: logIn }",
            "mutation { ... { ... on Mutation { register } } }",
            "mutation { ...F } fragment F on Mutation { changePassword }",
            "query A { me } mutation B { refreshSession }",
        ] {
            assert!(found(text), "{text}");
        }
        for text in ["mutation { createOrder }", "{ logIn: me { id } }"] {
            assert!(!found(text), "{text}");
        }
    }
}
