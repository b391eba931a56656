//! What is left of the caller's share, as the door counted it.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// How often the caller may still ask.
// Who answers documents puts it into the request.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(name = "RateLimit")]
pub struct RateLimit {
    /// How many documents may come at once, and in one span: a minute, or an hour when that is the tighter one.
    pub limit: u32,
    /// How many may still come now, this one already counted.
    pub remaining: u32,
    /// When all of `limit` may come at once again, if none comes before. Some come back sooner, one by one.
    pub reset_at: DateTime<Utc>,
}

/// Questions about the caller's share.
#[derive(Default)]
pub struct RateQuery;

#[Object]
impl RateQuery {
    /// What is left of the caller's share, the same as in the headers `x-ratelimit-*`. It belongs to the user,
    /// or without one to the address. `null` where nothing is counted.
    async fn rate_limit(&self, context: &Context<'_>) -> Option<RateLimit> {
        context.data_opt::<RateLimit>().copied()
    }
}
