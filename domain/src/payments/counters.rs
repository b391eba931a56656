//! Steps: what came, what went back and what is set aside of a payment, each changed by one conditional
//! statement. Nobody reads a counter, adds to it and writes it back.

use entity::{id::PaymentId, money::Money, payments::PaymentStatus, payments::payment};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::base::{Code, Error, Result, Tx};

use payment::Column::{
    CapturedMinor, Currency, Id, RefundReservedMinor, RefundedMinor, Status, UpdatedAt,
};

/// Sets money of a payment aside for a refund, if as much is left.
///
/// # Errors
/// [`Code::RefundExceedsCapture`] otherwise.
pub async fn reserve(tx: &Tx, id: PaymentId, amount: Money) -> Result<()> {
    let with_it = Expr::col(RefundedMinor)
        .add(Expr::col(RefundReservedMinor))
        .add(amount.minor);
    let reserved = payment::Entity::update_many()
        .col_expr(
            RefundReservedMinor,
            Expr::col(RefundReservedMinor).add(amount.minor),
        )
        .col_expr(UpdatedAt, Expr::value(tx.now()))
        .filter(Id.eq(id))
        .filter(Currency.eq(amount.currency))
        .filter(Status.is_in([PaymentStatus::Paid, PaymentStatus::PaidLate]))
        .filter(with_it.lte(Expr::col(CapturedMinor)))
        .exec(tx.db())
        .await?;
    if reserved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::refused(
        Code::RefundExceedsCapture,
        "This is more than came, or more than is left of it.",
    ))
}

/// Lets go of money that was set aside: it did not go back.
///
/// # Errors
/// Less was set aside, which is a defect.
pub async fn release(tx: &Tx, id: PaymentId, amount: Money) -> Result<()> {
    take_from_reserve(tx, id, amount, 0).await
}

/// Money that was set aside has gone back.
///
/// # Errors
/// Less was set aside, which is a defect.
pub async fn give_back(tx: &Tx, id: PaymentId, amount: Money) -> Result<()> {
    take_from_reserve(tx, id, amount, amount.minor).await
}

async fn take_from_reserve(tx: &Tx, id: PaymentId, amount: Money, back: i64) -> Result<()> {
    let taken = payment::Entity::update_many()
        .col_expr(
            RefundReservedMinor,
            Expr::col(RefundReservedMinor).sub(amount.minor),
        )
        .col_expr(RefundedMinor, Expr::col(RefundedMinor).add(back))
        .col_expr(UpdatedAt, Expr::value(tx.now()))
        .filter(Id.eq(id))
        .filter(Currency.eq(amount.currency))
        .filter(RefundReservedMinor.gte(amount.minor))
        .exec(tx.db())
        .await?;
    match taken.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal(format!("{id} has not set {amount} aside"))),
    }
}
