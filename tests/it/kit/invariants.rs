//! What must be true of the books after every scenario: what `fabrica verify` looks at, and that nothing waits.

use domain::{base::database::Database as Whole, verify::verify};
use entity::payments::{NoticeState, notice};
use sea_orm::EntityTrait;

use super::database::Database;

/// Fails with everything that is not as it must be.
pub async fn hold(database: &Database) {
    let whole = Whole::connect(database.url()).await.unwrap();
    let report = verify(&whole).await.unwrap();
    for connection in [whole.reader(), whole.writer()] {
        connection.clone().close().await.unwrap();
    }
    let broken: Vec<_> = report
        .findings
        .iter()
        .flat_map(|finding| {
            finding
                .broken
                .iter()
                .map(move |broken| (finding.id, broken))
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for notice in notice::Entity::find().all(database.db()).await.unwrap() {
        assert_ne!(notice.state, NoticeState::Received, "{notice:?}");
    }
}
