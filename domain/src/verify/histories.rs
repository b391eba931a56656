//! I7: every state is reachable by the moves that were made.

use std::collections::HashMap;

use entity::{
    base::transition, orders::order, payments::card_contract, payments::payment, refunds::refund,
    subscriptions::subscription,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use crate::base::{Result, transition::Stateful};

use super::invariant::{Broken, Finding, Invariant, Look};

/// How many rows are held in memory at once.
const PAGE: u64 = 500;

/// I7.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I7",
    says: "every state is reachable by the moves that were made",
    rules: &[],
    look: Look::Histories,
};

/// Walks through the moves of every row that has a state.
pub(super) async fn look(db: &DatabaseTransaction, finding: &mut Finding) -> Result<()> {
    walk::<order::Entity>(db, finding).await?;
    walk::<payment::Entity>(db, finding).await?;
    walk::<subscription::Entity>(db, finding).await?;
    walk::<refund::Entity>(db, finding).await?;
    walk::<card_contract::Entity>(db, finding).await?;
    no_strangers(db, finding).await
}

async fn walk<E: Stateful>(db: &DatabaseTransaction, finding: &mut Finding) -> Result<()> {
    let mut broken = Broken::new("the moves of a row are a path that ends where the row is");
    let mut last = None;
    loop {
        let mut page = E::find().order_by_asc(E::ID).limit(PAGE);
        if let Some(last) = last.take() {
            page = page.filter(E::ID.gt::<sea_orm::Value>(last));
        }
        let rows = page.all(db).await?;
        let Some(newest) = rows.last() else { break };
        last = Some(E::id(newest));
        let mut moves = moves_of(db, rows.iter().map(E::subject)).await?;
        for row in &rows {
            finding.rows += 1;
            let subject = E::subject(row);
            let moves = moves.remove(&subject).unwrap_or_default();
            if !leads_to::<E>(&moves, row) {
                broken.add(subject);
            }
        }
    }
    finding.note(broken);
    Ok(())
}

async fn moves_of(
    db: &DatabaseTransaction,
    subjects: impl Iterator<Item = String>,
) -> Result<HashMap<String, Vec<transition::Model>>> {
    let made = transition::Entity::find()
        .filter(transition::Column::Subject.is_in(subjects))
        .order_by_asc(transition::Column::Version)
        .all(db)
        .await?;
    let mut moves: HashMap<String, Vec<transition::Model>> = HashMap::new();
    for step in made {
        moves.entry(step.subject.clone()).or_default().push(step);
    }
    Ok(moves)
}

/// Whether versions run 1, 2, 3 …, each move is allowed and begins where the one before ended, and the last one ends
/// where the row is.
fn leads_to<E: Stateful>(moves: &[transition::Model], row: &E::Model) -> bool {
    let mut at: Option<E::Status> = None;
    let mut version = 0;
    for step in moves {
        version += 1;
        let Ok(to) = E::Status::try_from_value(&step.to_status) else {
            return false;
        };
        let follows = step.from_status == at.map(|status| status.to_value());
        let is_allowed = at.is_none_or(|from| E::may_move(from, to));
        if step.version != version || !follows || !is_allowed {
            return false;
        }
        at = Some(to);
    }
    at == Some(E::status(row)) && version == E::version(row)
}

/// Every row has moves (see above), so there are as many histories as rows, unless rows are gone.
async fn no_strangers(db: &DatabaseTransaction, finding: &mut Finding) -> Result<()> {
    let query = "SELECT count(DISTINCT subject) AS n FROM transitions";
    let statement = Statement::from_string(db.get_database_backend(), query);
    let histories: i64 = match db.query_one_raw(statement).await? {
        Some(row) => row.try_get("", "n")?,
        None => 0,
    };
    let mut broken = Broken::new("every history is of a row that is there");
    let histories = u64::try_from(histories).unwrap_or_default();
    broken.violations = histories.saturating_sub(finding.rows);
    finding.note(broken);
    Ok(())
}
