//! How often somebody may ask. Everybody has a share of their own that fills up again evenly (GCRA): a user's, or
//! without one the address's. It is counted in this process; replicas each give a share.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::ServerError;
use axum::http::{HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use entity::id::UserId;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};
use graphql::base::rate::RateLimit;

use crate::config::Rates;

use graphql::document::refusal;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Shares that are kept apart. Beyond it, addresses share one with their neighbours.
const MOST_KEYS: usize = 100_000;

/// Whose share it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    User(UserId),
    /// The address, cut to what one customer of a provider has.
    Address(IpAddr),
    /// The connection is not known.
    Nowhere,
}

impl Key {
    fn of_address(address: Option<IpAddr>) -> Self {
        address.map_or(Self::Nowhere, |address| Self::Address(cut(address, 32, 64)))
    }

    /// The key of a whole neighbourhood, of which there are few.
    fn widened(self) -> Self {
        match self {
            Self::Address(address) => Self::Address(cut(address, 16, 24)),
            other => other,
        }
    }
}

/// The first bits of an address, of either kind.
fn cut(address: IpAddr, of_v4: u32, of_v6: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - of_v4).unwrap_or_default();
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - of_v6).unwrap_or_default();
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

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
    minute: Option<Span>,
    hour: Option<Span>,
    guarded: Option<Span>,
    cost: Option<Span>,
}

impl Shares {
    pub(super) fn new(rates: Rates) -> Self {
        let span = |count: u32, quota: fn(NonZeroU32) -> Quota| {
            NonZeroU32::new(count).map(|count| Span::new(quota(count)))
        };
        Self {
            minute: span(rates.per_minute, Quota::per_minute),
            hour: span(rates.per_hour, Quota::per_hour),
            guarded: span(rates.guarded_per_minute, Quota::per_minute),
            cost: span(rates.cost_per_minute, Quota::per_minute),
        }
    }

    /// Takes one document from the user's share, or without a user from the address's. `None` when nothing is
    /// counted.
    pub(super) fn take(&self, user: Option<UserId>, address: Option<IpAddr>) -> Option<Standing> {
        let key = user.map_or_else(|| Key::of_address(address), Key::User);
        let minute = self
            .minute
            .as_ref()
            .map(|span| span.take(&key, NonZeroU32::MIN));
        if minute.is_some_and(|standing| standing.retry_after.is_some()) {
            // What is refused is not counted against the hour.
            return minute;
        }
        let hour = self
            .hour
            .as_ref()
            .map(|span| span.take(&key, NonZeroU32::MIN));
        let standings = [minute, hour].into_iter().flatten();
        standings.min_by_key(|standing| (standing.retry_after.is_none(), standing.remaining))
    }

    /// Takes what an operation costs, and one for an operation that costs nothing, from the same shares.
    pub(super) fn take_cost(
        &self,
        user: Option<UserId>,
        address: Option<IpAddr>,
        cost: u64,
    ) -> Option<Standing> {
        let key = user.map_or_else(|| Key::of_address(address), Key::User);
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        Some(self.cost.as_ref()?.take(&key, cost))
    }

    /// Takes one guarded document from the address's share, whoever asks: a guesser has many names.
    pub(super) fn take_guarded(&self, address: Option<IpAddr>) -> Option<Standing> {
        let span = self.guarded.as_ref()?;
        Some(span.take(&Key::of_address(address), NonZeroU32::MIN))
    }
}

type Limiter = RateLimiter<Key, HashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The shares of one span of time.
struct Span {
    limiter: Limiter,
    clock: DefaultClock,
    quota: Quota,
    tidied: Mutex<Instant>,
}

impl Span {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::hashmap(quota).with_middleware(),
            clock: DefaultClock::default(),
            quota,
            tidied: Mutex::new(Instant::now()),
        }
    }

    fn take(&self, key: &Key, count: NonZeroU32) -> Standing {
        let key = match self.has_room() {
            true => key.clone(),
            false => key.clone().widened(),
        };
        let limit = self.quota.burst_size().get();
        let (remaining, retry_after) = match self.limiter.check_key_n(&key, count) {
            Ok(Ok(snapshot)) => (snapshot.remaining_burst_capacity(), None),
            Ok(Err(until)) => (0, Some(until.wait_time_from(self.clock.now()))),
            // More than a whole share; the settings see to it that no operation costs that much.
            Err(_) => (
                0,
                Some(self.quota.replenish_interval().saturating_mul(limit)),
            ),
        };
        let taken = limit.saturating_sub(remaining);
        let reset = self.quota.replenish_interval().saturating_mul(taken);
        Standing {
            limit,
            remaining,
            reset: u32::try_from(whole_seconds(reset)).unwrap_or(u32::MAX),
            retry_after: retry_after.map(whole_seconds),
        }
    }

    /// Whether another key may be kept. When there are too many, those whose share is whole again are forgotten:
    /// that takes a while, so that it is done once a second at most.
    fn has_room(&self) -> bool {
        if self.limiter.len() < MOST_KEYS {
            return true;
        }
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        if tidied.elapsed() >= Duration::from_secs(1) {
            *tidied = Instant::now();
            self.limiter.retain_recent();
        }
        self.limiter.len() < MOST_KEYS
    }
}

