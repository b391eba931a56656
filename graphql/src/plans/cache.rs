//! Plans as anybody may see them, kept in this process: the shop's window is looked at far more often than it
//! changes.
//!
//! It is above `domain`, so that no rule and no use case can read through it: whatever decides about money reads the
//! database in its transaction. Staff read past it too, who must find what they wrote wherever they ask.

use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Context, Result};
use domain::{
    base::{
        Access, App, Topic,
        hub::{Hub, Listener},
        page::{Direction, Page},
    },
    plans::query,
};
use entity::{
    id::{PlanId, PlanVersionId},
    plans::{plan, plan_version},
};

use crate::base::{
    Ask,
    kept::{Kept, Reading},
};

/// How old an answer may be although nothing was heard to change: a replica that died after its commit told nobody,
/// and a line that broke without a word is found out after seconds.
const MOST_AGE: Duration = Duration::from_secs(5);
/// The same while other replicas are not heard, so that only time tells.
const MOST_AGE_UNHEARD: Duration = Duration::from_secs(1);
/// How many pages are kept. A page holds a hundred plans at most, of some two thousand characters each.
const MOST_PAGES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);
/// How many of everything else.
const MOST_ROWS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

/// Plans as anybody may see them.
#[derive(Debug)]
pub struct PlanCache {
    changes: Listener,
    pub(super) pages: Kept<PageAsked, Arc<Page<plan::Model>>>,
    pub(super) on_sale: Kept<OnSale, plan::Model>,
    pub(super) plans: Kept<PlanId, plan::Model>,
    pub(super) terms: Kept<PlanVersionId, plan_version::Model>,
    pub(super) versions: Kept<PlanId, Vec<plan_version::Model>>,
}

/// The beginning or the end of a list. What follows a cursor is not kept: there are more cursors than pages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PageAsked {
    pub(super) filter: query::PlanFilter,
    pub(super) key: query::PlanSortKey,
    pub(super) direction: Direction,
    pub(super) first: Option<i32>,
    pub(super) last: Option<i32>,
}

/// A plan that can be bought, by either of its names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum OnSale {
    Id(PlanId),
    Slug(String),
}

impl PlanCache {
    /// An empty one, which hears from `hub` when a plan changes. It serves the operations of that hub's house alone.
    #[must_use]
    pub fn new(hub: &Hub) -> Self {
        Self {
            changes: hub.listen(Topic::Plans),
            pages: Kept::new(MOST_PAGES),
            on_sale: Kept::new(MOST_ROWS),
            plans: Kept::new(MOST_ROWS),
            terms: Kept::new(MOST_ROWS),
            versions: Kept::new(MOST_ROWS),
        }
    }

    fn reading(&self) -> Reading {
        Reading {
            changes: self.changes.count(),
            at: Instant::now(),
        }
    }
}

/// What was kept of what `read` answers; otherwise that, which is kept from now on. Where the schema has no cache, and
/// for staff, `read` it is.
///
/// # Errors
/// What `read` answers. It is not kept, and neither is what is not there.
pub(super) async fn through<K: Hash + Eq, V: Clone>(
    context: &Context<'_>,
    kept: fn(&PlanCache) -> &Kept<K, V>,
    key: K,
    read: impl Future<Output = Result<Option<V>>>,
) -> Result<Option<V>> {
    let op = context.op()?;
    let cache = context.data_opt::<Arc<PlanCache>>();
    let Some(cache) = cache.filter(|_| !op.actor().may(Access::Staff)) else {
        return read.await;
    };
    let asked = cache.reading();
    if let Some(answer) = kept(cache).find(&key, asked, most_age(op.app())) {
        metrics::counter!("plan_cache_total", "result" => "hit").increment(1);
        return Ok(Some(answer));
    }
    metrics::counter!("plan_cache_total", "result" => "miss").increment(1);
    let answer = read.await?;
    if let Some(answer) = &answer {
        kept(cache).keep(key, asked, answer.clone());
    }
    Ok(answer)
}

fn most_age(app: &App) -> Duration {
    match app.hears_everybody() {
        true => MOST_AGE,
        false => MOST_AGE_UNHEARD,
    }
}
