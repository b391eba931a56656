//! How often somebody may ask. Everybody has a share of their own that fills up again evenly (GCRA): a user's, or
//! without one the address's. Redis counts it for all replicas; while there is none, each replica gives a part of it.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use adapters::redis::Redis;
use async_graphql::ServerError;
use axum::http::{HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use entity::id::UserId;
use governor::Quota;
use graphql::base::rate::RateLimit;

use crate::config::Rates;

use graphql::document::refusal;

mod key;
mod span;

use key::Key;
use span::Span;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How a share stands after something was taken from it, or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until it is whole again.
    reset: u32,
    /// Seconds until something can be taken again: then nothing was taken.
    pub(super) retry_after: Option<u64>,
}

impl Standing {
    /// How much may come at once.
    pub(super) const fn limit(&self) -> u32 {
        self.limit
    }

    /// How much may still come now.
    pub(super) const fn remaining(&self) -> u32 {
        self.remaining
    }

    /// For the answer.
    pub(super) fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        [
            (LIMIT, self.limit.into()),
            (REMAINING, self.remaining.into()),
            (RESET, self.reset.into()),
        ]
    }

    /// For the field `rateLimit`.
    pub(super) fn shown(&self, now: DateTime<Utc>) -> RateLimit {
        RateLimit {
            limit: self.limit,
            remaining: self.remaining,
            reset_at: now + TimeDelta::seconds(self.reset.into()),
        }
    }
}

/// Everybody's shares.
pub(super) struct Shares {
    redis: Option<Arc<Redis>>,
    minute: Option<Span>,
    hour: Option<Span>,
    guarded: Option<Span>,
    cost: Option<Span>,
}

impl Shares {
    /// Shares as the settings have them, for as many replicas as there are.
    pub(super) fn new(rates: Rates, replicas: NonZeroU32, redis: Option<Arc<Redis>>) -> Self {
        let span = |name, count, time| Span::new(name, count, time, replicas);
        Self {
            redis,
            minute: span("minute", rates.per_minute, Quota::per_minute),
            hour: span("hour", rates.per_hour, Quota::per_hour),
            guarded: span("guarded", rates.guarded_per_minute, Quota::per_minute),
            cost: span("cost", rates.cost_per_minute, Quota::per_minute),
        }
    }

    /// Takes one document from the user's share, or without a user from the address's. `None` when nothing is
    /// counted.
    pub(super) async fn take(
        &self,
        user: Option<UserId>,
        address: Option<IpAddr>,
    ) -> Option<Standing> {
        let spans = [self.minute.as_ref(), self.hour.as_ref()];
        let key = Key::of(user, address);
        self.take_from("documents", &spans, &key, NonZeroU32::MIN)
            .await
    }

    /// Takes what an operation costs, and one for an operation that costs nothing, from the same shares.
    pub(super) async fn take_cost(
        &self,
        user: Option<UserId>,
        address: Option<IpAddr>,
        cost: u64,
    ) -> Option<Standing> {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        let key = Key::of(user, address);
        self.take_from("cost", &[self.cost.as_ref()], &key, cost)
            .await
    }

    /// Takes one guarded document from the address's share, whoever asks: a guesser has many names.
    pub(super) async fn take_guarded(&self, address: Option<IpAddr>) -> Option<Standing> {
        let key = Key::of_address(address);
        self.take_from("guarded", &[self.guarded.as_ref()], &key, NonZeroU32::MIN)
            .await
    }

    /// Takes from each of the spans; how the tightest stands.
    async fn take_from(
        &self,
        class: &'static str,
        spans: &[Option<&Span>],
        key: &Key,
        count: NonZeroU32,
    ) -> Option<Standing> {
        let spans: Vec<&Span> = spans.iter().copied().flatten().collect();
        if spans.is_empty() {
            return None;
        }
        let counted = self.count_for_all(&spans, key, count).await;
        let backend = match counted {
            Some(_) => "redis",
            None => "local",
        };
        let standing = counted.unwrap_or_else(|| count_here(&spans, key, count))?;
        let decision = match standing.retry_after {
            Some(_) => "refused",
            None => "allowed",
        };
        let labels = [
            ("class", class),
            ("decision", decision),
            ("backend", backend),
        ];
        metrics::counter!("ratelimit_total", &labels).increment(1);
        Some(standing)
    }

    /// Nothing when Redis is not there.
    async fn count_for_all(
        &self,
        spans: &[&Span],
        key: &Key,
        count: NonZeroU32,
    ) -> Option<Option<Standing>> {
        let shares: Vec<_> = spans.iter().map(|span| span.share(key, count)).collect();
        let taken = self.redis.as_ref()?.take(&shares).await?;
        let standings = spans.iter().zip(taken);
        Some(tightest(
            standings.map(|(span, taken)| span.standing(taken)),
        ))
    }
}

/// What a span refuses is not counted against the next one.
fn count_here(spans: &[&Span], key: &Key, count: NonZeroU32) -> Option<Standing> {
    let mut standings = Vec::with_capacity(spans.len());
    for span in spans {
        let standing = span.take(key, count);
        standings.push(standing);
        if standing.retry_after.is_some() {
            break;
        }
    }
    tightest(standings.into_iter())
}

