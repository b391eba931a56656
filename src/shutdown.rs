//! Going down in order: readiness first, then the door, then what is running, then the process.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long everything may take, from the signal on.
pub const LIMIT: Duration = Duration::from_secs(25);

/// Passed to whatever must know that the process is going.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Cancelled first: `/health/ready` says no, new sockets are refused, everything else goes on.
    pub draining: CancellationToken,
    /// Cancelled when balancers have had time to notice: the door closes, sockets are told to come again
    /// elsewhere, jobs take no new work.
    pub closing: CancellationToken,
    /// What must be finished before the process may end: connections, sockets, mutations, jobs.
    pub tasks: TaskTracker,
}

impl Shutdown {
    /// Takes the process down, and returns when what was running is done or its time is over.
    /// Returns whether everything was done.
    pub async fn run(&self, drain: Duration) -> bool {
        self.draining.cancel();
        tokio::time::sleep(drain).await;
        self.closing.cancel();
        self.tasks.close();
        let left = LIMIT.saturating_sub(drain);
        tokio::time::timeout(left, self.tasks.wait()).await.is_ok()
    }
}

/// Waits for SIGTERM or SIGINT (Ctrl-C).
///
/// # Errors
/// The system does not let us listen for signals.
pub async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Ends the process at once when a second signal comes: whoever sends two does not want to wait.
pub async fn exit_on_second_signal() {
    if signal().await.is_ok() {
        tracing::warn!("a second signal: ending at once");
        std::process::exit(130);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_is_finished_before_the_process_may_end() {
        let shutdown = Shutdown::default();
        let closing = shutdown.closing.clone();
        let task = shutdown.tasks.spawn(async move {
            closing.cancelled().await;
            tokio::task::yield_now().await;
            "done"
        });
        assert!(shutdown.run(Duration::ZERO).await);
        assert!(shutdown.draining.is_cancelled());
        assert_eq!(task.await.unwrap(), "done");
    }
}
