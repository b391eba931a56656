//! Where an order may go from where.

use entity::orders::{OrderStatus, order};

use crate::base::transition::{Stateful, stateful_columns};

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
        // Opened again by money that came late, and settled at once.
        Expired => matches!(to, Processing),
        Cancelled | Refunded => false,
    }
}

/// Whether money can still be taken for an order in this state.
#[must_use]
pub const fn is_payable(status: OrderStatus) -> bool {
    may_move(status, OrderStatus::Paid)
}

impl Stateful for order::Entity {
    type Status = OrderStatus;
    type Moved = OrderStatusChanged;

    const NAME: &'static str = "order";

    stateful_columns!(order);

    fn moved(row: &order::Model, from: OrderStatus, cause: &str) -> OrderStatusChanged {
        OrderStatusChanged {
            order_id: row.id,
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
             Failed>Processing Failed>AwaitingPayment Failed>Paid Failed>Cancelled Failed>Expired \
             Expired>Processing"
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
