//! What must be true of the money in every database, whatever happened to it: checked by SQL after each
//! storm. The names are those of the reliability catalogue.

use chrono::Duration;
use domain::verify::verify;
use sea_orm::EntityTrait;

use super::House;

/// Fails the test when anything that must be true is not.
pub async fn assert_hold(house: &House) {
    let found = violations(house).await;
    assert!(found.is_empty(), "broken:\n{}", found.join("\n"));
}

/// Everything that is not as it must be, in words.
pub async fn violations(house: &House) -> Vec<String> {
    let database = &house.app.database;
    let report = verify(database).await.unwrap();
    let mut found: Vec<String> = report
        .findings
        .iter()
        .flat_map(|finding| {
            finding
                .broken
                .iter()
                .map(move |broken| (finding.id, broken))
        })
        .map(|(id, broken)| format!("{id}: {}: {} rows", broken.says, broken.violations))
        .collect();
    let deadline = house.now() - Duration::minutes(5);
    let notices = entity::payments::notice::Entity::find();
    for notice in notices.all(database.reader()).await.unwrap() {
        let waits = notice.state == entity::payments::NoticeState::Received;
        if waits && notice.received_at < deadline {
            found.push(format!(
                "I9: {} waits since {}",
                notice.id, notice.received_at
            ));
        }
    }
    found
}
