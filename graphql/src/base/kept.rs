//! Answers that are kept for whoever asks the same again: bounded, and never older than what they were read from.

use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use lru::LruCache;

/// When something was read: before which changes, and at what time. Taken before the reading begins, so that what
/// changes meanwhile makes it old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// How many changes had been heard of.
    pub(crate) changes: u64,
    /// When.
    pub(crate) at: Instant,
}

/// Answers by what was asked, those used longest ago given up first.
#[derive(Debug)]
pub(crate) struct Kept<K: Hash + Eq, V> {
    answers: Mutex<LruCache<K, (Reading, V)>>,
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// Keeps at most so many.
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        Self {
            answers: Mutex::new(LruCache::new(most)),
        }
    }

    /// The answer, if nothing was heard to change since before it was read, and that is no longer ago than `most_age`.
    pub(crate) fn find(&self, key: &K, now: Reading, most_age: Duration) -> Option<V> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, answer) = answers.get(key)?;
        let is_fresh =
            read.changes == now.changes && now.at.saturating_duration_since(read.at) <= most_age;
        is_fresh.then(|| answer.clone())
    }

    /// Keeps what was read. One that was read later stays: readings may end in another order than they began.
    pub(crate) fn keep(&self, key: K, read: Reading, answer: V) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let has_later = answers
            .peek(&key)
            .is_some_and(|(kept, _)| (kept.changes, kept.at) > (read.changes, read.at));
        if !has_later {
            answers.push(key, (read, answer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: Duration = Duration::from_secs(5);

    fn reading(changes: u64, at: Instant) -> Reading {
        Reading { changes, at }
    }

    fn kept() -> Kept<&'static str, u32> {
        Kept::new(NonZeroUsize::new(2).unwrap())
    }

    #[test]
    fn what_changed_since_the_reading_began_is_read_again() {
        let (kept, now) = (kept(), Instant::now());
        kept.keep("pro", reading(1, now), 899);
        assert_eq!(kept.find(&"pro", reading(1, now), AGE), Some(899));
        assert_eq!(kept.find(&"pro", reading(2, now), AGE), None);
        // A reading that began before the change and ended after it counts as old,
        kept.keep("pro", reading(1, now), 899);
        assert_eq!(kept.find(&"pro", reading(2, now), AGE), None);
        // and does not take the place of a newer one.
        kept.keep("pro", reading(2, now), 999);
        kept.keep("pro", reading(1, now), 899);
        assert_eq!(kept.find(&"pro", reading(2, now), AGE), Some(999));
    }

    #[test]
    fn what_is_too_old_is_read_again_whatever_was_heard() {
        let (kept, now) = (kept(), Instant::now());
        kept.keep("pro", reading(1, now), 899);
        assert_eq!(kept.find(&"pro", reading(1, now + AGE), AGE), Some(899));
        let later = now + AGE + Duration::from_millis(1);
        assert_eq!(kept.find(&"pro", reading(1, later), AGE), None);
    }

    #[test]
    fn no_more_are_kept_than_it_was_made_for() {
        let (kept, now) = (kept(), reading(1, Instant::now()));
        for (key, price) in [("lite", 299), ("pro", 899)] {
            kept.keep(key, now, price);
        }
        assert_eq!(kept.find(&"lite", now, AGE), Some(299));
        kept.keep("max", now, 1999);
        assert_eq!(kept.find(&"pro", now, AGE), None, "used longest ago");
        assert_eq!(kept.find(&"lite", now, AGE), Some(299));
    }
}
