//! Documents that were imported, so that clients may send their ids. An id means one text for ever; nothing is
//! changed or taken away.

use entity::base::{trusted_document, trusted_document_id};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait, PaginatorTrait, QueryOrder};
use sha2::{Digest, Sha256};

use super::{Access, Op, Result, Tx, database::was_inserted};

/// A document to be imported. Whether it fits the schema was asked before.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// What a tool calls it, when that is not its hash.
    pub id: Option<String>,
    /// The names of its operations, for people.
    pub name: String,
    /// The document.
    pub text: String,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Its text or its id is new.
    Added,
    /// Both were there already.
    Known,
    /// Its id means another text.
    IdTaken,
}

/// A document as it is stored, with one of its ids.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What clients send: the hash, or what a tool made up.
    pub id: String,
    /// SHA-256 of the text, in hex.
    pub sha256: String,
    /// The names of its operations.
    pub name: String,
    /// The document.
    pub text: String,
}

/// SHA-256 of a document's text, in hex.
#[must_use]
pub fn sha256_of(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Imports documents, all in one transaction; one whose id is taken leaves nothing behind, and the others stand.
/// What became of each, in order. Importing again changes nothing.
///
/// # Errors
/// Only admins and the command line may; the database does not answer.
pub async fn import(op: &Op, documents: &[NewDocument]) -> Result<Vec<Imported>> {
    op.require(Access::Admin)?;
    let tx = op.begin().await?;
    let mut outcomes = Vec::with_capacity(documents.len());
    for document in documents {
        outcomes.push(import_one(&tx, document).await?);
    }
    tx.commit().await?;
    Ok(outcomes)
}

async fn import_one(tx: &Tx, document: &NewDocument) -> Result<Imported> {
    let sha256 = sha256_of(&document.text);
    if let Some(id) = &document.id
        && let Some(taken) = trusted_document_id::Entity::find_by_id(id.as_str())
            .one(tx.db())
            .await?
        && taken.sha256 != sha256
    {
        return Ok(Imported::IdTaken);
    }
    let row = trusted_document::ActiveModel {
        sha256: Set(sha256.clone()),
        name: Set(document.name.clone()),
        text: Set(document.text.clone()),
        imported_at: Set(tx.now()),
    };
    let inserted = trusted_document::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    let mut added = was_inserted(&inserted);
    for id in [Some(&sha256), document.id.as_ref()].into_iter().flatten() {
        added |= name_it(tx, id, &sha256).await?;
    }
    Ok(match added {
        true => Imported::Added,
        false => Imported::Known,
    })
}

async fn name_it(tx: &Tx, id: &str, sha256: &str) -> Result<bool> {
    let row = trusted_document_id::ActiveModel {
        id: Set(id.to_owned()),
        sha256: Set(sha256.to_owned()),
        imported_at: Set(tx.now()),
    };
    let inserted = trusted_document_id::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    Ok(was_inserted(&inserted))
}

/// How many ids there are. Nothing is taken away, so that another count means that something was imported.
///
/// # Errors
/// The database does not answer.
pub async fn count(db: &DatabaseConnection) -> Result<u64> {
    Ok(trusted_document_id::Entity::find().count(db).await?)
}

/// Every id with its document, by name.
///
/// # Errors
/// The database does not answer.
pub async fn all(db: &DatabaseConnection) -> Result<Vec<Stored>> {
    let rows = trusted_document_id::Entity::find()
        .find_also_related(trusted_document::Entity)
        .order_by_asc(trusted_document::Column::Name)
        .order_by_asc(trusted_document_id::Column::Sha256)
        .order_by_asc(trusted_document_id::Column::Id)
        .all(db)
        .await?;
    let stored = rows.into_iter().filter_map(|(id, document)| {
        let document = document?;
        Some(Stored {
            id: id.id,
            sha256: document.sha256,
            name: document.name,
            text: document.text,
        })
    });
    Ok(stored.collect())
}
