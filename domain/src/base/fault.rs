//! Fault points: places where work can be ended as a kill of the process would end it, so that tests can kill a use
//! case at each of them in turn. Every statement is one (`statement`, just after it), every commit two (`commit`
//! before it, `committed` after it), and so is every call of a gateway (`call`, `answered`).
//!
//! Release builds have none: [`point`] is empty there.

/// Passes a point. Nothing happens, unless a test watches this task or the process was armed.
#[cfg(not(debug_assertions))]
pub const fn point(_: &'static str) {}

#[cfg(debug_assertions)]
pub use armed::{arm, killed_at, point};

#[cfg(debug_assertions)]
mod armed {
    use std::{
        panic::{self, AssertUnwindSafe},
        process,
        sync::{
            OnceLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    use futures_util::FutureExt;

    tokio::task_local! {
        /// How many points the work of this task passes before it is killed.
        static LEFT: AtomicU64;
    }

    /// The point at which this process dies, and how often it is passed before.
    static ARMED: OnceLock<(String, AtomicU64)> = OnceLock::new();

    /// What unwinds the work that is killed; it carries the point's name.
    struct Killed(&'static str);

    /// Passes a point. Nothing happens, unless a test watches this task or the process was armed.
    pub fn point(name: &'static str) {
        if let Some((armed, left)) = ARMED.get()
            && armed == name
            && left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            process::abort();
        }
        let dies = LEFT.try_with(|left| left.fetch_sub(1, Ordering::Relaxed) == 1);
        if dies.unwrap_or(false) {
            // Nothing of the work runs on, not even its handling of errors; open transactions are rolled back.
            panic::resume_unwind(Box::new(Killed(name)));
        }
    }

    /// From now on the process dies, without a word, when it passes the point of this name for the `nth` time.
    pub fn arm(name: String, nth: u64) {
        // Armed once; a process does not die twice.
        let _ = ARMED.set((name, AtomicU64::new(nth)));
    }

    /// Runs the work until it passes its `nth` point, whatever its name, and drops it there.
    ///
    /// # Errors
    /// The name of the point at which it was killed.
    pub async fn killed_at<T>(nth: u64, work: impl Future<Output = T>) -> Result<T, &'static str> {
        let work = LEFT.scope(AtomicU64::new(nth), work);
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(done) => Ok(done),
            Err(cause) => match cause.downcast::<Killed>() {
                Ok(killed) => Err(killed.0),
                Err(panic) => panic::resume_unwind(panic),
            },
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[tokio::test]
        async fn work_is_dropped_at_its_nth_point_and_done_when_it_has_fewer() {
            let work = async || {
                point("first");
                tokio::task::yield_now().await;
                point("second");
                "done"
            };
            assert_eq!(killed_at(1, work()).await, Err("first"));
            assert_eq!(killed_at(2, work()).await, Err("second"));
            assert_eq!(killed_at(3, work()).await, Ok("done"));
            assert_eq!(work().await, "done");
        }
    }
}
