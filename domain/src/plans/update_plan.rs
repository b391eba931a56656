//! Staff change a plan.

use entity::{id::PlanId, plans::plan};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::base::{Access, Code, Error, Op, Result, Tx};

use super::{
    create_plan::insert_terms,
    draft::{Listing, PlanChanges, Terms},
    events::{PlanTermsChanged, PlanUpdated},
    query,
};

/// Changes how a plan is shown, and the terms it is sold on from now on. Other terms become a new version;
/// the older ones stay for whoever bought on them. A change that changes nothing writes nothing.
///
/// # Errors
/// Whoever is not staff; a value that cannot be taken; [`Code::InvalidState`] for an archived plan, and when
/// somebody else has changed the plan since `expected_version`, or is doing so now.
pub async fn update_plan(op: &Op, id: PlanId, changes: PlanChanges) -> Result<plan::Model> {
    op.require(Access::Staff)?;
    let mut tx = op.begin().await?;
    let plan = query::get(tx.db(), id).await?;
    if plan.archived_at.is_some() {
        return Err(Error::refused(
            Code::InvalidState,
            "This plan is archived; it cannot be changed.",
        ));
    }
    if changes
        .expected_version
        .is_some_and(|expected| expected != plan.version)
    {
        return Err(changed_meanwhile());
    }
    let current = query::get_version(tx.db(), plan.current_version_id).await?;
    let old_listing = Listing::of(&plan);
    let listing = old_listing.clone().with(&changes)?;
    let old_terms = Terms::of(&current);
    let terms = old_terms.clone().with(&changes)?;

    let changed = old_listing.differences(&listing);
    let new_terms = terms != old_terms;
    if changed.is_empty() && !new_terms {
        return Ok(plan);
    }
    let mut updated = plan::Model {
        name: listing.name,
        description: listing.description,
        is_active: listing.is_active,
        is_popular: listing.is_popular,
        sort_order: listing.sort_order,
        version: plan.version + 1,
        updated_at: tx.now(),
        ..plan.clone()
    };
    if new_terms {
        updated.current_version_id = op.new_id();
    }
    // The plan first: its row lock makes the numbers of its terms follow each other.
    write(&mut tx, &plan, &updated).await?;
    if !changed.is_empty() {
        tx.record(PlanUpdated {
            plan_id: id,
            changed,
        })?;
    }
    if new_terms {
        let number = current.number + 1;
        tx.record(PlanTermsChanged {
            plan_id: id,
            previous_version_id: current.id,
            plan_version_id: updated.current_version_id,
            number,
            previous_price: old_terms.price,
            price: terms.price,
            billing_cycle: terms.billing_cycle,
        })?;
        insert_terms(&mut tx, id, updated.current_version_id, number, terms).await?;
    }
    tx.commit().await?;
    Ok(updated)
}

async fn write(tx: &mut Tx, old: &plan::Model, new: &plan::Model) -> Result<()> {
    let written = plan::Entity::update_many()
        .set(plan::ActiveModel {
            name: Set(new.name.clone()),
            description: Set(new.description.clone()),
            current_version_id: Set(new.current_version_id),
            is_active: Set(new.is_active),
            is_popular: Set(new.is_popular),
            sort_order: Set(new.sort_order),
            version: Set(new.version),
            updated_at: Set(new.updated_at),
            ..Default::default()
        })
        .filter(plan::Column::Id.eq(old.id))
        .filter(plan::Column::Version.eq(old.version))
        .exec(tx.db())
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(changed_meanwhile()),
    }
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::InvalidState,
        "Somebody else has changed this plan meanwhile; read it again and decide anew.",
    )
}
