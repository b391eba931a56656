//! What can be asked about refunds.

use async_graphql::{Context, ID, Object, Result};
use domain::{
    flows::{self, RefundQuestion},
    refunds::query,
};

use crate::base::{
    Ask,
    error::{for_payload, outward},
    ids, page,
};

use super::{
    inputs::{RefundFilter, RefundPreviewInput, RefundSort},
    preview::RefundPreviewPayload,
    types::{Refund, RefundConnection},
};

/// Questions about refunds.
#[derive(Default)]
pub struct RefundsQuery;

#[Object]
impl RefundsQuery {
    /// One refund: of the caller's own payment, or any for staff.
    async fn refund(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which refund.")] id: ID,
    ) -> Result<Option<Refund>> {
        let row = query::get(context.op()?, ids::parse(&id)?)
            .await
            .map_err(outward)?;
        Ok(Some(Refund(row)))
    }

    /// All refunds. Those in `AWAITING_STAFF` wait for a person, those in `UNKNOWN` for the gateway's word.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn refunds(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(desc = "Which refunds.")] filter: Option<RefundFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] sort: Option<RefundSort>,
    ) -> Result<RefundConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        RefundConnection::fetch(op, matching, &RefundSort::read(sort), &request).await
    }

    /// What a refund would do: the gateway is asked how the card payment stands, and nothing is written or moved.
    async fn refund_preview(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which refund is thought of.")] input: RefundPreviewInput,
    ) -> Result<RefundPreviewPayload> {
        let amount = input.amount.map(|amount| amount.into_money("amount"));
        let (amount, errors) = for_payload(amount.transpose())?;
        let Some(amount) = amount else {
            return Ok(RefundPreviewPayload {
                preview: None,
                errors,
            });
        };
        let question = RefundQuestion {
            payment_id: ids::parse(&input.payment_id)?,
            amount,
            by_hand: input.is_manual,
        };
        let found = flows::refund::preview(context.op()?, question).await;
        let (preview, errors) = for_payload(found)?;
        Ok(RefundPreviewPayload {
            preview: preview.map(Into::into),
            errors,
        })
    }
}
