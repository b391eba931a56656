//! What the house promises about mails: one for each event whatever happens, in order, and codes that are worth
//! something to their owner alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

#[path = "mails/codes.rs"]
mod codes;
#[path = "mails/outbox.rs"]
mod outbox;
#[path = "mails/passwords.rs"]
mod passwords;
#[path = "mails/payment_links.rs"]
mod payment_links;
#[path = "mails/payments.rs"]
mod payments;
#[path = "mails/rehearsals.rs"]
mod rehearsals;
#[path = "flows/scene.rs"]
#[expect(
    dead_code,
    reason = "the words of another test, of which a few are spoken here"
)]
mod scene;
#[path = "mails/subscriptions.rs"]
mod subscriptions;

use domain::flows;
use entity::notify::{DeliveryState, delivery};
use kit::House;
use sea_orm::{EntityTrait, QueryOrder};

/// Sends what is due; how many deliveries were dealt with.
pub async fn post(house: &House) -> u64 {
    flows::send_mails(&house.job(), 100).await.unwrap()
}

/// Every delivery, oldest first.
pub async fn deliveries(house: &House) -> Vec<delivery::Model> {
    delivery::Entity::find()
        .order_by_asc(delivery::Column::CreatedAt)
        .order_by_asc(delivery::Column::Sequence)
        .all(house.app.database.reader())
        .await
        .unwrap()
}

/// How every delivery stands, oldest first.
pub async fn states(house: &House) -> Vec<DeliveryState> {
    let rows = deliveries(house).await;
    rows.iter().map(|row| row.state).collect()
}
