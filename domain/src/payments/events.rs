//! What happens to attempts to pay.

use entity::{
    id::{CardContractId, NoticeId, OrderId, PaymentId, SubscriptionId},
    money::{Currency, Money},
    payments::{CardContractStatus, Decision, PaymentMethod, PaymentStatus},
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, event::Sample};

/// An attempt to pay was begun.
#[derive(Debug, Serialize)]
pub struct PaymentOpened {
    /// Which.
    pub payment_id: PaymentId,
    /// For which order.
    pub order_id: OrderId,
    /// How.
    pub method: PaymentMethod,
    /// How much.
    pub amount: Money,
    /// Our number at the gateway.
    pub merchant_trade_no: String,
}

impl Event for PaymentOpened {
    const KIND: &'static str = "payment.opened";

    fn subject(&self) -> String {
        self.payment_id.to_string()
    }
}

/// An attempt moved.
#[derive(Debug, Serialize)]
pub struct PaymentStatusChanged {
    /// Which.
    pub payment_id: PaymentId,
    /// For which order.
    pub order_id: OrderId,
    /// From.
    pub from: PaymentStatus,
    /// To.
    pub to: PaymentStatus,
    /// The version the move led to.
    pub version: i64,
    /// Why.
    pub cause: String,
}

impl Event for PaymentStatusChanged {
    const KIND: &'static str = "payment.status_changed";

    fn subject(&self) -> String {
        self.payment_id.to_string()
    }

    fn causes_mail(&self) -> bool {
        // A code to pay with, a receipt, or the news that it failed; the other moves concern us alone.
        matches!(
            self.to,
            PaymentStatus::AwaitingPayment | PaymentStatus::Paid | PaymentStatus::Failed
        )
    }
}

/// A person decided on a payment that was stuck. The reason stands with the decision.
#[derive(Debug, Serialize)]
pub struct PaymentDecided {
    /// On which.
    pub payment_id: PaymentId,
    /// For which order.
    pub order_id: OrderId,
    /// What.
    pub decision: Decision,
    /// How much had come.
    pub amount: Money,
}

impl Event for PaymentDecided {
    const KIND: &'static str = "payment.decided";

    fn subject(&self) -> String {
        self.payment_id.to_string()
    }
}

/// An authentic notice was set aside for a person.
#[derive(Debug, Serialize)]
pub struct NoticeQuarantined {
    /// Which.
    pub notice_id: NoticeId,
    /// Our number, as the gateway sent it.
    pub merchant_trade_no: String,
    /// Why.
    pub reason: String,
}

impl Event for NoticeQuarantined {
    const KIND: &'static str = "notice.quarantined";

    fn subject(&self) -> String {
        self.notice_id.to_string()
    }
}

/// A contract to charge a card again and again was offered with an attempt.
#[derive(Debug, Serialize)]
pub struct CardContractOpened {
    /// Which.
    pub contract_id: CardContractId,
    /// What it is to pay for.
    pub subscription_id: SubscriptionId,
    /// The attempt that it begins with.
    pub payment_id: PaymentId,
    /// How much each charge is.
    pub amount: Money,
    /// Its number at the gateway.
    pub merchant_trade_no: String,
}

impl Event for CardContractOpened {
    const KIND: &'static str = "card_contract.opened";

    fn subject(&self) -> String {
        self.contract_id.to_string()
    }
}

/// A contract moved.
#[derive(Debug, Serialize)]
pub struct CardContractStatusChanged {
    /// Which.
    pub contract_id: CardContractId,
    /// What it pays for.
    pub subscription_id: SubscriptionId,
    /// From.
    pub from: CardContractStatus,
    /// To.
    pub to: CardContractStatus,
    /// The version the move led to.
    pub version: i64,
    /// Why.
    pub cause: String,
}

impl Event for CardContractStatusChanged {
    const KIND: &'static str = "card_contract.status_changed";

    fn subject(&self) -> String {
        self.contract_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let payment_id = PaymentId(Uuid::nil());
    let order_id = OrderId(Uuid::nil());
    let contract_id = CardContractId(Uuid::nil());
    let subscription_id = SubscriptionId(Uuid::nil());
    Ok(vec![
        Sample::of(&PaymentOpened {
            payment_id,
            order_id,
            method: PaymentMethod::CreditCard,
            amount: Money::new(899, Currency::Twd),
            merchant_trade_no: "FB0000000000000000AB".to_owned(),
        })?,
        Sample::of(&PaymentStatusChanged {
            payment_id,
            order_id,
            from: PaymentStatus::Pending,
            to: PaymentStatus::Paid,
            version: 2,
            cause: "notice".to_owned(),
        })?,
        Sample::of(&PaymentDecided {
            payment_id,
            order_id,
            decision: Decision::Credited,
            amount: Money::new(899, Currency::Twd),
        })?,
        Sample::of(&NoticeQuarantined {
            notice_id: NoticeId(Uuid::nil()),
            merchant_trade_no: "FB0000000000000000AB".to_owned(),
            reason: "amount_mismatch".to_owned(),
        })?,
        Sample::of(&CardContractOpened {
            contract_id,
            subscription_id,
            payment_id,
            amount: Money::new(899, Currency::Twd),
            merchant_trade_no: "FB0000000000000000AB".to_owned(),
        })?,
        Sample::of(&CardContractStatusChanged {
            contract_id,
            subscription_id,
            from: CardContractStatus::Pending,
            to: CardContractStatus::Active,
            version: 2,
            cause: "notice".to_owned(),
        })?,
    ])
}