/// The one that refuses for longest, or else has least left.
fn tightest(standings: impl Iterator<Item = Standing>) -> Option<Standing> {
    standings.min_by_key(|standing| {
        let wait = standing.retry_after.unwrap_or_default();
        (std::cmp::Reverse(wait), standing.remaining)
    })
}

/// The error of a document that nothing was left for.
pub(super) fn too_often(wait: u64) -> ServerError {
    let message = format!("Too often; try again in {wait} s.");
    let mut error = refusal("RATE_LIMITED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("retryAfterSeconds", wait);
    error
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{span::MOST_KEYS, *};

    fn rates(per_minute: u32, per_hour: u32) -> Rates {
        Rates {
            per_minute,
            per_hour,
            guarded_per_minute: 0,
            cost_per_minute: 0,
        }
    }

    fn shares(per_minute: u32, per_hour: u32) -> Shares {
        Shares::new(rates(per_minute, per_hour), NonZeroU32::MIN, None)
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[tokio::test]
    async fn a_share_is_used_up_and_says_when_to_come_again() {
        let shares = shares(0, 3);
        let here = address("203.0.113.7");
        for left in [2, 1, 0] {
            assert_eq!(shares.take(None, here).await.unwrap().remaining, left);
        }
        let refused = shares.take(None, here).await.unwrap();
        assert_eq!((refused.limit, refused.remaining), (3, 0));
        let wait = refused.retry_after.expect("refused");
        assert!((1190..=1200).contains(&wait), "a third of an hour: {wait}");
        assert_eq!(refused.reset, 3600);
        assert!(
            shares
                .take(None, address("203.0.113.8"))
                .await
                .unwrap()
                .retry_after
                .is_none(),
            "the neighbour has a share of their own"
        );
        let user = UserId(uuid::Uuid::from_u128(1));
        assert_eq!(shares.take(Some(user), here).await.unwrap().remaining, 2);
    }

    #[tokio::test]
    async fn the_tighter_span_is_told_and_either_refuses() {
        let here = address("203.0.113.7");
        let by_the_hour = shares(100, 2);
        assert_eq!(by_the_hour.take(None, here).await.unwrap().limit, 2);
        by_the_hour.take(None, here).await;
        let refused = by_the_hour.take(None, here).await.unwrap();
        assert_eq!(refused.limit, 2);
        assert!(refused.retry_after.is_some());
        let by_the_minute = shares(2, 100);
        assert_eq!(by_the_minute.take(None, here).await.unwrap().limit, 2);
        assert_eq!(shares(0, 0).take(None, here).await, None, "off");
    }

    #[tokio::test]
    async fn dear_operations_use_the_share_up_sooner() {
        let rates = Rates {
            cost_per_minute: 1000,
            ..rates(0, 0)
        };
        let shares = Shares::new(rates, NonZeroU32::MIN, None);
        let here = address("203.0.113.7");
        let take = async |cost| shares.take_cost(None, here, cost).await.unwrap();
        assert_eq!(take(600).await.remaining, 400);
        assert_eq!(take(0).await.remaining, 399, "nothing is quite free");
        let refused = take(600).await;
        let wait = refused.retry_after.expect("refused");
        assert!((11..=13).contains(&wait), "201 come back in 12 s: {wait}");
        assert_eq!(
            take(300).await.retry_after,
            None,
            "a cheaper one still fits"
        );
        let user = UserId(uuid::Uuid::from_u128(1));
        let other = shares.take_cost(Some(user), here, 1000).await.unwrap();
        assert_eq!(other.remaining, 0, "a share of their own");
    }

    #[tokio::test]
    async fn one_customer_s_addresses_are_one() {
        let shares = shares(0, 2);
        shares.take(None, address("2001:db8:1:2::1")).await;
        shares.take(None, address("2001:db8:1:2:ffff::9")).await;
        let third = shares
            .take(None, address("2001:db8:1:2:3:4:5:6"))
            .await
            .unwrap();
        assert!(third.retry_after.is_some(), "the same /64");
        let other = shares.take(None, address("2001:db8:1:3::1")).await.unwrap();
        assert!(other.retry_after.is_none(), "another /64");
    }

    #[tokio::test]
    async fn a_flood_of_addresses_does_not_fill_the_memory() {
        let shares = shares(0, 1000);
        let first = 0x0a00_0000_u32;
        for number in 0..u32::try_from(MOST_KEYS).unwrap() + 70_000 {
            let flooding = Ipv4Addr::from_bits(first + number).into();
            shares.take(None, Some(flooding)).await;
        }
        let kept = shares.hour.unwrap().limiter.len();
        assert!(kept <= MOST_KEYS + 2, "{kept}");
    }

    #[tokio::test]
    async fn a_replica_that_counts_for_itself_gives_its_part() {
        let three = NonZeroU32::new(3).unwrap();
        let shares = Shares::new(rates(9, 0), three, None);
        let here = address("203.0.113.7");
        for left in [2, 1, 0] {
            let standing = shares.take(None, here).await.unwrap();
            assert_eq!((standing.limit, standing.remaining), (3, left));
        }
        assert!(shares.take(None, here).await.unwrap().retry_after.is_some());
        let shares = Shares::new(rates(2, 0), three, None);
        let once = shares.take(None, here).await.unwrap();
        assert_eq!(once.retry_after, None, "nobody is shut out");
    }
}
