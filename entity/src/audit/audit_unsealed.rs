//! A line of the audit trail that waits for its seal.

use sea_orm::entity::prelude::*;

use crate::id::AuditEntryId;

/// A line of the audit trail that waits for its seal. A trigger puts it here, whichever program wrote the line.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_unsealed")]
pub struct Model {
    /// Which line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: AuditEntryId,
    /// When it was written, as the line says: the oldest is sealed first.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
