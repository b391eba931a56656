//! What was refused.

use entity::{
    audit::{AuditOutcome, audit_entry},
    id::AuditEntryId,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::base::Op;

/// Writes that this operation was refused. The refusal stands whether or not the line can be written;
/// a failure is logged.
pub async fn note_refusal(op: &Op, action: &str, code: &str) {
    let entry = audit_entry::ActiveModel {
        id: Set(op.new_id::<AuditEntryId>()),
        at: Set(op.machine_now()),
        actor: Set(op.actor().to_string()),
        actor_user_id: Set(op.actor().user_id()),
        action: Set(action.to_owned()),
        subject: Set(None),
        outcome: Set(AuditOutcome::Refused),
        code: Set(Some(code.to_owned())),
        address: Set(op.origin().address.clone()),
        agent: Set(op.origin().agent.clone()),
        request_id: Set(op.request_id().to_owned()),
        origin: Set(op.origin().door.to_owned()),
        details: Set(serde_json::Value::Object(serde_json::Map::new())),
    };
    let written = audit_entry::Entity::insert(entry)
        .exec_without_returning(op.app().database.writer())
        .await;
    if let Err(error) = written {
        tracing::error!(%error, action, code, "a refusal could not be written to the audit trail");
    }
}
