//! Where an order may go from where.

use entity::orders::{OrderStatus, order};
use sea_orm::Value;

use crate::base::{
    Result, Tx,
    transition::{self, Moved, Stateful},
};

use super::events::OrderStatusChanged;

/// The table of moves. Nothing leads back from a settled order but a refund.
#[must_use]
pub const fn may_move(from: OrderStatus, to: OrderStatus) -> bool {
    use OrderStatus::{
        AwaitingPayment, Cancelled, Completed, Expired, Failed, Paid, Pending, Processing, Refunded,
    };
    match from {
        Pending => matches!(
            to,
            Processing | AwaitingPayment | Paid | Failed | Cancelled | Expired
        ),
        Processing => matches!(to, AwaitingPayment | Paid | Failed | Cancelled | Expired),
        AwaitingPayment => matches!(to, Processing | Paid | Failed | Cancelled | Expired),
        Failed => matches!(
            to,
            Processing | AwaitingPayment | Paid | Cancelled | Expired
        ),
        Paid => matches!(to, Completed | Refunded),
        Completed => matches!(to, Refunded),
        Cancelled | Expired | Refunded => false,
    }
}

/// Whether money can still be taken for an order in this state.
#[must_use]
pub const fn is_payable(status: OrderStatus) -> bool {
    may_move(status, OrderStatus::Paid)
}

impl Stateful for order::Entity {
    type Status = OrderStatus;

    const NAME: &'static str = "order";
    const ID: Self::Column = order::Column::Id;
    const STATUS: Self::Column = order::Column::Status;
    const VERSION: Self::Column = order::Column::Version;

    fn id(row: &order::Model) -> Value {
        row.id.into()
    }

    fn subject(row: &order::Model) -> String {
        row.id.to_string()
    }

    fn status(row: &order::Model) -> OrderStatus {
        row.status
    }

    fn version(row: &order::Model) -> i64 {
        row.version
    }

    fn may_move(from: OrderStatus, to: OrderStatus) -> bool {
        may_move(from, to)
    }
}

/// Moves an order and says so. A move that was made already is no error.
///
/// # Errors
/// The table does not allow it.
pub async fn advance(
    tx: &mut Tx,
    row: &order::Model,
    to: OrderStatus,
    cause: &str,
    changes: order::ActiveModel,
) -> Result<order::Model> {
    let from = row.status;
    match transition::advance::<order::Entity>(tx, row, to, cause, changes).await? {
        Moved::Already(now) => Ok(now),
        Moved::Now(now) => {
            tx.record(OrderStatusChanged {
                order_id: now.id,
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
        let legal: Vec<String> = OrderStatus::iter()
            .flat_map(|from| OrderStatus::iter().map(move |to| (from, to)))
            .filter(|(from, to)| may_move(*from, *to))
            .map(|(from, to)| format!("{from:?}>{to:?}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "Pending>Processing Pending>AwaitingPayment Pending>Paid Pending>Failed Pending>Cancelled \
             Pending>Expired \
             Processing>AwaitingPayment Processing>Paid Processing>Failed Processing>Cancelled \
             Processing>Expired \
             AwaitingPayment>Processing AwaitingPayment>Paid AwaitingPayment>Failed \
             AwaitingPayment>Cancelled AwaitingPayment>Expired \
             Paid>Completed Paid>Refunded Completed>Refunded \
             Failed>Processing Failed>AwaitingPayment Failed>Paid Failed>Cancelled Failed>Expired"
        );
    }

    #[test]
    fn money_is_taken_only_before_an_order_is_settled_or_closed() {
        let payable: Vec<OrderStatus> = OrderStatus::iter().filter(|s| is_payable(*s)).collect();
        assert_eq!(
            payable,
            [
                OrderStatus::Pending,
                OrderStatus::Processing,
                OrderStatus::AwaitingPayment,
                OrderStatus::Failed
            ]
        );
    }
}
