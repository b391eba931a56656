//! How often a socket may speak.

use tokio::time::Instant;

/// Messages that may come at once, and how many more each second.
const BURST: f64 = 60.0;
const MESSAGES_PER_SECOND: f64 = 20.0;

/// Fills up with time and is used up by messages.
#[derive(Debug)]
pub(super) struct Allowance {
    left: f64,
    counted: Instant,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            left: BURST,
            counted: Instant::now(),
        }
    }
}

impl Allowance {
    /// Takes one message's worth; false when there is none left.
    pub(super) fn take(&mut self) -> bool {
        let since = self.counted.elapsed().as_secs_f64();
        self.counted = Instant::now();
        self.left = (self.left + since * MESSAGES_PER_SECOND).min(BURST) - 1.0;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_fine_and_a_flood_is_not() {
        let mut allowance = Allowance::default();
        assert!((0..60).all(|_| allowance.take()), "a burst");
        assert!(!allowance.take(), "one too many");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(
            (0..40).filter(|_| allowance.take()).count(),
            19,
            "one was owed"
        );
    }
}
