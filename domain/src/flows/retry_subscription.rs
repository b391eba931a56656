//! Staff give a parked subscription back to the clockwork, once what stood in its way is mended.

use entity::{id::SubscriptionId, subscriptions::subscription};
use sea_orm::ActiveValue::Set;

use crate::{
    base::{Access, Code, Error, Op, Result},
    subscriptions::{self, events::SubscriptionRetried, schedule},
};

/// Lets the clockwork look at a parked subscription again, now, as if it had never failed with it.
///
/// # Errors
/// [`Code::InvalidState`] for one that is not parked.
pub async fn retry_subscription(op: &Op, id: SubscriptionId) -> Result<subscription::Model> {
    op.require(Access::Staff)?;
    let mut tx = op.begin().await?;
    let row = subscriptions::query::lock(&mut tx, id).await?;
    if !subscriptions::calendar::is_parked(&row) {
        return Err(Error::refused(
            Code::InvalidState,
            "This subscription is not parked: the clockwork looks at it by itself.",
        ));
    }
    let changes = subscription::ActiveModel {
        failures: Set(0),
        last_error: Set(None),
        due_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let row = schedule::change(&tx, &row, changes).await?;
    tx.record(SubscriptionRetried {
        subscription_id: id,
    })?;
    tx.commit().await?;
    Ok(row)
}
