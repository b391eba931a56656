//! A payment gateway, and the words that every gateway's messages are translated into.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::{
    id::PaymentId,
    money::Money,
    payments::{NoticeKind, PaymentMethod},
    plans::BillingCycle,
};

use super::card_contract::{Charge, ContractAnswer, ContractReport, Periodic};
use super::card_refund::{CardAnswer, CardInstruction, CardQuestion, CardReport, NotRefundedHere};

/// Where shoppers pay.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Its name in our rows: `ecpay`.
    fn name(&self) -> &'static str;

    /// Whether it takes this much by this method.
    ///
    /// # Errors
    /// What it would take instead.
    fn accepts(&self, method: PaymentMethod, amount: Money) -> Result<(), NotAccepted>;

    /// The form that the shopper's browser posts. Calls nobody; the same checkout gives the same form.
    ///
    /// # Errors
    /// [`NotAccepted`] for an amount or method it does not take.
    fn checkout_form(&self, checkout: &Checkout) -> Result<CheckoutForm, NotAccepted>;

    /// Asks how a trade stands.
    ///
    /// # Errors
    /// [`Unanswered`] whenever the answer is missing, late, unsigned or unreadable: then nothing is known.
    async fn query_trade(
        &self,
        merchant_trade_no: &str,
        now: DateTime<Utc>,
    ) -> Result<TradeReport, Unanswered>;

    /// Whether it gives card payments back when it is told to.
    ///
    /// # Errors
    /// Why not, for staff to read.
    fn refunds_cards(&self) -> Result<(), NotRefundedHere>;

    /// Asks how far a card payment is on its way to us.
    ///
    /// # Errors
    /// [`Unanswered`] whenever the answer is missing, late or unreadable: then nothing is known.
    async fn card_state(&self, question: &CardQuestion) -> Result<CardReport, Unanswered>;

    /// Tells it to do one thing with a card payment. Ask for its state before anything is sent again.
    ///
    /// # Errors
    /// [`Unanswered`] whenever the answer is missing, late or unreadable: it may have been done.
    async fn instruct_card(&self, instruction: &CardInstruction) -> Result<CardAnswer, Unanswered>;

    /// What a contract for this cycle would be, as long as the gateway makes them; `None` when it makes none.
    fn periodic(&self, _: BillingCycle) -> Option<Periodic> {
        None
    }

    /// Asks how a contract stands.
    ///
    /// # Errors
    /// [`Unanswered`] as for [`Gateway::query_trade`].
    async fn query_contract(
        &self,
        _merchant_trade_no: &str,
        _now: DateTime<Utc>,
    ) -> Result<ContractReport, Unanswered> {
        Err(no_contracts())
    }

    /// Ends a contract. It cannot be taken back; ending it twice changes nothing.
    ///
    /// # Errors
    /// [`Unanswered`] whenever it is not certain what became of it.
    async fn cancel_contract(
        &self,
        _merchant_trade_no: &str,
        _now: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        Err(no_contracts())
    }

    /// Has the latest charge, which failed, tried again.
    ///
    /// # Errors
    /// [`Unanswered`] whenever it is not certain what became of it.
    async fn retry_contract(
        &self,
        _merchant_trade_no: &str,
        _now: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        Err(no_contracts())
    }
}

fn no_contracts() -> Unanswered {
    Unanswered("this gateway keeps no contracts".to_owned())
}

/// The gateway does not take this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// It does not know the method.
    #[error("this method is not offered")]
    Method,
    /// The amount is outside what the method takes.
    #[error("this method takes {least} to {most}")]
    Amount {
        /// The least it takes.
        least: Money,
        /// The most it takes.
        most: Money,
    },
}

/// The gateway gave no usable answer.
#[derive(Debug, thiserror::Error)]
#[error("no usable answer: {0}")]
pub struct Unanswered(pub String);

