//! The part of I4 that is about what lies between two periods: nothing but pauses.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entity::{
    base::transition,
    id::SubscriptionId,
    orders::{LineKind, OrderStatus, order, order_line},
    subscriptions::subscription,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::base::Result;

use super::invariant::{Broken, Finding};

/// How many subscriptions are held in memory at once.
const PAGE: u64 = 500;

/// The periods of a subscription and the ends of its changes, each with its beginning.
#[derive(Default)]
struct Paid {
    periods: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    changes: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Looks at the paid periods of every subscription.
pub(super) async fn look(db: &DatabaseTransaction, finding: &mut Finding) -> Result<()> {
    let mut broken =
        Broken::new("paid periods follow each other; between two is what a pause slept");
    let mut last: Option<SubscriptionId> = None;
    loop {
        let mut page = subscription::Entity::find()
            .select_only()
            .column(subscription::Column::Id)
            .order_by_asc(subscription::Column::Id)
            .limit(PAGE);
        if let Some(last) = last {
            page = page.filter(subscription::Column::Id.gt(last));
        }
        let ids: Vec<SubscriptionId> = page.into_tuple().all(db).await?;
        last = ids.last().copied();
        if last.is_none() {
            break;
        }
        let pauses = pauses_of(db, &ids).await?;
        for (id, paid) in paid_for(db, &ids).await? {
            let slept = pauses.get(&id.to_string());
            if !is_unbroken(&paid, slept.map_or(&[][..], Vec::as_slice)) {
                broken.add(id.to_string());
            }
        }
    }
    finding.note(broken);
    Ok(())
}

async fn paid_for(
    db: &DatabaseTransaction,
    ids: &[SubscriptionId],
) -> Result<HashMap<SubscriptionId, Paid>> {
    let lines = order_line::Entity::find()
        .inner_join(order::Entity)
        .filter(order::Column::Status.is_in([OrderStatus::Paid, OrderStatus::Completed]))
        .filter(
            order_line::Column::Kind
                .is_in([LineKind::SubscriptionPeriod, LineKind::SubscriptionChange]),
        )
        .filter(order_line::Column::SubscriptionId.is_in(ids.iter().copied()))
        .order_by_asc(order_line::Column::PeriodStart)
        .all(db)
        .await?;
    let mut paid: HashMap<SubscriptionId, Paid> = HashMap::new();
    for line in lines {
        let (Some(id), Some(start), Some(end)) =
            (line.subscription_id, line.period_start, line.period_end)
        else {
            continue;
        };
        let of = paid.entry(id).or_default();
        match line.kind {
            LineKind::SubscriptionChange => of.changes.push((start, end)),
            _ => of.periods.push((start, end)),
        }
    }
    Ok(paid)
}

/// When each pause began, and how long it lasted.
async fn pauses_of(
    db: &DatabaseTransaction,
    ids: &[SubscriptionId],
) -> Result<HashMap<String, Vec<(DateTime<Utc>, Duration)>>> {
    let moves = transition::Entity::find()
        .filter(transition::Column::Subject.is_in(ids.iter().map(ToString::to_string)))
        .order_by_asc(transition::Column::Subject)
        .order_by_asc(transition::Column::Version)
        .all(db)
        .await?;
    let mut pauses: HashMap<String, Vec<_>> = HashMap::new();
    for (began, ended) in moves.iter().zip(moves.iter().skip(1)) {
        if began.to_status == "PAUSED" && began.subject == ended.subject {
            let of = pauses.entry(began.subject.clone()).or_default();
            of.push((began.at, ended.at - began.at));
        }
    }
    Ok(pauses)
}

fn is_unbroken(paid: &Paid, pauses: &[(DateTime<Utc>, Duration)]) -> bool {
    let pairs = paid.periods.iter().zip(paid.periods.iter().skip(1));
    pairs.into_iter().all(|((start, end), (next, _))| {
        let within = |at: &DateTime<Utc>| (start..next).contains(&at);
        let slept = pauses
            .iter()
            .filter(|(began, _)| within(began))
            .fold(Duration::zero(), |sum, (_, lasted)| sum + *lasted);
        // A change of the cycle begins the period anew, and ends it elsewhere.
        let mut changes = paid.changes.iter().filter(|(changed, _)| within(changed));
        *end + slept == *next || changes.any(|(_, end)| *end + slept == *next)
    })
}
