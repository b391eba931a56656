//! Where a subscription may go from where.

use entity::subscriptions::{SubscriptionStatus, subscription};

use crate::base::transition::{Stateful, stateful_columns};

use super::events::SubscriptionStatusChanged;

/// The table of moves.
#[must_use]
pub const fn may_move(from: SubscriptionStatus, to: SubscriptionStatus) -> bool {
    use SubscriptionStatus::{Active, Cancelled, Expired, PastDue, Paused, Pending, Trialing};
    match from {
        Pending => matches!(to, Active | Trialing | Cancelled | Expired),
        Trialing => matches!(to, Active | PastDue | Paused | Cancelled | Expired),
        Active => matches!(to, PastDue | Paused | Cancelled | Expired),
        PastDue | Paused => matches!(to, Active | Cancelled | Expired),
        // One that never began, when the money for it came late.
        Expired => matches!(to, Pending),
        Cancelled => false,
    }
}

impl Stateful for subscription::Entity {
    type Status = SubscriptionStatus;
    type Moved = SubscriptionStatusChanged;

    const NAME: &'static str = "subscription";

    stateful_columns!(subscription);

    fn moved(
        row: &subscription::Model,
        from: SubscriptionStatus,
        cause: &str,
    ) -> SubscriptionStatusChanged {
        SubscriptionStatusChanged {
            subscription_id: row.id,
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
        let legal: Vec<String> = SubscriptionStatus::iter()
            .flat_map(|from| SubscriptionStatus::iter().map(move |to| (from, to)))
            .filter(|(from, to)| may_move(*from, *to))
            .map(|(from, to)| format!("{from:?}>{to:?}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "Pending>Trialing Pending>Active Pending>Cancelled Pending>Expired \
             Trialing>Active Trialing>PastDue Trialing>Paused Trialing>Cancelled Trialing>Expired \
             Active>PastDue Active>Paused Active>Cancelled Active>Expired \
             PastDue>Active PastDue>Cancelled PastDue>Expired \
             Paused>Active Paused>Cancelled Paused>Expired \
             Expired>Pending"
        );
    }
}
