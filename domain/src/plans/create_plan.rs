//! Staff make a plan.

use entity::{
    id::{PlanId, PlanVersionId},
    plans::{
        plan,
        plan_version::{self, Features},
    },
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DbErr, EntityTrait};

use crate::base::{Access, Code, Error, Op, Result, Tx, database::violates};

use super::{
    draft::{NewPlan, Terms},
    events::PlanCreated,
};

/// Makes a plan with its first terms.
///
/// # Errors
/// Whoever is not staff; a value that cannot be taken; [`Code::Taken`] for a slug that is in use.
pub async fn create_plan(op: &Op, new: NewPlan) -> Result<plan::Model> {
    op.require(Access::Staff)?;
    let NewPlan {
        slug,
        listing,
        terms,
    } = new.checked()?;
    let mut tx = op.begin().await?;
    let plan = plan::Model {
        id: op.new_id(),
        slug,
        name: listing.name,
        description: listing.description,
        current_version_id: op.new_id(),
        is_active: listing.is_active,
        is_popular: listing.is_popular,
        sort_order: listing.sort_order,
        archived_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    plan::Entity::insert(plan::ActiveModel::from(plan.clone()).reset_all())
        .exec_without_returning(tx.db())
        .await
        .map_err(slug_taken)?;
    let event = PlanCreated {
        plan_id: plan.id,
        plan_version_id: plan.current_version_id,
        price: terms.price,
        billing_cycle: terms.billing_cycle,
    };
    insert_terms(&mut tx, plan.id, plan.current_version_id, 1, terms).await?;
    tx.record(event)?;
    tx.commit().await?;
    Ok(plan)
}

/// Writes terms, once and for all.
pub(super) async fn insert_terms(
    tx: &mut Tx,
    plan_id: PlanId,
    id: PlanVersionId,
    number: i32,
    terms: Terms,
) -> Result<()> {
    let version = plan_version::ActiveModel {
        id: Set(id),
        plan_id: Set(plan_id),
        number: Set(number),
        price_minor: Set(terms.price.minor),
        currency: Set(terms.price.currency),
        billing_cycle: Set(terms.billing_cycle),
        features: Set(Features(terms.features)),
        trial_days: Set(terms.trial_days),
        max_users: Set(terms.max_users),
        max_storage_mb: Set(terms.max_storage_mb),
        created_at: Set(tx.now()),
    };
    plan_version::Entity::insert(version)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

fn slug_taken(error: DbErr) -> Error {
    if violates(&error, "plans", &["slug"]) {
        Error::invalid("slug", Code::Taken, "Another plan has this slug.")
    } else {
        error.into()
    }
}
