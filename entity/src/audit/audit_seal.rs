//! A link of the chain over the audit trail.

use sea_orm::entity::prelude::*;

use crate::id::AuditEntryId;

/// A link of the chain over the audit trail. Written once; its keys are what keeps two sealers from making two chains.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seals")]
pub struct Model {
    /// Its place: 1, 2, 3 …, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// Which line it seals. Not a reference: a line that somebody removed must not take its seal along.
    #[sea_orm(unique)]
    pub entry_id: AuditEntryId,
    /// The hash of the link before it; zeros for the first.
    #[sea_orm(unique)]
    pub previous_hash: String,
    /// SHA-256 over the hash before and the line, in 64 hexadecimal digits.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
