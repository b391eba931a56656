//! Where an attempt may go from where.

use entity::payments::{PaymentStatus, payment};
use sea_orm::Value;

use crate::base::{
    Result, Tx,
    transition::{self, Moved, Stateful},
};

use super::events::PaymentStatusChanged;

/// The table of moves. Money always wins: every state that does not hold it yet can still come to hold it.
#[must_use]
pub const fn may_move(from: PaymentStatus, to: PaymentStatus) -> bool {
    use PaymentStatus::{
        AwaitingPayment, Expired, Failed, Paid, PaidLate, Pending, Refunded, Review, Unknown,
    };
    match from {
        Pending => matches!(
            to,
            AwaitingPayment | Paid | Failed | Expired | Unknown | Review | PaidLate
        ),
        AwaitingPayment => matches!(to, Paid | Failed | Expired | Unknown | Review | PaidLate),
        Unknown => matches!(
            to,
            AwaitingPayment | Paid | Failed | Expired | Review | PaidLate
        ),
        Failed | Expired => matches!(to, Paid | Review | PaidLate),
        Review => matches!(to, Paid | PaidLate),
        Paid | PaidLate => matches!(to, Refunded),
        Refunded => false,
    }
}

/// Whether the gateway may still have news of it.
#[must_use]
pub const fn is_open(status: PaymentStatus) -> bool {
    matches!(
        status,
        PaymentStatus::Pending | PaymentStatus::AwaitingPayment | PaymentStatus::Unknown
    )
}

/// Whether the order must wait for it: the gateway may have news, or a person must look.
#[must_use]
pub const fn holds_order_open(status: PaymentStatus) -> bool {
    is_open(status) || matches!(status, PaymentStatus::Review)
}

impl Stateful for payment::Entity {
    type Status = PaymentStatus;

    const NAME: &'static str = "payment";
    const ID: Self::Column = payment::Column::Id;
    const STATUS: Self::Column = payment::Column::Status;
    const VERSION: Self::Column = payment::Column::Version;

    fn id(row: &payment::Model) -> Value {
        row.id.into()
    }

    fn subject(row: &payment::Model) -> String {
        row.id.to_string()
    }

    fn status(row: &payment::Model) -> PaymentStatus {
        row.status
    }

    fn version(row: &payment::Model) -> i64 {
        row.version
    }

    fn may_move(from: PaymentStatus, to: PaymentStatus) -> bool {
        may_move(from, to)
    }
}

/// Moves an attempt and says so. A move that was made already is no error.
///
/// # Errors
/// The table does not allow it.
pub async fn advance(
    tx: &mut Tx,
    row: &payment::Model,
    to: PaymentStatus,
    cause: &str,
    changes: payment::ActiveModel,
) -> Result<payment::Model> {
    let from = row.status;
    match transition::advance::<payment::Entity>(tx, row, to, cause, changes).await? {
        Moved::Already(now) => Ok(now),
        Moved::Now(now) => {
            tx.record(PaymentStatusChanged {
                payment_id: now.id,
                order_id: now.order_id,
                from,
                to,
                version: now.version,
                cause: cause.to_owned(),
            })?;
            Ok(now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn every_pair_of_states_is_decided() {
        let legal: Vec<String> = PaymentStatus::iter()
            .flat_map(|from| PaymentStatus::iter().map(move |to| (from, to)))
            .filter(|(from, to)| may_move(*from, *to))
            .map(|(from, to)| format!("{from:?}>{to:?}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "Pending>AwaitingPayment Pending>Paid Pending>Failed Pending>Expired Pending>Unknown \
             Pending>Review Pending>PaidLate \
             AwaitingPayment>Paid AwaitingPayment>Failed AwaitingPayment>Expired \
             AwaitingPayment>Unknown AwaitingPayment>Review AwaitingPayment>PaidLate \
             Paid>Refunded \
             Failed>Paid Failed>Review Failed>PaidLate \
             Expired>Paid Expired>Review Expired>PaidLate \
             Unknown>AwaitingPayment Unknown>Paid Unknown>Failed Unknown>Expired Unknown>Review \
             Unknown>PaidLate \
             Review>Paid Review>PaidLate \
             PaidLate>Refunded"
        );
    }
}
