//! What can be done with refunds.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::flows::{self, HandRefund, RefundRequest};
use entity::refunds::refund;

use crate::base::{Ask, UserError, error::for_payload, idempotency, ids};

use super::{
    inputs::{CancelRefundInput, CompleteManualRefundInput, RefundPaymentInput},
    types::Refund,
};

/// Work on refunds.
#[derive(Default)]
pub struct RefundsMutation;

/// What became of `refundPayment`.
#[derive(SimpleObject)]
pub struct RefundPaymentPayload {
    /// The refund, as far as it is; `null` when there are errors.
    refund: Option<Refund>,
    /// What the caller must mend; empty when the money was set aside.
    errors: Vec<UserError>,
}

/// What became of `completeManualRefund`.
#[derive(SimpleObject)]
pub struct CompleteManualRefundPayload {
    /// The refund; `null` when there are errors.
    refund: Option<Refund>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `cancelRefund`.
#[derive(SimpleObject)]
pub struct CancelRefundPayload {
    /// The refund; `null` when there are errors.
    refund: Option<Refund>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

type Outcome = (Option<Refund>, Vec<UserError>);

fn outcome(result: domain::base::Result<refund::Model>) -> Result<Outcome> {
    let (row, errors) = for_payload(result)?;
    Ok((row.map(Refund), errors))
}

#[Object]
impl RefundsMutation {
    /// Gives money back, in full or in part. A card's goes back through the gateway: by which steps, its state
    /// decides, and an answer that gets lost is asked for until it is known. All else becomes a manual refund that
    /// waits for `completeManualRefund`.
    async fn refund_payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to go back.")] input: RefundPaymentInput,
    ) -> Result<RefundPaymentPayload> {
        let amount = input.amount.map(|amount| amount.into_money("amount"));
        let (amount, errors) = for_payload(amount.transpose())?;
        let Some(amount) = amount else {
            return Ok(RefundPaymentPayload {
                refund: None,
                errors,
            });
        };
        let request = RefundRequest {
            payment_id: ids::parse(&input.payment_id)?,
            amount,
            reason: input.reason,
            by_hand: input.is_manual,
            end_subscription: input.end_subscription,
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let refunded = flows::refund_payment(context.op()?, request, key).await;
        let (refund, errors) = outcome(refunded)?;
        Ok(RefundPaymentPayload { refund, errors })
    }

    /// Says that a person gave the money of a refund in `AWAITING_STAFF` back.
    async fn complete_manual_refund(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was given back, and what proves it.")]
        input: CompleteManualRefundInput,
    ) -> Result<CompleteManualRefundPayload> {
        let hand = HandRefund {
            refund_id: ids::parse(&input.refund_id)?,
            reference: input.reference,
            note: input.note,
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let completed = flows::complete_manual_refund(context.op()?, hand, key).await;
        let (refund, errors) = outcome(completed)?;
        Ok(CompleteManualRefundPayload { refund, errors })
    }

    /// Calls a refund off that waits for a person, or that nothing was sent for yet; its money is free again.
    async fn cancel_refund(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which refund.")] input: CancelRefundInput,
    ) -> Result<CancelRefundPayload> {
        let id = ids::parse(&input.refund_id)?;
        let key = idempotency::key(context, &input.idempotency_key);
        let cancelled = flows::cancel_refund(context.op()?, id, key).await;
        let (refund, errors) = outcome(cancelled)?;
        Ok(CancelRefundPayload { refund, errors })
    }
}
