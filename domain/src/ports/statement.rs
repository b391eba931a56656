//! A gateway's statement, in words that every gateway shares.

use chrono::{DateTime, Utc};
use entity::{money::Money, reconciliation::StatementLineKind};

/// A statement: what the gateway says came, went back, and was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which gateway's.
    pub gateway: &'static str,
    /// Its lines; only money that moved.
    pub lines: Vec<StatementLine>,
}

/// What it says of a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// At which line of the file, from 1.
    pub number: i32,
    /// Which way the money went.
    pub kind: StatementLineKind,
    /// Our number.
    pub merchant_trade_no: String,
    /// The gateway's number.
    pub gateway_trade_no: String,
    /// How much; more than nothing.
    pub amount: Money,
    /// What the gateway keeps; `None` when it does not say, and for refunds.
    pub fee: Option<Money>,
    /// When the money moved.
    pub happened_at: DateTime<Utc>,
    /// When the gateway paid it out to us.
    pub paid_out_at: Option<DateTime<Utc>>,
}
