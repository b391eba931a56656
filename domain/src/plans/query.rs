//! Reading plans.

use std::collections::HashMap;

use entity::{
    id::{PlanId, PlanVersionId},
    plans::{BillingCycle, plan, plan_version},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    Select,
    sea_query::{Expr, Query},
};

use crate::base::{
    Access, Actor, Code, Error, Op, Result,
    page::{Direction, Sort, SortKey},
};

/// How many versions of one plan are listed.
pub const MOST_VERSIONS: i32 = 100;

/// Which plans are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PlanFilter {
    /// Those that are paid this often, by their present terms.
    pub billing_cycle: Option<BillingCycle>,
    /// Those that can, or cannot, be bought.
    pub is_active: Option<bool>,
    /// Those that are, or are not, the popular choice.
    pub is_popular: Option<bool>,
    /// Those that were, or were not, taken off sale for good.
    pub is_archived: Option<bool>,
}

/// What plans can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlanSortKey {
    /// The place that staff gave them.
    #[default]
    SortOrder,
    /// Their name.
    Name,
    /// When they were made.
    CreatedAt,
}

/// The plans that this actor may see: staff see all, everybody else what can be bought.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<plan::Entity> {
    let everything = plan::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    everything
        .filter(plan::Column::IsActive.eq(true))
        .filter(plan::Column::ArchivedAt.is_null())
}

/// The plans that this actor may see and asks for.
#[must_use]
pub fn matching(actor: &Actor, filter: &PlanFilter) -> Select<plan::Entity> {
    let cycle = filter.billing_cycle.map(|cycle| {
        let versions = Query::select()
            .column(plan_version::Column::Id)
            .from(plan_version::Entity)
            .and_where(plan_version::Column::BillingCycle.eq(cycle))
            .to_owned();
        plan::Column::CurrentVersionId.in_subquery(versions)
    });
    let archived = filter.is_archived.map(|archived| match archived {
        true => plan::Column::ArchivedAt.is_not_null(),
        false => plan::Column::ArchivedAt.is_null(),
    });
    visible_to(actor).filter(
        Condition::all()
            .add_option(cycle)
            .add_option(archived)
            .add_option(
                filter
                    .is_active
                    .map(|value| plan::Column::IsActive.eq(value)),
            )
            .add_option(
                filter
                    .is_popular
                    .map(|value| plan::Column::IsPopular.eq(value)),
            ),
    )
}

/// A sorting of plans.
#[must_use]
pub fn sorted_by(key: PlanSortKey, direction: Direction) -> Sort<plan::Entity> {
    type Read = fn(&plan::Model) -> SortKey;
    let (name, column, read): (_, _, Read) = match key {
        PlanSortKey::SortOrder => ("plans.sort_order", plan::Column::SortOrder, |row| {
            SortKey::Number(row.sort_order.into())
        }),
        PlanSortKey::Name => ("plans.name", plan::Column::Name, |row| {
            SortKey::Text(row.name.clone())
        }),
        PlanSortKey::CreatedAt => ("plans.created_at", plan::Column::CreatedAt, |row| {
            SortKey::Time(row.created_at)
        }),
    };
    Sort {
        name,
        column,
        id_column: plan::Column::Id,
        direction,
        key: read,
        id: |row| row.id.0,
    }
}

/// The plan with this id, if the caller may see it.
///
/// # Errors
/// The database does not answer.
pub async fn find_by_id(op: &Op, id: PlanId) -> Result<Option<plan::Model>> {
    let found = visible_to(op.actor()).filter(plan::Column::Id.eq(id));
    Ok(found.one(op.reader()).await?)
}

/// The plan with this name in links, if the caller may see it.
///
/// # Errors
/// The database does not answer.
pub async fn find_by_slug(op: &Op, slug: &str) -> Result<Option<plan::Model>> {
    let found = visible_to(op.actor()).filter(plan::Column::Slug.eq(slug));
    Ok(found.one(op.reader()).await?)
}

/// The plan and the terms that it is sold on now. Give it the transaction that sells.
///
/// # Errors
/// [`Error::NotFound`], or [`Code::PlanNotForSale`] for a plan that is inactive or archived.
pub async fn get_for_sale<C: ConnectionTrait>(
    database: &C,
    id: PlanId,
) -> Result<(plan::Model, plan_version::Model)> {
    let plan = get(database, id).await?;
    if !plan.is_active || plan.archived_at.is_some() {
        return Err(Error::refused(
            Code::PlanNotForSale,
            "This plan cannot be bought now.",
        ));
    }
    let version = get_version(database, plan.current_version_id).await?;
    Ok((plan, version))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn visible_by_ids(op: &Op, ids: &[PlanId]) -> Result<HashMap<PlanId, plan::Model>> {
    let rows = visible_to(op.actor())
        .filter(plan::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Plans by their ids, for sale or not: for rows that point at them, so that an old order still shows its plan.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids<C: ConnectionTrait>(
    database: &C,
    ids: &[PlanId],
) -> Result<HashMap<PlanId, plan::Model>> {
    let rows = plan::Entity::find()
        .filter(plan::Column::Id.is_in(ids.iter().copied()))
        .all(database)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Terms by their ids, present or past: for rows that point at them.
///
/// # Errors
/// The database does not answer.
pub async fn versions_by_ids<C: ConnectionTrait>(
    database: &C,
    ids: &[PlanVersionId],
) -> Result<HashMap<PlanVersionId, plan_version::Model>> {
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::Id.is_in(ids.iter().copied()))
        .all(database)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The terms of these plans that the caller may see, newest first: staff see the latest
/// [`MOST_VERSIONS`] of each plan, everybody else the present ones.
///
/// # Errors
/// The database does not answer.
pub async fn versions_of(
    op: &Op,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, Vec<plan_version::Model>>> {
    let listed = match op.actor().may(Access::Staff) {
        true => MOST_VERSIONS,
        false => 1,
    };
    // Numbers have no gaps, so that a number tells how many came after it.
    let newest = Query::select()
        .expr(Expr::col(("newest", plan_version::Column::Number)).max())
        .from_as(plan_version::Entity, "newest")
        .and_where(
            Expr::col(("newest", plan_version::Column::PlanId))
                .equals((plan_version::Entity, plan_version::Column::PlanId)),
        )
        .to_owned();
    let number = Expr::col((plan_version::Entity, plan_version::Column::Number));
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.is_in(plans.iter().copied()))
        .filter(number.add(listed).gt(newest))
        .order_by_desc(plan_version::Column::Number)
        .all(op.reader())
        .await?;
    let mut versions: HashMap<PlanId, Vec<plan_version::Model>> = HashMap::new();
    for row in rows {
        versions.entry(row.plan_id).or_default().push(row);
    }
    Ok(versions)
}

/// The plan, whoever asks: for use cases that have asked `op.require`.
pub(super) async fn get<C: ConnectionTrait>(database: &C, id: PlanId) -> Result<plan::Model> {
    plan::Entity::find_by_id(id)
        .one(database)
        .await?
        .ok_or(Error::NotFound("plan"))
}

/// The terms that a plan points at.
pub(super) async fn get_version<C: ConnectionTrait>(
    database: &C,
    id: PlanVersionId,
) -> Result<plan_version::Model> {
    plan_version::Entity::find_by_id(id)
        .one(database)
        .await?
        .ok_or_else(|| Error::internal(format!("a plan points at terms {id} that are not there")))
}
