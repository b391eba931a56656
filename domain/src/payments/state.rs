//! Where an attempt may go from where.

use entity::payments::{PaymentStatus, payment};

use crate::base::transition::{Stateful, stateful_columns};

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
        Review => matches!(to, Paid | PaidLate | Failed),
        Paid => matches!(to, Refunded),
        // By a person's decision.
        PaidLate => matches!(to, Paid | Refunded),
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
    type Moved = PaymentStatusChanged;

    const NAME: &'static str = "payment";

    stateful_columns!(payment);

    fn moved(row: &payment::Model, from: PaymentStatus, cause: &str) -> PaymentStatusChanged {
        PaymentStatusChanged {
            payment_id: row.id,
            order_id: row.order_id,
            from,
            to: row.status,
            version: row.version,
            cause: cause.to_owned(),
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
             Review>Paid Review>Failed Review>PaidLate \
             PaidLate>Paid PaidLate>Refunded"
        );
    }
}
