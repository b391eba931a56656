//! An attempt to pay as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{base::Error, payments::attention};
use entity::payments::{payment, payment_decision};

use crate::{
    base::{Ask, ask::load, error::outward, ids, scalars::Money},
    connection,
    orders::{Order, loaders::OrderById},
    refunds::{Refund, loaders::RefundsByPayment},
    users::{User, loaders::UserById},
};

use super::loaders::DecisionsByPayment;

/// How an order is paid.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::PaymentMethod")]
pub enum PaymentMethod {
    /// A card, at the gateway's page.
    CreditCard,
    /// A card that the gateway charges again for every period. For an order that starts a subscription which
    /// renews itself.
    CreditCardPeriodic,
    /// A bank transfer to an account issued for this order.
    Atm,
    /// A code, paid at a convenience store.
    Cvs,
    /// Three barcodes, paid at a convenience store.
    Barcode,
    /// Nothing was due. Not to be chosen.
    Free,
}

/// Where an attempt to pay stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::PaymentStatus")]
pub enum PaymentStatus {
    /// The form was handed out; nothing came back yet.
    Pending,
    /// A code was issued; the money is awaited.
    AwaitingPayment,
    /// The money came, and the order was settled with it.
    Paid,
    /// The gateway said no. The order can be tried again.
    Failed,
    /// Not paid in time, as far as we know.
    Expired,
    /// The gateway was asked and gave no usable answer; it is asked again.
    Unknown,
    /// Something authentic does not fit, such as the amount: a person looks at it.
    Review,
    /// The money came for an order that could not take it any more: a person decides.
    PaidLate,
    /// All the money went back. After a part it stays `PAID` or `PAID_LATE`: see `refundedAmount`.
    Refunded,
}

/// Why a person must look at a payment.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::payments::attention::Reason")]
pub enum AttentionReason {
    /// The gateway told of another amount than was agreed: `resolvePayment`.
    AmountDiffers,
    /// The money came after the order was called off.
    OrderCancelled,
    /// The money came after the order's time was over, and it could not be fulfilled any more.
    OrderExpired,
    /// The order was settled with another payment.
    OrderSettled,
    /// A person set the money aside while the order could still be paid.
    SetAside,
    /// The gateway has given no usable answer for a day.
    NoAnswer,
}

/// What is likely to be right.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::payments::attention::Suggestion")]
pub enum AttentionSuggestion {
    /// Look at the trade in the gateway's console, then accept or reject it.
    Compare,
    /// Ask the customer; then settle the order after all (`acceptLatePayment`), or give the money back.
    AcceptOrRefund,
    /// Give the money back, or let the customer keep it (`creditLatePayment`).
    RefundOrCredit,
}

/// Why a person must look at a payment, and what is likely to be right.
#[derive(SimpleObject, Clone, Debug)]
pub struct PaymentAttention {
    /// Why.
    reason: AttentionReason,
    /// What is likely to be right.
    suggestion: AttentionSuggestion,
}

/// What was decided on a payment.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::Decision")]
pub enum PaymentVerdict {
    /// The order was settled with it after all.
    Accepted,
    /// It stays the customer's credit.
    Credited,
    /// The order was not settled with it.
    Rejected,
}

/// What a person decided on a payment, and why.
pub struct PaymentDecision(payment_decision::Model);

/// What a person decided on a payment, and why.
#[Object]
impl PaymentDecision {
    /// What was decided.
    async fn verdict(&self) -> PaymentVerdict {
        self.0.decision.into()
    }

    /// Why, in the person's words.
    async fn note(&self) -> &str {
        &self.0.note
    }

    /// Who; `null` when it was the command line.
    async fn decided_by(&self, context: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.decided_by else {
            return Ok(None);
        };
        Ok(load::<UserById, _>(context, id).await?.map(User))
    }

    /// When.
    async fn decided_at(&self) -> DateTime<Utc> {
        self.0.decided_at
    }
}

/// A code to pay with later. Which fields are filled depends on the method.
#[derive(SimpleObject, Clone, Debug)]
pub struct PaymentCode {
    /// `ATM`: the bank, three digits.
    bank_code: Option<String>,
    /// `ATM`: the account to transfer to.
    virtual_account: Option<String>,
    /// `CVS`: the code to type at the machine.
    code: Option<String>,
    /// `BARCODE`: the three barcodes (Code 39), in order; otherwise empty.
    barcodes: Vec<String>,
    /// Until when it can be paid.
    expires_at: DateTime<Utc>,
}

/// One attempt to pay an order.
#[derive(Clone, Debug)]
pub struct Payment(pub payment::Model);

