//! Where a mutation's idempotency key comes from: its input, or else the header of its request.

use async_graphql::Context;

/// What the request's `Idempotency-Key` header says.
#[derive(Clone, Debug)]
pub struct IdempotencyHeader(pub String);

/// The key of the input; the header's when the input has none. Empty when neither has one, which the domain
/// refuses: nothing is ever done without a key.
#[must_use]
pub fn key<'k>(context: &Context<'k>, of_input: &'k str) -> &'k str {
    if !of_input.is_empty() {
        return of_input;
    }
    context
        .data_opt::<IdempotencyHeader>()
        .map_or("", |header| header.0.as_str())
}
