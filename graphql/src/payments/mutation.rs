//! What can be done with payments.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::{
    flows::{self, BeginPayment, OnPayment},
    ports::CheckoutForm,
};
use entity::payments::payment;

use crate::base::{Ask, UserError, error::for_payload, idempotency, ids, scalars::Url};

use super::{
    inputs::{BeginPaymentInput, LatePaymentInput, ResolvePaymentInput},
    types::Payment,
};

/// Work on payments.
#[derive(Default)]
pub struct PaymentsMutation;

/// A form that the shopper's browser posts to the gateway.
#[derive(SimpleObject)]
pub struct PaymentForm {
    /// Where to post it, as `application/x-www-form-urlencoded`.
    action: Url,
    /// Its fields, in order. Escape the values when you write them into HTML.
    fields: Vec<PaymentFormField>,
}

/// One field of a form.
#[derive(SimpleObject)]
pub struct PaymentFormField {
    /// The name.
    name: String,
    /// The value, to be posted exactly as it is: it is signed.
    value: String,
}

impl From<CheckoutForm> for PaymentForm {
    fn from(form: CheckoutForm) -> Self {
        let field = |(name, value)| PaymentFormField { name, value };
        Self {
            action: Url(form.action),
            fields: form.fields.into_iter().map(field).collect(),
        }
    }
}

/// What became of `beginPayment`.
#[derive(SimpleObject)]
pub struct BeginPaymentPayload {
    /// The attempt; `null` when there are errors.
    payment: Option<Payment>,
    /// A page of ours that sends the browser on to the gateway: open it and nothing else is needed.
    redirect_url: Option<Url>,
    /// The same form, for a client that posts it itself.
    form: Option<PaymentForm>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of a decision on a payment.
#[derive(SimpleObject)]
pub struct PaymentDecisionPayload {
    /// The payment as it is now; `null` when there are errors.
    payment: Option<Payment>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

impl PaymentDecisionPayload {
    fn of(decided: domain::base::Result<payment::Model>) -> Result<Self> {
        let (payment, errors) = for_payload(decided)?;
        Ok(Self {
            payment: payment.map(Payment),
            errors,
        })
    }
}

#[Object]
impl PaymentsMutation {
    /// Settles the order of a payment in `PAID_LATE` after all, on the order's terms: one whose time was over is
    /// opened again. Not one that was called off.
    async fn accept_late_payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which payment, and why.")] input: LatePaymentInput,
    ) -> Result<PaymentDecisionPayload> {
        let key = idempotency::key(context, &input.idempotency_key);
        let on = OnPayment {
            payment_id: ids::parse(&input.payment_id)?,
            note: input.note.clone(),
        };
        PaymentDecisionPayload::of(flows::accept_late_payment(context.op()?, on, key).await)
    }

    /// Leaves a payment in `PAID_LATE` with the customer as credit: it needs no attention any more.
    async fn credit_late_payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which payment, and why.")] input: LatePaymentInput,
    ) -> Result<PaymentDecisionPayload> {
        let key = idempotency::key(context, &input.idempotency_key);
        let on = OnPayment {
            payment_id: ids::parse(&input.payment_id)?,
            note: input.note.clone(),
        };
        PaymentDecisionPayload::of(flows::credit_late_payment(context.op()?, on, key).await)
    }

    /// Ends the review of a payment whose amount was not the agreed one.
    async fn resolve_payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which payment, how, and why.")] input: ResolvePaymentInput,
    ) -> Result<PaymentDecisionPayload> {
        let key = idempotency::key(context, &input.idempotency_key);
        let on = OnPayment {
            payment_id: ids::parse(&input.payment_id)?,
            note: input.note.clone(),
        };
        let verdict = input.verdict.into();
        PaymentDecisionPayload::of(flows::resolve_payment(context.op()?, on, verdict, key).await)
    }

    /// Begins to pay an order: a new attempt, and two ways to go on with it. Watch `orderStatusChanged` for what
    /// comes of it.
    async fn begin_payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which order, and how.")] input: BeginPaymentInput,
    ) -> Result<BeginPaymentPayload> {
        let begin = BeginPayment {
            order_id: ids::parse(&input.order_id)?,
            method: input.method.into(),
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let begun = flows::begin_payment(context.op()?, begin, key).await;
        let (begun, errors) = for_payload(begun)?;
        let Some(begun) = begun else {
            return Ok(BeginPaymentPayload {
                payment: None,
                redirect_url: None,
                form: None,
                errors,
            });
        };
        Ok(BeginPaymentPayload {
            payment: Some(Payment(begun.payment)),
            redirect_url: Some(Url(begun.redirect_url)),
            form: Some(begun.form.into()),
            errors,
        })
    }
}
