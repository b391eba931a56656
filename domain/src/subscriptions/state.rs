//! Where a subscription may go from where.

use entity::subscriptions::{SubscriptionStatus, subscription};
use sea_orm::Value;

use crate::base::{
    Result, Tx,
    transition::{self, Moved, Stateful},
};

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
        Cancelled | Expired => false,
    }
}

impl Stateful for subscription::Entity {
    type Status = SubscriptionStatus;

    const NAME: &'static str = "subscription";
    const ID: Self::Column = subscription::Column::Id;
    const STATUS: Self::Column = subscription::Column::Status;
    const VERSION: Self::Column = subscription::Column::Version;

    fn id(row: &subscription::Model) -> Value {
        row.id.into()
    }

    fn subject(row: &subscription::Model) -> String {
        row.id.to_string()
    }

    fn status(row: &subscription::Model) -> SubscriptionStatus {
        row.status
    }

    fn version(row: &subscription::Model) -> i64 {
        row.version
    }

    fn may_move(from: SubscriptionStatus, to: SubscriptionStatus) -> bool {
        may_move(from, to)
    }
}

/// Moves a subscription and says so. A move that was made already is no error.
///
/// # Errors
/// The table does not allow it.
pub async fn advance(
    tx: &mut Tx,
    row: &subscription::Model,
    to: SubscriptionStatus,
    cause: &str,
    changes: subscription::ActiveModel,
) -> Result<subscription::Model> {
    let from = row.status;
    match transition::advance::<subscription::Entity>(tx, row, to, cause, changes).await? {
        Moved::Already(now) => Ok(now),
        Moved::Now(now) => {
            tx.record(SubscriptionStatusChanged {
                subscription_id: now.id,
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
             Paused>Active Paused>Cancelled Paused>Expired"
        );
    }
}
