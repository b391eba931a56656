//! What the simulator remembers: trades, and the notices about them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{card_ledger::CardLedger, contract::Contract, faults::FaultPlan};

/// How a trade is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// A card.
    Credit,
    /// A bank account to transfer to.
    Atm,
    /// A code for the machine in a store.
    Cvs,
    /// Three barcodes for the till of a store.
    Barcode,
}

impl Method {
    /// The word of `PaymentType`.
    #[must_use]
    pub const fn payment_type(self) -> &'static str {
        match self {
            Self::Credit => "Credit_CreditCard",
            Self::Atm => "ATM_CHINATRUST",
            Self::Cvs => "CVS_CVS",
            Self::Barcode => "BARCODE_BARCODE",
        }
    }

    /// What the gateway keeps of an amount, in whole dollars.
    #[must_use]
    pub const fn fee(self, amount: u32) -> u32 {
        match self {
            Self::Credit => (amount * 2 + 50) / 100,
            Self::Atm => 10,
            Self::Cvs => 26,
            Self::Barcode => 15,
        }
    }
}

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// No money yet.
    Unpaid,
    /// The money is there.
    Paid(DateTime<Utc>),
    /// The card was declined.
    Failed(DateTime<Utc>),
}

/// A code to pay with, as it stands in a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The fields that carry it: `BankCode`, `vAccount`; `PaymentNo`; `Barcode1` to `Barcode3`.
    pub fields: Vec<(String, String)>,
    /// The end, as the notice writes it.
    pub expire_date: String,
    /// The end.
    pub expires_at: DateTime<Utc>,
}

impl Code {
    /// A field's value; empty when this kind of code has no such field.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }
}

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// The shop's number.
    pub merchant_trade_no: String,
    /// Ours, sixteen digits.
    pub trade_no: String,
    /// How it is paid.
    pub method: Method,
    /// How much, in whole dollars.
    pub amount: u32,
    /// The form as it was posted, without the signature.
    pub form: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Where it stands.
    pub status: Status,
    /// The code to pay it with.
    pub code: Option<Code>,
    /// Paid by card: what became of it since.
    #[serde(default)]
    pub card: Option<CardLedger>,
    /// The contract to charge the card again.
    #[serde(default)]
    pub contract: Option<Contract>,
}

impl Trade {
    /// A field of the form; empty when it was not sent.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }
}

/// What a notice is about, which decides where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// To `ReturnURL`.
    Payment,
    /// To `PaymentInfoURL`.
    PaymentInfo,
    /// To `PeriodReturnURL`.
    Period,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// To be sent, or sent again.
    Waiting,
    /// The shop answered `1|OK`.
    Acknowledged,
    /// Sent as often as we do, never answered.
    GivenUp,
    /// Never to arrive, by the fault plan.
    Lost,
}

/// A notice on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Counts up.
    pub id: u64,
    /// Which trade.
    pub merchant_trade_no: String,
    /// What about.
    pub kind: NoticeKind,
    /// Where to.
    pub url: String,
    /// Its fields, unsigned.
    pub fields: Vec<(String, String)>,
    /// What goes wrong with it.
    pub faults: FaultPlan,
    /// It waits until the notice about the payment has arrived.
    pub is_held: bool,
    /// It waits until this other notice has arrived.
    #[serde(default)]
    pub after: Option<u64>,
    /// How often it was sent, lost deliveries included.
    pub sends: u32,
    /// When it is sent next.
    pub due_at: DateTime<Utc>,
    /// What became of it.
    pub state: DeliveryState,
    /// What the shop answered last.
    pub last_answer: String,
}