/// What the shopper is to pay.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The attempt; comes back with the browser.
    pub payment_id: PaymentId,
    /// Our number at the gateway: at most 20 letters and digits.
    pub merchant_trade_no: String,
    /// How.
    pub method: PaymentMethod,
    /// How much; of each charge, when there is to be more than one.
    pub amount: Money,
    /// When the gateway is to charge again; `None` for a payment that is made once.
    pub periodic: Option<Periodic>,
    /// What is bought, one text a line.
    pub items: Vec<String>,
    /// When the attempt was made.
    pub created_at: DateTime<Utc>,
    /// Where the browser goes for the result page.
    pub result_url: String,
}

/// A form to be posted by a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutForm {
    /// Where to post it.
    pub action: String,
    /// Its fields, in order, unescaped.
    pub fields: Vec<(String, String)>,
}

/// What a gateway told us of its own accord, in our words. Its signature was checked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which gateway.
    pub gateway: &'static str,
    /// Which address it came to.
    pub kind: NoticeKind,
    /// What it is about; equal for a re-send, whatever the words.
    pub dedupe_key: String,
    /// Our number.
    pub merchant_trade_no: String,
    /// The gateway's number.
    pub gateway_trade_no: String,
    /// The gateway's word for the method.
    pub gateway_method: String,
    /// How much it is about.
    pub amount: Money,
    /// What happened.
    pub outcome: Outcome,
    /// Which charge of a contract it is about, of kind [`NoticeKind::Period`]; `None` for the other kinds.
    pub charge: Option<Charge>,
    /// A rehearsal from the gateway's console: no money moved.
    pub is_simulated: bool,
    /// What the gateway keeps.
    pub fee: Option<Money>,
    /// What a refund to the card needs to know; `None` for other methods.
    pub card: Option<CardFacts>,
    /// The fields as received, in order, without the signature.
    pub fields: Vec<(String, String)>,
}

/// What happened to a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Paid {
        /// Since when, by the gateway's clock.
        at: DateTime<Utc>,
    },
    /// A code to pay with was issued. No money yet.
    CodeIssued(PayCode),
    /// The gateway said no.
    Failed {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
}

/// A code to pay with later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayCode {
    /// An account to transfer to.
    Atm {
        /// The bank, three digits.
        bank_code: String,
        /// The account.
        account: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// A code for the machine in a convenience store.
    Cvs {
        /// The code.
        code: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// Three barcodes for the till of a convenience store.
    Barcode {
        /// The three, in order.
        parts: [String; 3],
        /// Until when.
        expires_at: DateTime<Utc>,
    },
}

impl PayCode {
    /// Until when it can be paid.
    #[must_use]
    pub const fn expires_at(&self) -> DateTime<Utc> {
        match self {
            Self::Atm { expires_at, .. }
            | Self::Cvs { expires_at, .. }
            | Self::Barcode { expires_at, .. } => *expires_at,
        }
    }
}

/// How a trade stands, as the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeReport {
    /// How it stands.
    pub state: TradeState,
    /// The gateway's number; empty when it has none yet.
    pub gateway_trade_no: String,
    /// The gateway's word for the method; may be empty.
    pub gateway_method: String,
    /// How much it is about.
    pub amount: Money,
    /// What the gateway keeps.
    pub fee: Option<Money>,
    /// What a refund to the card needs to know; `None` for other methods.
    pub card: Option<CardFacts>,
}

/// What is to be remembered of a card payment, for the day when it goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFacts {
    /// The gateway's number of the authorisation.
    pub authorization_no: String,
    /// Paid in instalments or with bonus points: such payments go back in full only.
    pub in_full_only: bool,
}

/// How a trade stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TradeState {
    /// The money is there.
    Paid {
        /// Since when, by the gateway's clock.
        at: DateTime<Utc>,
    },
    /// No money yet.
    Unpaid,
    /// It was not, and will not be, paid.
    Failed {
        /// The gateway's code.
        code: String,
    },
    /// The gateway does not know the number: its form was never posted.
    NotFound,
}
