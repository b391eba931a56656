//! A link in a mail that leads to an order's payment, without a log-in. Whoever has the link may pay the order,
//! which is all that can be done with it.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::OrderId,
    orders::{order, order_line},
    payments::{PaymentMethod, payment},
    subscriptions::renewal,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    base::{Op, Result, Timeline, links::Purpose},
    orders::{self, state::is_payable},
    payments::{self, state::is_open},
    subscriptions::calendar,
};

/// How long a link opens after the order's time is over, to tell what became of it.
const TELLS_FOR: Duration = Duration::days(30);

/// The methods that a link offers. A card that is charged again is agreed on by somebody who is logged in.
pub(super) const METHODS: [PaymentMethod; 4] = [
    PaymentMethod::CreditCard,
    PaymentMethod::Atm,
    PaymentMethod::Cvs,
    PaymentMethod::Barcode,
];

/// An order as its payment link shows it.
#[derive(Clone, Debug)]
pub struct LinkedOrder {
    /// The order.
    pub order: order::Model,
    /// Its lines, in order.
    pub lines: Vec<order_line::Model>,
    /// How it can be paid now; empty when it cannot be.
    pub methods: Vec<PaymentMethod>,
    /// Until when it can be paid.
    pub pay_until: DateTime<Utc>,
    /// The newest attempt of which the gateway may still have news.
    pub under_way: Option<payment::Model>,
}

/// The link to an order's payment. It opens for a month longer than the order can be paid.
#[must_use]
pub fn link(op: &Op, order: &order::Model) -> String {
    let until = order.expires_at + TELLS_FOR;
    op.app()
        .links
        .to(Purpose::Order, &order.id.to_string(), until)
}

/// The order behind a link that was checked.
///
/// # Errors
/// [`crate::base::Error::NotFound`] for an order that the actor may not know of.
pub async fn linked_order(op: &Op, id: OrderId) -> Result<LinkedOrder> {
    let order = orders::query::get(op, id).await?;
    let op = &op.on(Timeline::of(op.reader(), order.test_clock_id).await?);
    let mut lines = orders::query::lines_of(op, &[id]).await?;
    let mut attempts = payments::query::of_orders(op, &[id]).await?;
    let attempts = attempts.remove(&id).unwrap_or_default();
    let can_be_paid = is_payable(order.status) && op.now() < order.expires_at;
    let takes = |method: &PaymentMethod| op.app().gateway.accepts(*method, order.total()).is_ok();
    let methods = METHODS.into_iter().filter(takes);
    Ok(LinkedOrder {
        methods: methods.filter(|_| can_be_paid).collect(),
        pay_until: pay_until(op, &order).await?,
        under_way: attempts
            .into_iter()
            .filter(|attempt| can_be_paid && is_open(attempt.status))
            .max_by_key(|attempt| attempt.attempt),
        lines: lines.remove(&id).unwrap_or_default(),
        order,
    })
}

/// Until when an order can be paid. That of a further period is over when the subscription is given up, which is
/// earlier than the order's own time.
///
/// # Errors
/// The database does not answer.
pub async fn pay_until(op: &Op, order: &order::Model) -> Result<DateTime<Utc>> {
    let renewal = renewal::Entity::find()
        .filter(renewal::Column::OrderId.eq(order.id))
        .one(op.reader())
        .await?;
    Ok(renewal.map_or(order.expires_at, |renewal| {
        let due = renewal.period_start.max(renewal.created_at);
        calendar::over_at(due, &op.app().policy).min(order.expires_at)
    }))
}
