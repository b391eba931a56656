//! What the simulator is told.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

/// What the simulator is told.
#[derive(Clone, Debug)]
pub struct SimulatorSettings {
    /// The one merchant that it serves.
    pub merchant_id: String,
    /// The first half of the merchant's secret.
    pub hash_key: SecretString,
    /// The second half.
    pub hash_iv: SecretString,
    /// The path that its pages are served below, without a slash at the end: `/simulator`.
    pub prefix: String,
    /// The file that it remembers its trades in.
    pub storage: PathBuf,
    /// How long it waits before it sends an unanswered notice again.
    pub resend_after: Duration,
    /// How often it sends a notice at most.
    pub most_sends: u32,
}
