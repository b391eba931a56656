//! How long a request waits for the database, all its waits together. Whoever asks is told in time to come again; a
//! job waits as long as the database's own limits let it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// All waits of a request together: it is answered within three seconds.
const WHOLE: Duration = Duration::from_millis(2600);
/// A wait that is shorter leaves enough for whatever comes after it.
const SHORT: Duration = Duration::from_millis(500);

/// What is left of the time that one request may wait.
#[derive(Debug)]
pub(super) struct Patience {
    spent_ms: AtomicU64,
}

impl Patience {
    /// That of an operation that came through this door; none for the clockwork.
    pub(super) fn of(door: &str) -> Option<Arc<Self>> {
        let somebody_waits = !["job", "command"].contains(&door);
        somebody_waits.then(|| {
            Arc::new(Self {
                spent_ms: AtomicU64::new(0),
            })
        })
    }

    /// How much is left.
    pub(super) fn left(&self) -> Duration {
        let spent = Duration::from_millis(self.spent_ms.load(Ordering::Relaxed));
        WHOLE.saturating_sub(spent)
    }

    /// So much was waited.
    pub(super) fn spend(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.spent_ms.fetch_add(time, Ordering::Relaxed);
    }

    /// How long the statements of a transaction that begins now may wait for a lock, where that is less than usual.
    pub(super) fn for_locks(&self) -> Option<Duration> {
        let left = self.left();
        // Nothing at all would mean for ever.
        (left < WHOLE - SHORT).then(|| left.max(Duration::from_millis(1)))
    }
}

/// A transaction that is open: what it takes is time that was waited.
pub(super) struct Open {
    patience: Option<Arc<Patience>>,
    since: Instant,
}

impl Open {
    pub(super) fn now(patience: Option<Arc<Patience>>) -> Self {
        Self {
            patience,
            since: Instant::now(),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(patience) = &self.patience {
            patience.spend(self.since.elapsed());
        }
    }
}
