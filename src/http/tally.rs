//! Counts what is open for each key, and says when it is enough.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// How many are open, by key.
#[derive(Debug)]
pub(super) struct Tally<K> {
    open: Arc<Mutex<HashMap<K, usize>>>,
}

/// One that is open; dropped, it is open no longer.
#[derive(Debug)]
pub(super) struct Ticket<K: Eq + Hash> {
    key: K,
    tally: Tally<K>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self {
            open: Arc::default(),
        }
    }
}

impl<K> Clone for Tally<K> {
    fn clone(&self) -> Self {
        Self {
            open: Arc::clone(&self.open),
        }
    }
}

impl<K: Copy + Eq + Hash> Tally<K> {
    /// A ticket, unless `most` are open for this key.
    pub(super) fn enter(&self, key: K, most: usize) -> Option<Ticket<K>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Ticket {
            key,
            tally: self.clone(),
        })
    }
}

impl<K: Eq + Hash> Drop for Ticket<K> {
    fn drop(&mut self) {
        let mut open = self
            .tally
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_full_until_somebody_leaves() {
        let tally = Tally::default();
        let first = tally.enter("a", 1).expect("room");
        assert!(tally.enter("a", 1).is_none(), "full");
        assert!(tally.enter("b", 1).is_some(), "another key");
        drop(first);
        assert!(tally.enter("a", 1).is_some(), "room again");
        assert_eq!(
            tally.open.lock().unwrap().len(),
            0,
            "nothing is left behind"
        );
    }
}
