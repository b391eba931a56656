//! Where a refund may go from where.

use entity::refunds::{RefundStatus, refund};

use crate::base::transition::{Stateful, stateful_columns};

use super::events::RefundStatusChanged;

/// The table of moves. Nothing leads back from an end, and nothing but the gateway's word or a person's leads
/// out of not knowing.
#[must_use]
pub const fn may_move(from: RefundStatus, to: RefundStatus) -> bool {
    use RefundStatus::{AwaitingStaff, Cancelled, Failed, Requested, Sending, Succeeded, Unknown};
    match from {
        Requested => matches!(to, Sending | Failed | AwaitingStaff | Cancelled),
        Sending => matches!(to, Unknown | Succeeded | Failed | AwaitingStaff),
        Unknown => matches!(to, Sending | Succeeded | Failed | AwaitingStaff),
        AwaitingStaff => matches!(to, Succeeded | Cancelled),
        Succeeded | Failed | Cancelled => false,
    }
}

/// Whether money is set aside for a refund in this state.
#[must_use]
pub const fn holds_money(status: RefundStatus) -> bool {
    matches!(
        status,
        RefundStatus::Requested
            | RefundStatus::Sending
            | RefundStatus::Unknown
            | RefundStatus::AwaitingStaff
    )
}

/// Whether the gateway is, or is about to be, told of a refund in this state.
#[must_use]
pub const fn is_under_way(status: RefundStatus) -> bool {
    holds_money(status) && !matches!(status, RefundStatus::AwaitingStaff)
}

impl Stateful for refund::Entity {
    type Status = RefundStatus;
    type Moved = RefundStatusChanged;

    const NAME: &'static str = "refund";

    stateful_columns!(refund);

    fn moved(row: &refund::Model, from: RefundStatus, cause: &str) -> RefundStatusChanged {
        RefundStatusChanged {
            refund_id: row.id,
            payment_id: row.payment_id,
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
        let legal: Vec<String> = RefundStatus::iter()
            .flat_map(|from| RefundStatus::iter().map(move |to| (from, to)))
            .filter(|(from, to)| may_move(*from, *to))
            .map(|(from, to)| format!("{from:?}>{to:?}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "Requested>Sending Requested>Failed Requested>AwaitingStaff Requested>Cancelled \
             Sending>Unknown Sending>Succeeded Sending>Failed Sending>AwaitingStaff \
             Unknown>Sending Unknown>Succeeded Unknown>Failed Unknown>AwaitingStaff \
             AwaitingStaff>Succeeded AwaitingStaff>Cancelled"
        );
    }

    #[test]
    fn money_is_set_aside_until_the_refund_has_ended() {
        for status in RefundStatus::iter() {
            let has_ended = RefundStatus::iter().all(|to| !may_move(status, to));
            assert_eq!(holds_money(status), !has_ended, "{status:?}");
        }
    }
}
