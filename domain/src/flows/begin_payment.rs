//! A person begins to pay an order.

use entity::{
    id::{OrderId, PaymentId, SubscriptionId},
    orders::{LineKind, OrderStatus, order},
    payments::{PaymentMethod, payment},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::Serialize;

use crate::{
    base::{
        Actor, Code, Error, Op, Result, Timeline, Tx,
        idempotency::{self, Claim, IdempotencyKey},
        links::Purpose,
        transition,
    },
    orders::{self, state::is_payable},
    payments::{self, contracts},
    plans,
    ports::{Checkout, CheckoutForm, NotAccepted, Periodic},
};

use super::{fulfil, pay_by_link};

/// What a person asks for.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BeginPayment {
    /// Which order.
    pub order_id: OrderId,
    /// How.
    pub method: PaymentMethod,
}

/// A new attempt, and both ways to go on with it.
#[derive(Clone, Debug)]
pub struct BegunPayment {
    /// The attempt.
    pub payment: payment::Model,
    /// A page of ours that sends the browser on.
    pub redirect_url: String,
    /// The same form, for a client that posts it itself.
    pub form: CheckoutForm,
}

/// Opens an attempt with a trade number of its own. Nobody is called: the shopper's browser goes to the gateway.
///
/// # Errors
/// [`Code::InvalidState`] for an order that cannot be paid any more, [`Code::OrderExpired`],
/// [`Code::MethodNotAvailable`] with the amounts the method takes or what to do instead, or the key's own.
pub async fn begin_payment(op: &Op, begin: BeginPayment, key: &str) -> Result<BegunPayment> {
    op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let key = IdempotencyKey::new(op, "beginPayment", key, &begin)?;
    open(op, begin, key).await
}

/// The same for whoever holds a signed link to the order, and is not logged in: the page that checked the link is the
/// actor, so that the audit trail does not say that the owner was there.
///
/// # Errors
/// As for [`begin_payment`]; [`Error::Unauthenticated`] for anybody but a part of Fabrica.
pub async fn begin_linked_payment(op: &Op, begin: BeginPayment, key: &str) -> Result<BegunPayment> {
    if !matches!(op.actor(), Actor::System(_)) {
        return Err(Error::Unauthenticated);
    }
    if !pay_by_link::METHODS.contains(&begin.method) {
        return Err(not_available(&NotAccepted::Method));
    }
    let key = IdempotencyKey::new(op, "beginLinkedPayment", key, &begin)?;
    open(op, begin, key).await
}

