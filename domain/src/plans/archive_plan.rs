//! Staff take a plan off sale for good.

use entity::{id::PlanId, plans::plan};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};

use crate::base::{Access, Op, Result};

use super::{events::PlanArchived, query};

/// Takes a plan off sale for good. Running subscriptions go on; a second time changes nothing.
///
/// # Errors
/// Whoever is not staff; a plan that does not exist.
pub async fn archive_plan(op: &Op, id: PlanId) -> Result<plan::Model> {
    op.require(Access::Staff)?;
    let mut tx = op.begin().await?;
    let archived = plan::Entity::update_many()
        .set(plan::ActiveModel {
            is_active: Set(false),
            archived_at: Set(Some(tx.now())),
            updated_at: Set(tx.now()),
            ..Default::default()
        })
        .col_expr(
            plan::Column::Version,
            Expr::col(plan::Column::Version).add(1),
        )
        .filter(plan::Column::Id.eq(id))
        .filter(plan::Column::ArchivedAt.is_null())
        .exec(tx.db())
        .await?;
    let plan = query::get(tx.db(), id).await?;
    if archived.rows_affected == 1 {
        tx.record(PlanArchived { plan_id: id })?;
    }
    tx.commit().await?;
    Ok(plan)
}
