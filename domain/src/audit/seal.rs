//! Sealing: what was written to the audit trail is chained, a moment after it was written. Whoever writes waits for
//! nobody; whoever seals does it in one order.

use entity::audit::{audit_entry, audit_seal, audit_unsealed};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationDef, SqlErr, sea_query::Expr,
};

use crate::base::{Error, Op, Result, Tx};

use super::{
    chain::{self, BEGINNING, Head},
    query::head,
};

/// Seals every line that waits, the oldest first, `batch` of them in each transaction; how many it were. A kill loses
/// nothing: what was not committed waits still.
///
/// # Errors
/// [`Error::Collided`] when another replica sealed at the same time: its links stand, and ours were taken back. The
/// database does not answer.
pub async fn seal(op: &Op, batch: u64) -> Result<u64> {
    let mut sealed = 0;
    loop {
        let links = seal_some(op, batch).await?;
        sealed += links;
        if links < batch {
            return Ok(sealed);
        }
    }
}

async fn seal_some(op: &Op, most: u64) -> Result<u64> {
    let tx = op.begin().await?;
    let last = head(tx.db()).await?;
    let waiting = waiting(&tx, most).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let links = links(last, &waiting);
    audit_seal::Entity::insert_many(links)
        .exec_without_returning(tx.db())
        .await
        .map_err(forked)?;
    let sealed = waiting.iter().map(|entry| entry.id);
    audit_unsealed::Entity::delete_many()
        .filter(audit_unsealed::Column::EntryId.is_in(sealed))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(u64::try_from(waiting.len()).unwrap_or(u64::MAX))
}

/// The lines that wait longest. One that is gone, or sealed already, is no line of ours to seal: `verify` names it.
async fn waiting(tx: &Tx, most: u64) -> Result<Vec<audit_entry::Model>> {
    let same = Expr::col((audit_seal::Entity, audit_seal::Column::EntryId))
        .equals((audit_unsealed::Entity, audit_unsealed::Column::EntryId));
    let its_seal = audit_seal::Entity::find().filter(same).into_query();
    let entry: RelationDef = audit_unsealed::Entity::belongs_to(audit_entry::Entity)
        .from(audit_unsealed::Column::EntryId)
        .to(audit_entry::Column::Id)
        .into();
    let oldest = audit_entry::Entity::find()
        .join(JoinType::InnerJoin, entry.rev())
        .filter(Expr::exists(its_seal).not())
        .order_by_asc(audit_unsealed::Column::At)
        .order_by_asc(audit_unsealed::Column::EntryId)
        .limit(most);
    Ok(oldest.all(tx.db()).await?)
}

fn links(last: Option<Head>, entries: &[audit_entry::Model]) -> Vec<audit_seal::ActiveModel> {
    let (mut sequence, mut previous) = last.map_or_else(
        || (0, BEGINNING.to_owned()),
        |head| (head.sequence, head.hash),
    );
    entries
        .iter()
        .map(|entry| {
            sequence += 1;
            let hash = chain::hash(&previous, entry);
            audit_seal::ActiveModel {
                sequence: Set(sequence),
                entry_id: Set(entry.id),
                previous_hash: Set(std::mem::replace(&mut previous, hash.clone())),
                hash: Set(hash),
            }
        })
        .collect()
}

/// Another replica has the next link: the keys of the table let one in.
fn forked(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::Collided,
        _ => error.into(),
    }
}
