//! What is told about test clocks.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

/// For `createTestClock`.
#[derive(InputObject)]
pub struct CreateTestClockInput {
    /// What staff call it: 1 to 100 characters.
    pub name: String,
    /// What it shows at first; the present instant when left out. Never in the past, and within ten years.
    pub starts_at: Option<DateTime<Utc>>,
}

/// For `attachToTestClock`.
#[derive(InputObject)]
pub struct AttachToTestClockInput {
    /// Which customer, `usr_…`: one who has ordered nothing yet.
    pub user_id: ID,
    /// By which clock, `clk_…`.
    pub test_clock_id: ID,
}

/// For `advanceTestClock`.
#[derive(InputObject)]
pub struct AdvanceTestClockInput {
    /// Which clock, `clk_…`.
    pub test_clock_id: ID,
    /// What it is to show: not before what it shows now, and at most ten years later.
    pub to: DateTime<Utc>,
}
