//! A step: an order is placed.

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, OrderLineId, PlanVersionId, SubscriptionId, UserId},
    money::Money,
    orders::{LineKind, OrderStatus, order, order_line},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use crate::base::{Result, Tx, transition, validate};

use super::{events::OrderPlaced, number::order_number, price};

/// What an order is made of.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Its id, known before: a subscription points at it.
    pub id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// What the buyer wrote; may be empty.
    pub notes: String,
    /// Until when it can be paid, where that is not the shop's usual time.
    pub expires_at: Option<DateTime<Utc>>,
    /// What is bought.
    pub lines: Vec<NewLine>,
}

/// What a line is made of.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// What it sells.
    pub kind: LineKind,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// The subscription it starts or goes on with.
    pub subscription_id: Option<SubscriptionId>,
    /// The period it pays, where that is known before it is paid: start and end (exclusive).
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What it says on the invoice.
    pub description: String,
    /// How many.
    pub quantity: i32,
    /// The price of one, tax included.
    pub unit_price: Money,
}

/// Writes the order and its lines, pending.
///
/// # Errors
/// A quantity, a note or a total that is out of bounds.
pub async fn place(tx: &mut Tx, new: NewOrder) -> Result<order::Model> {
    let notes = validate::text("notes", &new.notes, 0, 1000)?;
    let amounts = new
        .lines
        .iter()
        .map(|line| price::line_amount(line.unit_price, line.quantity))
        .collect::<Result<Vec<_>>>()?;
    let total = price::total(&amounts)?;
    let now = tx.now();
    let lifetime = now + tx.op().app().policy.order_lifetime;
    let row = order::ActiveModel {
        id: Set(new.id),
        number: Set(order_number(tx.op().app().entropy.as_ref(), now)),
        user_id: Set(new.user_id),
        status: Set(OrderStatus::Pending),
        total_minor: Set(total.minor),
        currency: Set(total.currency),
        payment_method: Set(None),
        notes: Set(notes),
        placed_at: Set(now),
        expires_at: Set(new.expires_at.unwrap_or(lifetime)),
        paid_at: Set(None),
        cancelled_at: Set(None),
        test_clock_id: Set(tx.op().timeline().clock_id()),
        version: Set(1),
        updated_at: Set(now),
    }
    .insert(tx.db())
    .await?;
    let lines = (1..)
        .zip(new.lines)
        .zip(amounts)
        .map(|((position, line), amount)| line_row(tx, row.id, position, line, amount));
    order_line::Entity::insert_many(lines.collect::<Vec<_>>())
        .exec_without_returning(tx.db())
        .await?;
    transition::begin(tx, &row, "create_order").await?;
    tx.record(OrderPlaced {
        order_id: row.id,
        number: row.number.clone(),
        user_id: row.user_id,
        total,
    })?;
    Ok(row)
}

fn line_row(
    tx: &Tx,
    order_id: OrderId,
    position: i32,
    line: NewLine,
    amount: Money,
) -> order_line::ActiveModel {
    order_line::ActiveModel {
        id: Set(tx.op().new_id::<OrderLineId>()),
        order_id: Set(order_id),
        position: Set(position),
        kind: Set(line.kind),
        plan_version_id: Set(line.plan_version_id),
        subscription_id: Set(line.subscription_id),
        period_start: Set(line.period.map(|(start, _)| start)),
        period_end: Set(line.period.map(|(_, end)| end)),
        description: Set(line.description),
        quantity: Set(line.quantity),
        unit_price_minor: Set(line.unit_price.minor),
        amount_minor: Set(amount.minor),
        currency: Set(amount.currency),
    }
}
