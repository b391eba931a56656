//! What of a payment can be asked back, and who gives it back. Pure.

use entity::{
    money::Money,
    payments::{PaymentMethod, PaymentStatus, payment},
    refunds::RefundKind,
};

use crate::{
    base::{Code, Error, Result},
    ports::NotRefundedHere,
    refunds::{Obstacle, Wish},
};

/// What a person asks back of a payment.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How much; `None` for all that is left.
    pub amount: Option<Money>,
    /// Whether a person gives it back by hand although the gateway could.
    pub by_hand: bool,
}

/// Who gives back how much.
///
/// # Errors
/// [`Code::NotRefundable`], [`Code::RefundExceedsCapture`], [`Code::RefundInFullOnly`],
/// [`Code::RefundNotAvailable`], or an amount that is none.
pub fn agree(
    payment: &payment::Model,
    asked: Asked,
    gateway: Result<(), NotRefundedHere>,
) -> Result<(RefundKind, Money)> {
    let brought_money = matches!(
        payment.status,
        PaymentStatus::Paid | PaymentStatus::PaidLate | PaymentStatus::Refunded
    );
    if !brought_money || payment.method == PaymentMethod::Free {
        let status = sea_orm::ActiveEnum::to_value(&payment.status);
        return Err(Error::refused(
            Code::NotRefundable,
            format!("This payment is {status}: it brought no money that could go back."),
        ));
    }
    let amount = amount_of(payment, asked.amount)?;
    let kind = kind_of(payment, asked.by_hand);
    if kind == RefundKind::Card {
        if wish(payment, amount).is_none_or(|wish| wish.in_full_only && !wish.is_full()) {
            let obstacle = Obstacle::InFullOnly;
            return Err(Error::refused(obstacle.code(), obstacle.sentence()));
        }
        gateway.map_err(|reason| {
            Error::refused(
                Code::RefundNotAvailable,
                format!("{reason} To give the money back by hand, ask for a manual refund."),
            )
        })?;
    }
    Ok((kind, amount))
}

/// The wish that a refund of this amount is to the planner; `None` for a payment that the gateway cannot be
/// asked about.
#[must_use]
pub fn wish(payment: &payment::Model, amount: Money) -> Option<Wish> {
    payment.authorization_no.as_ref()?;
    Some(Wish {
        amount,
        captured: payment.captured(),
        in_full_only: payment.refund_in_full_only,
    })
}

fn amount_of(payment: &payment::Model, asked: Option<Money>) -> Result<Money> {
    let left = payment.refundable();
    let amount = asked.unwrap_or(left);
    if amount.currency != payment.currency {
        return Err(Error::invalid(
            "amount",
            Code::Malformed,
            format!("This payment was made in {}.", payment.currency.code()),
        ));
    }
    if asked.is_some() && amount.minor < 1 {
        return Err(Error::invalid(
            "amount",
            Code::OutOfRange,
            "A refund is of at least one unit.",
        ));
    }
    if amount.minor < 1 || amount.minor > left.minor {
        return Err(Error::refused(
            Code::RefundExceedsCapture,
            format!("Of this payment {left} can still be given back."),
        ));
    }
    Ok(amount)
}

/// Cards go back through the gateway, if it can be asked about them; all else by hand.
fn kind_of(payment: &payment::Model, by_hand: bool) -> RefundKind {
    let is_card = payment.method == PaymentMethod::CreditCard
        && payment.authorization_no.is_some()
        && payment.gateway_trade_no.is_some();
    match is_card && !by_hand {
        true => RefundKind::Card,
        false => RefundKind::Manual,
    }
}
