//! Whether this machine's clock can be trusted with the schedule. Slots and leases are told by it; the database's
//! clock, which all replicas share, is what it is compared with before each run.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use domain::base::{Op, Result};

/// How far apart the clocks may be: well below a lease.
const MOST: Duration = Duration::seconds(5);

/// The comparison of this process.
#[derive(Debug, Default)]
pub(super) struct ClockWatch {
    is_off: AtomicBool,
}

impl ClockWatch {
    /// Whether this machine's time is the database's, nearly. An engine in this process has the same clock.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn agrees(&self, op: &Op) -> Result<bool> {
        let Some(theirs) = op.app().database.now().await? else {
            return Ok(true);
        };
        let ahead = op.machine_now() - theirs;
        metrics::gauge!("clock_skew_seconds").set(ahead.as_seconds_f64());
        let is_off = ahead.abs() > MOST;
        if self.is_off.swap(is_off, Ordering::Relaxed) != is_off {
            let ahead = ahead.num_seconds();
            match is_off {
                true => tracing::error!(
                    ahead_seconds = ahead,
                    "this machine's clock is not the database's; jobs wait until it is"
                ),
                false => tracing::info!("this machine's clock is right again; jobs go on"),
            }
        }
        Ok(!is_off)
    }
}
