//! Charges by contracts: those that are due, and those that a developer asks for. Nothing here waits.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    contract::{Charge, Contract, ContractState},
    faults::FaultPlan,
    notices,
    sender::set,
    store::State,
    trade::{NoticeKind, Trade},
    trading::{Notice, enqueue, remember},
};

/// The code of a charge that the bank refused.
const DECLINED: &str = "10100058";

/// What a developer asks for: the next charge of a contract, now, as if its day had come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChargeOrder {
    /// The shop's number of the contract.
    pub trade: String,
    /// The bank refuses.
    pub declined: bool,
    /// The shop is never told.
    pub lose: bool,
    /// Two charges are made, and the shop is told of the second before the first.
    pub reversed: bool,
    /// No charge is made: the shop is told of the latest one again, under another number of authorisation.
    pub another_gwsr: bool,
}

/// What can be ordered through the control address.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Control {
    /// A charge.
    Charge(Charging),
    /// What goes wrong next.
    Faults(FaultPlan),
}

/// The envelope of a [`ChargeOrder`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charging {
    /// The order.
    pub charge: ChargeOrder,
}

/// Does what was ordered; the contract as it is now. `None` when there is none that could be charged.
pub fn carry_out(
    state: &mut State,
    order: &ChargeOrder,
    merchant_id: &str,
    now: DateTime<Utc>,
) -> Option<Contract> {
    let mut trade = state.trades.get(&order.trade)?.clone();
    if order.another_gwsr {
        repeat(state, &trade, merchant_id, now)?;
        return trade.contract;
    }
    let telling = Telling {
        is_lost: order.lose,
        ..Telling::default()
    };
    let pays = !order.declined;
    if order.reversed {
        let first = charge_next(state, &mut trade, pays, merchant_id)?;
        let second = charge_next(state, &mut trade, pays, merchant_id)?;
        let told = tell(state, &trade, second, telling, now);
        let after = Telling {
            after: Some(told),
            ..telling
        };
        tell(state, &trade, first, after, now);
    } else {
        let notice = charge_next(state, &mut trade, pays, merchant_id)?;
        tell(state, &trade, notice, telling, now);
    }
    remember(state, &trade);
    trade.contract
}

/// Whether the day of a charge has come.
#[must_use]
pub fn is_due(state: &State, now: DateTime<Utc>) -> bool {
    state
        .trades
        .values()
        .filter_map(|trade| trade.contract.as_ref()?.next_due())
        .any(|due| due <= now)
}

/// Makes every charge whose day has come.
pub fn charge_due(state: &mut State, merchant_id: &str, now: DateTime<Utc>) {
    let is_due = |trade: &&Trade| {
        let due = trade.contract.as_ref().and_then(Contract::next_due);
        due.is_some_and(|due| due <= now)
    };
    let due: Vec<Trade> = state.trades.values().filter(is_due).cloned().collect();
    for mut trade in due {
        if let Some(notice) = charge_next(state, &mut trade, true, merchant_id) {
            tell(state, &trade, notice, Telling::default(), now);
            remember(state, &trade);
        }
    }
}

/// The first charge, made at the checkout.
pub fn begin(state: &mut State, trade: &mut Trade, now: DateTime<Utc>) {
    let gwsr = gwsr(state);
    if let Some(contract) = &mut trade.contract {
        contract.note(Charge {
            at: now,
            gwsr,
            code: "1".to_owned(),
        });
    }
}

/// Tries the latest charge again, which failed; `false` when it did not, or the contract is over.
pub fn retry(state: &mut State, number: &str, merchant_id: &str, now: DateTime<Utc>) -> bool {
    let Some(mut trade) = state.trades.get(number).cloned() else {
        return false;
    };
    let gwsr = gwsr(state);
    let Some(contract) = trade.contract.as_mut().filter(|found| found.may_retry()) else {
        return false;
    };
    // The bank may refuse at the instant of the failure, but two charges never share one.
    let latest = contract.charges.last().map_or(now, |last| last.at);
    let at = now.max(latest + chrono::TimeDelta::seconds(1));
    let charge = Charge {
        at,
        gwsr,
        code: "1".to_owned(),
    };
    contract.charges.push(charge.clone());
    let contract = contract.clone();
    let fields = notices::period(&trade, &contract, &charge, merchant_id);
    tell(state, &trade, fields, Telling::default(), now);
    remember(state, &trade);
    true
}

/// Ends the contract; `false` when it does not run.
pub fn cancel(state: &mut State, number: &str) -> bool {
    let contract = state
        .trades
        .get_mut(number)
        .and_then(|trade| trade.contract.as_mut())
        .filter(|contract| contract.state == ContractState::Running);
    match contract {
        Some(contract) => {
            contract.state = ContractState::Stopped;
            true
        }
        None => false,
    }
}

/// Makes the next charge as of the day it is due; the notice about it.
fn charge_next(
    state: &mut State,
    trade: &mut Trade,
    pays: bool,
    merchant_id: &str,
) -> Option<Vec<(String, String)>> {
    let at = trade.contract.as_ref()?.next_due()?;
    let charge = Charge {
        at,
        gwsr: gwsr(state),
        code: if pays { "1" } else { DECLINED }.to_owned(),
    };
    let contract = trade.contract.as_mut()?;
    contract.note(charge.clone());
    let contract = contract.clone();
    Some(notices::period(trade, &contract, &charge, merchant_id))
}

/// The latest success once more, under another number.
fn repeat(state: &mut State, trade: &Trade, merchant_id: &str, now: DateTime<Utc>) -> Option<()> {
    let contract = trade.contract.as_ref()?;
    let latest = contract.charges.iter().rfind(|charge| charge.succeeded())?;
    let other = Charge {
        gwsr: gwsr(state),
        ..latest.clone()
    };
    let fields = notices::period(trade, contract, &other, merchant_id);
    tell(state, trade, fields, Telling::default(), now);
    Some(())
}

fn gwsr(state: &mut State) -> String {
    format!("{:08}", 13_000_000 + state.next_number())
}

/// How the shop is told of a charge.
#[derive(Clone, Copy, Debug, Default)]
struct Telling {
    is_lost: bool,
    after: Option<u64>,
}

fn tell(
    state: &mut State,
    trade: &Trade,
    mut fields: Vec<(String, String)>,
    telling: Telling,
    now: DateTime<Utc>,
) -> u64 {
    let mut faults = state.faults.take();
    faults.lose |= telling.is_lost;
    if let Some(amount) = faults.amount {
        set(&mut fields, "Amount", &amount.to_string());
    }
    let notice = Notice {
        kind: NoticeKind::Period,
        fields,
        is_held: false,
        after: telling.after,
    };
    enqueue(state, trade, notice, faults, now)
}