impl From<payment::Model> for Payment {
    fn from(row: payment::Model) -> Self {
        Self(row)
    }
}

connection!(
    PaymentConnection,
    PaymentEdge,
    Payment,
    payment::Entity,
    "A list of payments, a page at a time."
);

/// One attempt to pay an order.
#[Object]
impl Payment {
    /// The id, `pay_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Which order it is for.
    async fn order(&self, context: &Context<'_>) -> Result<Order> {
        let row = load::<OrderById, _>(context, self.0.order_id).await?;
        row.map(Order)
            .ok_or_else(|| outward(Error::NotFound("order")))
    }

    /// 1 for the first attempt, then 2, …
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    /// The gateway: `ecpay`.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// How.
    async fn method(&self) -> PaymentMethod {
        self.0.method.into()
    }

    /// Where it stands.
    async fn status(&self) -> PaymentStatus {
        self.0.status.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// How much came; nothing until it did.
    async fn captured_amount(&self) -> Money {
        self.0.captured().into()
    }

    /// How much went back. When that is all that came, the payment is `REFUNDED`.
    async fn refunded_amount(&self) -> Money {
        self.0.refunded().into()
    }

    /// How much can still be asked back: what came, without what went back or is set aside for refunds.
    async fn refundable_amount(&self) -> Money {
        self.0.refundable().into()
    }

    /// The refunds of it, oldest first, whatever became of them.
    async fn refunds(&self, context: &Context<'_>) -> Result<Vec<Refund>> {
        let refunds = load::<RefundsByPayment, _>(context, self.0.id).await?;
        Ok(refunds
            .unwrap_or_default()
            .into_iter()
            .map(Refund)
            .collect())
    }

    /// Our number at the gateway; used once and never again.
    async fn merchant_trade_no(&self) -> &str {
        &self.0.merchant_trade_no
    }

    /// The gateway's number; `null` until it has one.
    async fn gateway_trade_no(&self) -> Option<&str> {
        self.0.gateway_trade_no.as_deref()
    }

    /// The gateway's word for the method, such as `Credit_CreditCard`.
    async fn gateway_method(&self) -> Option<&str> {
        self.0.gateway_method.as_deref()
    }

    /// The code to pay with; `null` for a card, and until one is issued.
    async fn code(&self) -> Option<PaymentCode> {
        let row = &self.0;
        Some(PaymentCode {
            bank_code: row.bank_code.clone(),
            virtual_account: row.virtual_account.clone(),
            code: row.payment_code.clone(),
            barcodes: [&row.barcode_1, &row.barcode_2, &row.barcode_3]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            expires_at: row.code_expires_at?,
        })
    }

    /// Why it failed: the gateway's code.
    async fn failure_code(&self) -> Option<&str> {
        self.0.failure_code.as_deref()
    }

    /// Why it failed: the gateway's words.
    async fn failure_message(&self) -> Option<&str> {
        self.0.failure_message.as_deref()
    }

    /// What the gateway keeps; `null` until it said.
    async fn fee(&self) -> Option<Money> {
        let minor = self.0.fee_minor?;
        Some(entity::money::Money::new(minor, self.0.currency).into())
    }

    /// What came, when that is not the amount.
    async fn received(&self) -> Option<Money> {
        self.0.received_minor.map(|_| self.0.received().into())
    }

    /// Why a person must look at it, and what is likely to be right; `null` when nobody must.
    async fn attention(&self, context: &Context<'_>) -> Result<Option<PaymentAttention>> {
        let now = context.op()?.now();
        let order = load::<OrderById, _>(context, self.0.order_id).await?;
        let order = order.ok_or_else(|| outward(Error::NotFound("order")))?;
        let decided = load::<DecisionsByPayment, _>(context, self.0.id).await?;
        let decided: Vec<_> = decided
            .unwrap_or_default()
            .iter()
            .map(|row| row.decision)
            .collect();
        let reason = attention::reason(&self.0, order.status, &decided, now);
        Ok(reason.map(|reason| PaymentAttention {
            reason: reason.into(),
            suggestion: reason.suggestion().into(),
        }))
    }

    /// What people decided on it, oldest first.
    async fn decisions(&self, context: &Context<'_>) -> Result<Option<Vec<PaymentDecision>>> {
        let rows = load::<DecisionsByPayment, _>(context, self.0.id).await?;
        let rows = rows.unwrap_or_default().into_iter();
        Ok(Some(rows.map(PaymentDecision).collect()))
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the money came, by the gateway's clock.
    async fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_at
    }

    /// After this the gateway takes no more money for it.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}
