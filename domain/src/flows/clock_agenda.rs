//! What there is to do for those who live by a test clock, at the instant that it shows and next: one question for each
//! step of a walk.

use chrono::{DateTime, Utc};
use entity::{
    orders::{OrderStatus, order},
    payments::payment,
    refunds::refund,
    subscriptions::subscription,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    Select,
    sea_query::{Query, SelectStatement},
};

use crate::{
    base::{Error, Op, Result},
    orders::state::is_payable,
};

/// What falls due when.
#[derive(Clone, Copy, Debug)]
pub struct Agenda {
    /// The gateway is to be asked about some payment now.
    pub payments: bool,
    /// Some refund is to be gone on with now.
    pub refunds: bool,
    /// Something is to happen to some subscription now.
    pub subscriptions: bool,
    /// The time of some order is over; money on its way may hold it open.
    pub orders: bool,
    /// The next instant, later than the present one, at which something falls due.
    pub next: Option<DateTime<Utc>>,
}

/// Looks at the timeline that the operation is on.
///
/// # Errors
/// The database does not answer.
pub async fn agenda(op: &Op) -> Result<Agenda> {
    let (of, now) = (op.timeline(), op.now());
    let payments = payment::Entity::find().filter(of.rows(payment::Column::TestClockId));
    let refunds = refund::Entity::find().filter(of.rows(refund::Column::TestClockId));
    let subscriptions =
        subscription::Entity::find().filter(of.rows(subscription::Column::TestClockId));
    let payable = OrderStatus::iter().filter(|status| is_payable(*status));
    let orders = order::Entity::find()
        .filter(of.rows(order::Column::TestClockId))
        .filter(order::Column::Status.is_in(payable));
    let mut question = Query::select();
    for (name, look) in [
        (
            "payments",
            earliest(&payments, payment::Column::NextCheckAt, now),
        ),
        (
            "refunds",
            earliest(&refunds, refund::Column::NextCheckAt, now),
        ),
        (
            "subscriptions",
            earliest(&subscriptions, subscription::Column::DueAt, now),
        ),
        ("orders", earliest(&orders, order::Column::ExpiresAt, now)),
    ] {
        question.expr_as(look.due, name);
        question.expr_as(look.next, format!("next_{name}"));
    }
    let row = op.reader().query_one(&question).await?;
    let row = row.ok_or_else(|| Error::internal("a look without an answer"))?;
    let instant = |name: &str| row.try_get::<Option<DateTime<Utc>>>("", name);
    let next = [
        instant("next_payments")?,
        instant("next_refunds")?,
        instant("next_subscriptions")?,
        instant("next_orders")?,
    ];
    Ok(Agenda {
        payments: instant("payments")?.is_some(),
        refunds: instant("refunds")?.is_some(),
        subscriptions: instant("subscriptions")?.is_some(),
        orders: instant("orders")?.is_some(),
        next: next.into_iter().flatten().min(),
    })
}

/// The earliest instants among rows: of those that are due, and of those that are not yet.
struct Look {
    due: SelectStatement,
    next: SelectStatement,
}

fn earliest<E: EntityTrait, C: ColumnTrait>(
    rows: &Select<E>,
    column: C,
    now: DateTime<Utc>,
) -> Look {
    let of = |rows: Select<E>| {
        rows.select_only()
            .column_as(column.min(), "earliest")
            .into_query()
    };
    Look {
        due: of(rows.clone().filter(column.lte(now))),
        next: of(rows.clone().filter(column.gt(now))),
    }
}
