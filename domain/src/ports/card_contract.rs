//! A card that a gateway charges again and again: what is agreed on, and what the gateway tells of it.

use chrono::{DateTime, Utc};
use entity::{money::Money, payments::PeriodUnit};

/// What is agreed on with a gateway: when it charges, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periodic {
    /// What the time between two charges is counted in.
    pub unit: PeriodUnit,
    /// How many of them lie between two charges.
    pub every: u32,
    /// How many charges, the first included.
    pub times: u32,
}

/// One charge of a contract, as a notice or an answer tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The gateway's number for the charge.
    pub gateway_charge_no: String,
    /// The first is 1. A failed charge has the number that it failed to be.
    pub number: u32,
    /// When, by the gateway's clock.
    pub at: DateTime<Utc>,
}

/// How a contract stands, as the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractReport {
    /// Whether it goes on.
    pub state: ContractState,
    /// How much each charge is.
    pub amount: Money,
    /// Every charge that was tried, oldest first, the first included.
    pub charges: Vec<LoggedCharge>,
}

/// Whether a contract goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// The gateway charges on.
    Running,
    /// It was stopped, by us or by the gateway after too many failures.
    Stopped,
    /// Every charge that was agreed on was made.
    Complete,
}

/// A charge in a gateway's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCharge {
    /// Which.
    pub charge: Charge,
    /// How much.
    pub amount: Money,
    /// The gateway's code when it failed; `None` for a success.
    pub failure_code: Option<String>,
    /// The gateway's number for it as a trade; may be empty.
    pub gateway_trade_no: String,
}

/// What a gateway said to an order of ours about a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractAnswer {
    /// It was done.
    Done,
    /// It was refused.
    Refused {
        /// The gateway's code.
        code: String,
    },
}
