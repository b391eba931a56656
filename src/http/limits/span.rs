//! The shares of one span of time: counted for all replicas by Redis, or by this process alone.

use std::{
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use adapters::redis::{Share, Taken};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};

use super::{Standing, key::Key};

/// Shares that are kept apart. Beyond it, addresses share one with their neighbours.
pub(super) const MOST_KEYS: usize = 100_000;

type Limiter = RateLimiter<Key, HashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The shares of one span of time.
pub(super) struct Span {
    /// What is counted, and over which time.
    name: &'static str,
    /// What somebody has at all replicas together.
    quota: Quota,
    /// What they have at this one, while it counts for itself.
    here: Quota,
    pub(super) limiter: Limiter,
    clock: DefaultClock,
    tidied: Mutex<Instant>,
}

impl Span {
    /// Shares of `count` in `time`, of which each of `replicas` gives a part while it counts for itself. No share at
    /// all for a count of 0.
    pub(super) fn new(
        name: &'static str,
        count: u32,
        time: fn(NonZeroU32) -> Quota,
        replicas: NonZeroU32,
    ) -> Option<Self> {
        let count = NonZeroU32::new(count)?;
        // Somebody may always ask once.
        let part = NonZeroU32::new(count.get() / replicas).unwrap_or(NonZeroU32::MIN);
        let here = time(part);
        Some(Self {
            name,
            quota: time(count),
            here,
            limiter: RateLimiter::hashmap(here).with_middleware(),
            clock: DefaultClock::default(),
            tidied: Mutex::new(Instant::now()),
        })
    }

    /// What is to be taken, for Redis.
    pub(super) fn share(&self, key: &Key, count: NonZeroU32) -> Share {
        Share {
            owner: format!("{} {}", self.name, key.name()),
            interval: self.quota.replenish_interval(),
            holds: self.quota.burst_size().get(),
            count: count.get(),
        }
    }

    /// How the share stands that Redis took from.
    pub(super) fn standing(&self, taken: Taken) -> Standing {
        standing(self.quota, taken.left, taken.wait)
    }

    /// Takes from this process' part of the share.
    pub(super) fn take(&self, key: &Key, count: NonZeroU32) -> Standing {
        let key = match self.has_room() {
            true => key.clone(),
            false => key.clone().widened(),
        };
        let (left, wait) = match self.limiter.check_key_n(&key, count) {
            Ok(Ok(snapshot)) => (snapshot.remaining_burst_capacity(), None),
            Ok(Err(until)) => (0, Some(until.wait_time_from(self.clock.now()))),
            // More than a whole share: it has to be whole, and more will not come.
            Err(_) => {
                let whole = self.here.burst_size().get();
                (
                    0,
                    Some(self.here.replenish_interval().saturating_mul(whole)),
                )
            }
        };
        standing(self.here, left, wait)
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

fn standing(quota: Quota, remaining: u32, wait: Option<Duration>) -> Standing {
    let limit = quota.burst_size().get();
    let taken = limit.saturating_sub(remaining);
    let reset = quota.replenish_interval().saturating_mul(taken);
    Standing {
        limit,
        remaining,
        reset: u32::try_from(whole_seconds(reset)).unwrap_or(u32::MAX),
        retry_after: wait.map(whole_seconds),
    }
}

/// Rounded up, and never none: who waits that long does not come too early.
fn whole_seconds(time: Duration) -> u64 {
    let part = u64::from(time.subsec_nanos() > 0);
    (time.as_secs() + part).max(1)
}