/// The error of a document that nothing was left for.
pub(super) fn too_often(wait: u64) -> ServerError {
    metrics::counter!("rate_limited_total").increment(1);
    let message = format!("Too often; try again in {wait} s.");
    let mut error = refusal("RATE_LIMITED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("retryAfterSeconds", wait);
    error
}

/// Rounded up, and never none: who waits that long does not come too early.
fn whole_seconds(time: Duration) -> u64 {
    let part = u64::from(time.subsec_nanos() > 0);
    (time.as_secs() + part).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(per_minute: u32, per_hour: u32) -> Shares {
        Shares::new(Rates {
            per_minute,
            per_hour,
            guarded_per_minute: 0,
            cost_per_minute: 0,
        })
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_share_is_used_up_and_says_when_to_come_again() {
        let shares = shares(0, 3);
        let here = address("203.0.113.7");
        let left: Vec<u32> = (0..3)
            .map(|_| shares.take(None, here).unwrap().remaining)
            .collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = shares.take(None, here).unwrap();
        assert_eq!((refused.limit, refused.remaining), (3, 0));
        let wait = refused.retry_after.expect("refused");
        assert!((1190..=1200).contains(&wait), "a third of an hour: {wait}");
        assert_eq!(refused.reset, 3600);
        assert!(
            shares
                .take(None, address("203.0.113.8"))
                .unwrap()
                .retry_after
                .is_none(),
            "the neighbour has a share of their own"
        );
        let user = UserId(uuid::Uuid::from_u128(1));
        assert_eq!(shares.take(Some(user), here).unwrap().remaining, 2);
    }

    #[test]
    fn the_tighter_span_is_told_and_either_refuses() {
        let here = address("203.0.113.7");
        let by_the_hour = shares(100, 2);
        assert_eq!(by_the_hour.take(None, here).unwrap().limit, 2);
        by_the_hour.take(None, here);
        let refused = by_the_hour.take(None, here).unwrap();
        assert_eq!(refused.limit, 2);
        assert!(refused.retry_after.is_some());
        let by_the_minute = shares(2, 100);
        assert_eq!(by_the_minute.take(None, here).unwrap().limit, 2);
        assert_eq!(shares(0, 0).take(None, here), None, "off");
    }

    #[test]
    fn dear_operations_use_the_share_up_sooner() {
        let shares = Shares::new(Rates {
            per_minute: 0,
            per_hour: 0,
            guarded_per_minute: 0,
            cost_per_minute: 1000,
        });
        let here = address("203.0.113.7");
        let take = |cost| shares.take_cost(None, here, cost).unwrap();
        assert_eq!(take(600).remaining, 400);
        assert_eq!(take(0).remaining, 399, "nothing is quite free");
        let refused = take(600);
        let wait = refused.retry_after.expect("refused");
        assert!((11..=13).contains(&wait), "201 come back in 12 s: {wait}");
        assert_eq!(take(300).retry_after, None, "a cheaper one still fits");
        let user = UserId(uuid::Uuid::from_u128(1));
        let other = shares.take_cost(Some(user), here, 1000).unwrap();
        assert_eq!(other.remaining, 0, "a share of their own");
    }

    #[test]
    fn one_customer_s_addresses_are_one() {
        let shares = shares(0, 2);
        shares.take(None, address("2001:db8:1:2::1"));
        shares.take(None, address("2001:db8:1:2:ffff::9"));
        let third = shares.take(None, address("2001:db8:1:2:3:4:5:6")).unwrap();
        assert!(third.retry_after.is_some(), "the same /64");
        let other = shares.take(None, address("2001:db8:1:3::1")).unwrap();
        assert!(other.retry_after.is_none(), "another /64");
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let shares = shares(0, 1000);
        let first = 0x0a00_0000_u32;
        for number in 0..u32::try_from(MOST_KEYS).unwrap() + 70_000 {
            shares.take(None, Some(Ipv4Addr::from_bits(first + number).into()));
        }
        let kept = shares.hour.unwrap().limiter.len();
        assert!(kept <= MOST_KEYS + 2, "{kept}");
    }
}
