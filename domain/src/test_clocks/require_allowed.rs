//! Where test clocks exist.

use crate::base::{Code, Error, Op, Result};

/// Refuses where the money is real.
///
/// # Errors
/// [`Code::TestClocksOff`].
pub fn require_allowed(op: &Op) -> Result<()> {
    if op.app().policy.test_clocks {
        return Ok(());
    }
    Err(Error::refused(
        Code::TestClocksOff,
        "Test clocks exist in a development or sandbox shop, not where the money is real.",
    ))
}
