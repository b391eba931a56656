//! Waiting for the thing itself, and never longer than it may take.

use std::time::Duration;

use tokio::time::Instant;

/// How long anything that happens by itself may take: a re-sent notice, a round of the janitor.
pub const SOON: Duration = Duration::from_secs(20);

/// Looks again and again until there is something to see.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
