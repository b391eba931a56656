//! What a refund would do, asked of the gateway and written nowhere.

use chrono::{DateTime, Utc};
use entity::{
    id::PaymentId,
    money::Money,
    payments::payment,
    refunds::{CardAction, RefundKind},
};

use crate::{
    base::{Access, Code, Error, Op, Result},
    payments,
    ports::{CardQuestion, CardState},
    refunds::{Plan, Wait, plan},
};

use super::terms::{Asked, agree, wish};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct RefundQuestion {
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much; `None` for all that is left.
    pub amount: Option<Money>,
    /// Whether a person would give it back although the gateway could.
    pub by_hand: bool,
}

/// What a refund would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPreview {
    /// The payment.
    pub payment: payment::Model,
    /// How much would go back.
    pub amount: Money,
    /// How much could still go back after it.
    pub left: Money,
    /// Who would give it back.
    pub kind: RefundKind,
    /// How far the card payment is, as the gateway says now; `None` by hand.
    pub card_state: Option<CardState>,
    /// What the gateway would be told, in order; empty by hand, and while it waits.
    pub steps: Vec<CardAction>,
    /// Until when it would wait, and why.
    pub waits: Option<(DateTime<Utc>, Wait)>,
}

/// What a refund would do. Asks the gateway about a card payment; nothing is written and nothing is moved.
///
/// # Errors
/// What [`super::refund_payment`] would refuse; [`Code::GatewayUnanswered`] when the gateway gives no usable
/// answer.
pub async fn preview(op: &Op, question: RefundQuestion) -> Result<RefundPreview> {
    op.require(Access::Staff)?;
    let payment = payments::query::get(op, question.payment_id).await?;
    let asked = Asked {
        amount: question.amount,
        by_hand: question.by_hand,
    };
    let (kind, amount) = agree(&payment, asked, op.app().gateway.refunds_cards())?;
    let left = payment.refundable().checked_sub(amount)?;
    let mut preview = RefundPreview {
        payment,
        amount,
        left,
        kind,
        card_state: None,
        steps: Vec::new(),
        waits: None,
    };
    let Some(question) = card_question(&preview.payment).filter(|_| kind == RefundKind::Card)
    else {
        return Ok(preview);
    };
    let answer = op.app().gateway.card_state(&question).await;
    let report = answer.map_err(|silence| {
        tracing::warn!(payment = %preview.payment.id, %silence, "a refund's preview got no usable answer");
        Error::refused(
            Code::GatewayUnanswered,
            "The gateway gave no usable answer. Nothing was done; ask again.",
        )
    })?;
    let wish = wish(&preview.payment, amount).ok_or_else(|| Error::internal("no wish"))?;
    preview.card_state = Some(report.state);
    match plan(&wish, report.state, op.machine_now()) {
        Plan::Now(steps) => preview.steps = steps,
        Plan::Later { until, wait } => preview.waits = Some((until, wait)),
        Plan::Never(obstacle) => {
            return Err(Error::refused(obstacle.code(), obstacle.sentence()));
        }
    }
    Ok(preview)
}

/// What the gateway is asked about a card payment; `None` when it cannot be asked.
#[must_use]
pub(super) fn card_question(payment: &payment::Model) -> Option<CardQuestion> {
    Some(CardQuestion {
        authorization_no: payment.authorization_no.clone()?,
        amount: payment.captured(),
    })
}
