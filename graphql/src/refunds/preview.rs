//! What a refund would do, as it is shown.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{flows, ports, refunds};

use crate::{
    base::{UserError, scalars::Money},
    payments::Payment,
};

use super::types::{CardAction, RefundKind};

/// How far a card payment is on its way from the card to us.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ports::CardState")]
pub enum CardState {
    /// The bank has not said yes.
    NotAuthorized,
    /// The bank holds the money; it will not move by itself.
    Authorized,
    /// The next capture takes it.
    ToBeCaptured,
    /// It was taken.
    Captured,
    /// The authorisation was given up: the card is never charged.
    Abandoned,
}

/// Why a refund waits.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "refunds::Wait")]
pub enum RefundWait {
    /// The gateway captures at this time of the day (20:15 to 20:30 in Taipei) and is left alone.
    QuietHours,
    /// A part can go back only once the whole was captured.
    Capture,
}

/// What a refund would do.
#[derive(SimpleObject)]
pub struct RefundPreview {
    /// The payment, as it is.
    payment: Payment,
    /// How much would go back.
    amount: Money,
    /// How much could still go back after it.
    left_after: Money,
    /// Who would give it back.
    kind: RefundKind,
    /// How far the card payment is, as the gateway says now; `null` by hand.
    card_state: Option<CardState>,
    /// What the gateway would be told, in order; empty by hand, and while it waits.
    steps: Vec<CardAction>,
    /// Nothing would be told before then; `null` for at once.
    waits_until: Option<DateTime<Utc>>,
    /// Why it would wait.
    waits_for: Option<RefundWait>,
}

impl From<flows::RefundPreview> for RefundPreview {
    fn from(preview: flows::RefundPreview) -> Self {
        Self {
            payment: Payment(preview.payment),
            amount: preview.amount.into(),
            left_after: preview.left.into(),
            kind: preview.kind.into(),
            card_state: preview.card_state.map(Into::into),
            steps: preview.steps.into_iter().map(Into::into).collect(),
            waits_until: preview.waits.map(|(until, _)| until),
            waits_for: preview.waits.map(|(_, wait)| wait.into()),
        }
    }
}

/// What `refundPreview` found.
#[derive(SimpleObject)]
pub struct RefundPreviewPayload {
    /// What the refund would do; `null` when there are errors.
    pub preview: Option<RefundPreview>,
    /// Why `refundPayment` would refuse, or why nothing can be said now.
    pub errors: Vec<UserError>,
}
