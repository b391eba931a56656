//! A step: an attempt to pay is begun.

use entity::{
    id::PaymentId,
    orders::order,
    payments::{PaymentMethod, PaymentStatus, payment},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::base::{Code, Error, Result, Tx, transition};

use super::{
    events::PaymentOpened,
    schedule::{WITHOUT_CODE, next_check},
};

/// The most attempts that one order gets.
const MOST_ATTEMPTS: u64 = 50;

/// Writes a new attempt for an order that the caller holds locked.
///
/// # Errors
/// [`Code::InvalidState`] after [`MOST_ATTEMPTS`] attempts.
pub async fn open(
    tx: &mut Tx,
    order: &order::Model,
    method: PaymentMethod,
) -> Result<payment::Model> {
    let before = payment::Entity::find()
        .filter(payment::Column::OrderId.eq(order.id))
        .count(tx.db())
        .await?;
    if before >= MOST_ATTEMPTS {
        return Err(Error::refused(
            Code::InvalidState,
            format!("This order was tried {MOST_ATTEMPTS} times; place a new one."),
        ));
    }
    let now = tx.now();
    let id: PaymentId = tx.op().new_id();
    let expires_at = now + WITHOUT_CODE;
    let row = payment::ActiveModel {
        id: Set(id),
        order_id: Set(order.id),
        attempt: Set(i32::try_from(before + 1).map_err(Error::internal)?),
        gateway: Set(tx.op().app().gateway.name().to_owned()),
        method: Set(method),
        status: Set(PaymentStatus::Pending),
        amount_minor: Set(order.total_minor),
        currency: Set(order.currency),
        merchant_trade_no: Set(merchant_trade_no(id)),
        created_at: Set(now),
        expires_at: Set(expires_at),
        next_check_at: Set(Some(next_check(method, now, 0, now, expires_at))),
        checks: Set(0),
        refund_in_full_only: Set(false),
        captured_minor: Set(0),
        refunded_minor: Set(0),
        refund_reserved_minor: Set(0),
        test_clock_id: Set(order.test_clock_id),
        version: Set(1),
        updated_at: Set(now),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    transition::begin(tx, &row, "begin_payment").await?;
    tx.record(PaymentOpened {
        payment_id: row.id,
        order_id: row.order_id,
        method,
        amount: row.amount(),
        merchant_trade_no: row.merchant_trade_no.clone(),
    })?;
    Ok(row)
}

/// Our number for an attempt: 20 letters and digits, made of its id so that the same attempt always has the
/// same number. It keeps the id's milliseconds and 40 of its random bits; the unique key catches the rest.
#[must_use]
pub fn merchant_trade_no(id: PaymentId) -> String {
    let suffix = entity::id::encode_suffix(id.0).to_uppercase();
    let (time, random) = suffix.split_at(10);
    let random = random.get(random.len() - 8..).unwrap_or(random);
    format!("FB{time}{random}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::{SeededEntropy, uuid_at};
    use std::collections::HashSet;

    #[test]
    fn a_number_is_20_letters_and_digits_and_its_own() {
        let entropy = SeededEntropy::new(7);
        let now = "2026-11-20T00:00:00Z".parse().unwrap();
        let numbers: HashSet<String> = (0..10_000)
            .map(|_| merchant_trade_no(PaymentId(uuid_at(&entropy, now))))
            .collect();
        assert_eq!(numbers.len(), 10_000, "all within one millisecond");
        assert!(
            numbers
                .iter()
                .all(|no| no.len() == 20 && no.bytes().all(|b| b.is_ascii_alphanumeric()))
        );
    }
}