async fn open(op: &Op, begin: BeginPayment, key: IdempotencyKey) -> Result<BegunPayment> {
    let mut tx = op.begin().await?;
    if let Claim::Done(id) = idempotency::claim(&mut tx, &key).await? {
        let id: PaymentId = id.parse().map_err(Error::internal)?;
        let payment = payment::Entity::find_by_id(id)
            .one(tx.db())
            .await?
            .ok_or(Error::NotFound("payment"))?;
        return begun(&tx, payment).await;
    }
    let order = orders::query::lock(&mut tx, begin.order_id).await?;
    check_payable(&order, tx.now())?;
    let accepted = op.app().gateway.accepts(begin.method, order.total());
    accepted.map_err(|refusal| not_available(&refusal))?;
    let contract = match begin.method {
        PaymentMethod::CreditCardPeriodic => Some(contract_terms(&tx, &order).await?),
        _ => None,
    };
    let payment = payments::open(&mut tx, &order, begin.method).await?;
    if let Some((subscription_id, terms)) = contract {
        contracts::open(&mut tx, &payment, subscription_id, terms).await?;
    }
    let changes = order::ActiveModel {
        payment_method: Set(Some(begin.method)),
        expires_at: Set(order.expires_at.max(payment.expires_at)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if order.status == OrderStatus::Processing {
        let changes = order::ActiveModel {
            id: Set(order.id),
            ..changes
        };
        order::Entity::update(changes).exec(tx.db()).await?;
    } else {
        transition::advance(
            &mut tx,
            &order,
            OrderStatus::Processing,
            "begin_payment",
            changes,
        )
        .await?;
    }
    let begun = begun(&tx, payment).await?;
    idempotency::finish(&mut tx, &key, begun.payment.id.to_string()).await?;
    tx.commit().await?;
    Ok(begun)
}

/// The form that the shopper's browser posts for this attempt.
///
/// # Errors
/// The gateway does not take the amount, or the database does not answer.
pub async fn checkout_form(op: &Op, payment: &payment::Model) -> Result<CheckoutForm> {
    let lines = orders::query::lines_of(op, &[payment.order_id]).await?;
    let items = lines
        .into_values()
        .flatten()
        .map(|line| item(&line.description, line.quantity))
        .collect();
    let periodic = periodic(op.reader(), payment).await?;
    let timeline = Timeline::of(op.reader(), payment.test_clock_id).await?;
    form(&op.on(timeline), payment, items, periodic)
}

/// The contract that may be offered for an order: one that starts a subscription which renews itself, at the
/// price that every period has.
async fn contract_terms(tx: &Tx, order: &order::Model) -> Result<(SubscriptionId, Periodic)> {
    if order.test_clock_id.is_some() {
        // The gateway charges by its own calendar: half of the contract would happen in another year.
        return Err(Error::invalid(
            "method",
            Code::MethodNotAvailable,
            "A gateway charges a card again by its own calendar and knows no test clock: pay each period with \
             CREDIT_CARD, or rehearse contracts with a customer who lives by no clock.",
        ));
    }
    let refused = || {
        Error::invalid(
            "method",
            Code::MethodNotAvailable,
            "A card is charged again only for an order that starts a subscription which renews itself.",
        )
    };
    let lines = fulfil::lines(tx, order.id).await?;
    let [line] = lines.as_slice() else {
        return Err(refused());
    };
    let subscription = match (line.kind, line.subscription_id) {
        (LineKind::SubscriptionPeriod, Some(id)) => {
            subscription::Entity::find_by_id(id).one(tx.db()).await?
        }
        _ => None,
    };
    let subscription = subscription
        .filter(|row| row.status == SubscriptionStatus::Pending && row.auto_renew)
        .ok_or_else(refused)?;
    let versions = plans::query::versions_by_ids(tx.db(), &[line.plan_version_id]).await?;
    let terms = versions
        .get(&line.plan_version_id)
        .filter(|version| version.price() == order.total())
        .and_then(|version| tx.op().app().gateway.periodic(version.billing_cycle));
    Ok((subscription.id, terms.ok_or_else(refused)?))
}

/// When the card is charged again, as it was agreed on when the attempt was made.
async fn periodic(db: &impl ConnectionTrait, payment: &payment::Model) -> Result<Option<Periodic>> {
    if payment.method != PaymentMethod::CreditCardPeriodic {
        return Ok(None);
    }
    let contract = contracts::query::of_payment(db, payment.id).await?;
    Ok(contract.map(|contract| contracts::open::terms(&contract)))
}

fn check_payable(order: &order::Model, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    if !is_payable(order.status) {
        let status = sea_orm::ActiveEnum::to_value(&order.status);
        return Err(Error::refused(
            Code::InvalidState,
            format!("This order is {status}; it cannot be paid any more."),
        ));
    }
    if order.expires_at <= now {
        return Err(Error::refused(
            Code::OrderExpired,
            "The time to pay this order is over; place a new one.",
        ));
    }
    Ok(())
}

async fn begun(tx: &Tx, payment: payment::Model) -> Result<BegunPayment> {
    let items = fulfil::lines(tx, payment.order_id)
        .await?
        .iter()
        .map(|line| item(&line.description, line.quantity))
        .collect();
    let periodic = periodic(tx.db(), &payment).await?;
    let form = form(tx.op(), &payment, items, periodic)?;
    let links = &tx.op().app().links;
    let until = tx.op().in_machine_time(payment.expires_at);
    let redirect_url = links.to(Purpose::Payment, &payment.id.to_string(), until);
    Ok(BegunPayment {
        payment,
        redirect_url,
        form,
    })
}

fn form(
    op: &Op,
    payment: &payment::Model,
    items: Vec<String>,
    periodic: Option<Periodic>,
) -> Result<CheckoutForm> {
    // What leaves the house is told by the machine's clock, whichever the customer lives by.
    let created_at = op.in_machine_time(payment.created_at);
    let result_until = created_at + chrono::Duration::days(30);
    let checkout = Checkout {
        payment_id: payment.id,
        merchant_trade_no: payment.merchant_trade_no.clone(),
        method: payment.method,
        amount: payment.amount(),
        periodic,
        items,
        created_at,
        result_url: op.app().links.to(
            Purpose::PaymentResult,
            &payment.id.to_string(),
            result_until,
        ),
    };
    let form = op.app().gateway.checkout_form(&checkout);
    form.map_err(|refusal| not_available(&refusal))
}

fn item(description: &str, quantity: i32) -> String {
    format!("{description} x {quantity}")
}

fn not_available(refusal: &NotAccepted) -> Error {
    Error::invalid(
        "method",
        Code::MethodNotAvailable,
        match refusal {
            NotAccepted::Method => "This method is not offered for this order.".to_owned(),
            NotAccepted::Amount { least, most } => format!("This method takes {least} to {most}."),
        },
    )
}
