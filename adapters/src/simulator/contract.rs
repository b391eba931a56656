//! A contract to charge a card again, as ECPay keeps it.

use chrono::{DateTime, Days, Months, Utc};
use domain::base::clock::taipei;
use serde::{Deserialize, Serialize};

/// After so many failures in a row ECPay gives up.
pub const MOST_FAILURES: usize = 6;

/// Whether a contract goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContractState {
    /// It waits for the first charge.
    Offered,
    /// The card is charged when it is due.
    Running,
    /// The shop ended it, or too many charges failed.
    Stopped,
    /// Every charge was made.
    Complete,
}

/// A charge that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// When.
    pub at: DateTime<Utc>,
    /// The number of the authorisation.
    pub gwsr: String,
    /// ECPay's code; `1` for a success.
    pub code: String,
}

impl Charge {
    /// Whether the money came.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.code == "1"
    }
}

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// `D`, `M` or `Y`.
    pub period_type: String,
    /// How many of them lie between two charges.
    pub frequency: u32,
    /// How many charges there are to be.
    pub exec_times: u32,
    /// Whether it goes on.
    pub state: ContractState,
    /// How many charges were due and tried; trying one again does not count.
    pub tries: u32,
    /// Every charge, oldest first, the first included.
    pub charges: Vec<Charge>,
}

impl Contract {
    /// How many charges succeeded.
    #[must_use]
    pub fn successes(&self) -> usize {
        self.charges
            .iter()
            .filter(|charge| charge.succeeded())
            .count()
    }

    /// When the next charge is due; `None` when there is none.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        if self.state != ContractState::Running {
            return None;
        }
        let first = self.charges.first()?.at.with_timezone(&taipei());
        let units = self.frequency.checked_mul(self.tries)?;
        let due = match self.period_type.as_str() {
            "D" => first.checked_add_days(Days::new(u64::from(units))),
            "M" => first.checked_add_months(Months::new(units)),
            _ => first.checked_add_months(Months::new(units.checked_mul(12)?)),
        };
        due.map(|due| due.with_timezone(&Utc))
    }

    /// Writes a charge down that was due, and ends the contract when it was the last, or one failure too many.
    pub fn note(&mut self, charge: Charge) {
        self.tries += 1;
        self.charges.push(charge);
        let failures = self
            .charges
            .iter()
            .rev()
            .take_while(|charge| !charge.succeeded())
            .count();
        self.state = if failures >= MOST_FAILURES {
            ContractState::Stopped
        } else if self.tries >= self.exec_times {
            ContractState::Complete
        } else {
            ContractState::Running
        };
    }

    /// Whether the latest charge failed and may be tried again.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        self.state == ContractState::Running
            && self.charges.last().is_some_and(|last| !last.succeeded())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(at: DateTime<Utc>, code: &str) -> Charge {
        Charge {
            at,
            gwsr: "13000001".to_owned(),
            code: code.to_owned(),
        }
    }

    fn monthly() -> Contract {
        let mut contract = Contract {
            period_type: "M".to_owned(),
            frequency: 1,
            exec_times: 12,
            state: ContractState::Offered,
            tries: 0,
            charges: Vec::new(),
        };
        contract.note(charge("2027-01-31T02:00:00Z".parse().unwrap(), "1"));
        contract
    }

    #[test]
    fn the_31st_comes_back_after_a_short_month() {
        let mut contract = monthly();
        let mut days = Vec::new();
        for _ in 0..3 {
            let due = contract.next_due().unwrap();
            days.push(due.format("%m-%d").to_string());
            contract.note(charge(due, "1"));
        }
        assert_eq!(days, ["02-28", "03-31", "04-30"]);
    }

    #[test]
    fn it_ends_after_its_last_charge_or_six_failures_in_a_row() {
        let mut complete = monthly();
        while let Some(due) = complete.next_due() {
            complete.note(charge(due, "1"));
        }
        assert_eq!(complete.state, ContractState::Complete);
        assert_eq!(complete.successes(), 12);

        let mut stopped = monthly();
        for code in ["x", "x", "1", "x", "x", "x", "x", "x"] {
            let due = stopped.next_due().unwrap();
            stopped.note(charge(due, code));
            assert_eq!(stopped.state, ContractState::Running);
        }
        assert!(stopped.may_retry());
        let due = stopped.next_due().unwrap();
        stopped.note(charge(due, "x"));
        assert_eq!(stopped.state, ContractState::Stopped, "six in a row");
        assert_eq!(stopped.next_due(), None);
        assert!(!stopped.may_retry());
    }
}
