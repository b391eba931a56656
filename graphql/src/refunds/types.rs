//! A refund as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::base::Error;
use entity::refunds::refund;

use crate::{
    base::{ask::load, error::outward, ids, scalars::Money},
    connection,
    invoices::CreditNote,
    orders::{Order, loaders::OrderById},
    payments::{Payment, loaders::PaymentById},
    users::{User, loaders::UserById},
};

use super::loaders::CreditNoteByRefund;

/// Who gives the money back.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::refunds::RefundKind")]
pub enum RefundKind {
    /// The gateway, to the card.
    Card,
    /// A person, by hand: `completeManualRefund` says that they did.
    Manual,
}

/// Where a refund stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::refunds::RefundStatus")]
pub enum RefundStatus {
    /// The money is set aside; nothing was sent to the gateway yet.
    Requested,
    /// The gateway is being told, or has carried out some of the steps.
    Sending,
    /// Something was sent and no usable answer came: the gateway is asked before anything else is sent.
    Unknown,
    /// The money went back.
    Succeeded,
    /// The gateway said no. Nothing went back, and the money is free again.
    Failed,
    /// A person must give the money back, or look at what the gateway made of it.
    AwaitingStaff,
    /// Called off. Nothing went back, and the money is free again.
    Cancelled,
}

/// What the gateway is told to do with a card payment.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::refunds::CardAction")]
pub enum CardAction {
    /// Give up the authorisation: the card is never charged (ECPay's N).
    Abandon,
    /// Take the payment out of the next capture (ECPay's E).
    CancelCapture,
    /// Send captured money back (ECPay's R).
    Refund,
}

/// One step of a refund at the gateway.
#[derive(SimpleObject, Clone, Debug)]
pub struct RefundStep {
    /// What the gateway is told.
    action: CardAction,
    /// Whether the gateway has carried it out.
    is_done: bool,
}

/// A refund of a payment, in full or in part.
#[derive(Clone, Debug)]
pub struct Refund(pub refund::Model);

impl From<refund::Model> for Refund {
    fn from(row: refund::Model) -> Self {
        Self(row)
    }
}

connection!(
    RefundConnection,
    RefundEdge,
    Refund,
    refund::Entity,
    "A list of refunds, a page at a time."
);

/// A refund of a payment, in full or in part.
#[Object]
impl Refund {
    /// The id, `ref_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Of which payment.
    async fn payment(&self, context: &Context<'_>) -> Result<Payment> {
        let row = load::<PaymentById, _>(context, self.0.payment_id).await?;
        row.map(Payment)
            .ok_or_else(|| outward(Error::NotFound("payment")))
    }

    /// Of which order.
    async fn order(&self, context: &Context<'_>) -> Result<Order> {
        let row = load::<OrderById, _>(context, self.0.order_id).await?;
        row.map(Order)
            .ok_or_else(|| outward(Error::NotFound("order")))
    }

    /// To whom.
    async fn user(&self, context: &Context<'_>) -> Result<User> {
        let row = load::<UserById, _>(context, self.0.user_id).await?;
        row.map(User)
            .ok_or_else(|| outward(Error::NotFound("user")))
    }

    /// Who gives it back.
    async fn kind(&self) -> RefundKind {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn status(&self) -> RefundStatus {
        self.0.status.into()
    }

    /// Counts its moves; 1 at first.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Whether the subscription that was paid ends with it.
    async fn ends_subscription(&self) -> bool {
        self.0.end_subscription
    }

    /// What the gateway was and will be told, in order; empty by hand, and until the gateway was asked.
    async fn steps(&self) -> Vec<RefundStep> {
        let progress = &self.0.progress;
        let step = |(place, action): (usize, &entity::refunds::CardAction)| RefundStep {
            action: (*action).into(),
            is_done: place < progress.done.len(),
        };
        progress.plan.iter().enumerate().map(step).collect()
    }

    /// How often something was sent to the gateway.
    async fn attempts(&self) -> Option<i32> {
        Some(self.0.attempts)
    }

    /// When it is looked at next; `null` when there is nothing to do.
    async fn next_check_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_check_at
    }

    /// The gateway's last code, or ours for why it waits: `quiet_hours`, `awaits_capture`, `another_refund`,
    /// `unclear_at_gateway`.
    async fn answer_code(&self) -> Option<&str> {
        self.0.answer_code.as_deref()
    }

    /// The gateway's words for it.
    async fn answer_message(&self) -> Option<&str> {
        self.0.answer_message.as_deref()
    }

    /// Who asked for it; `null` for a part of Fabrica.
    async fn requested_by(&self, context: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.requested_by else {
            return Ok(None);
        };
        Ok(load::<UserById, _>(context, id).await?.map(User))
    }

    /// By hand: the number of the transfer, or what else proves it.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// By hand: what the person noted.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// The credit note it made; `null` until it succeeded, and for money that no invoice was issued for.
    async fn credit_note(&self, context: &Context<'_>) -> Result<Option<CreditNote>> {
        let row = load::<CreditNoteByRefund, _>(context, self.0.id).await?;
        Ok(row.map(CreditNote))
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it ended, well or not.
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at
    }
}
