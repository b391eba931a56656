//! What runs now, by name. A process that goes down waits for it, but not for ever: then it says what is left and
//! drops it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long what was dropped may take to let go. Only work that never waits for anything needs longer.
const LETTING_GO: Duration = Duration::from_millis(500);

/// A name as often as something of it runs.
type Names = Vec<&'static str>;

/// What runs now.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    tasks: TaskTracker,
    cut: CancellationToken,
    names: Arc<Mutex<Names>>,
}

impl Running {
    /// Runs the work in a task of its own, until it is done or dropped.
    pub(super) fn spawn(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let named = Named::new(name, &self.names);
        let cut = self.cut.clone();
        self.tasks.spawn(async move {
            let _named = named;
            // `None` says that it was dropped.
            let _done = cut.run_until_cancelled_owned(work).await;
        });
    }

    /// Waits until everything is done, or the time is over. Then what is left is dropped where it stands, as a kill of
    /// the process would; its names.
    pub(super) async fn end(&self, within: Duration) -> Vec<&'static str> {
        self.tasks.close();
        if timeout(within, self.tasks.wait()).await.is_ok() {
            return Vec::new();
        }
        let left = names(&self.names).clone();
        self.cut.cancel();
        // In vain only for work that never waits; the end of the process ends that.
        let _gone = timeout(LETTING_GO, self.tasks.wait()).await;
        left
    }
}

fn names(names: &Mutex<Names>) -> MutexGuard<'_, Names> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name that stands among the others as long as this is there.
struct Named {
    name: &'static str,
    among: Arc<Mutex<Names>>,
}

impl Named {
    fn new(name: &'static str, among: &Arc<Mutex<Names>>) -> Self {
        names(among).push(name);
        Self {
            name,
            among: Arc::clone(among),
        }
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let mut names = names(&self.among);
        if let Some(place) = names.iter().position(|name| *name == self.name) {
            names.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, sleep};

    const LIMIT: Duration = Duration::from_secs(25);

    #[tokio::test(start_paused = true)]
    async fn work_that_does_not_end_is_dropped_when_time_is_over_and_named() {
        // Given work of which one will never end
        let running = Running::default();
        let held = Arc::new(());
        let holding = Arc::clone(&held);
        running.spawn("stuck", async move {
            std::future::pending::<()>().await;
            drop(holding);
        });
        running.spawn("quick", sleep(Duration::from_secs(1)));
        // When the process goes down
        let asked = Instant::now();
        let left = running.end(LIMIT).await;
        // Then it waits for as long as it may, and what is left has let go of what it held
        assert_eq!(left, ["stuck"]);
        assert!(asked.elapsed() >= LIMIT);
        assert!(asked.elapsed() <= LIMIT + LETTING_GO);
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_in_time_is_waited_for_and_no_longer() {
        let running = Running::default();
        running.spawn("slow", sleep(Duration::from_secs(20)));
        let asked = Instant::now();
        assert!(running.end(LIMIT).await.is_empty());
        assert_eq!(asked.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn without_any_time_left_what_is_done_is_not_called_left() {
        let running = Running::default();
        running.spawn("done", async {});
        tokio::task::yield_now().await;
        assert!(running.end(Duration::ZERO).await.is_empty());
    }
}
