//! The one way to write. What was recorded is stored with the change itself; live subscribers are
//! poked after the commit, never before.

use chrono::{DateTime, Utc};
use entity::{
    audit::{AuditOutcome, audit_entry},
    base::event,
    id::{AuditEntryId, EventId, TestClockId},
};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use super::{
    database,
    error::Result,
    event::{Event, Recorded, Topic},
    fault,
    hub::Hub,
    job_run,
    op::Op,
    outbox,
    timeline::Timeline,
};

/// A transaction that writes. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    op: Op,
    transaction: DatabaseTransaction,
    now: DateTime<Utc>,
    recorded: Vec<Recorded>,
    topics: Vec<Topic>,
}

impl Tx {
    pub(super) fn new(op: Op, transaction: DatabaseTransaction) -> Self {
        let now = op.now();
        Self {
            op,
            transaction,
            now,
            recorded: Vec::new(),
            topics: Vec::new(),
        }
    }

    /// The operation it belongs to.
    #[must_use]
    pub const fn op(&self) -> &Op {
        &self.op
    }

    /// For statements.
    #[must_use]
    pub const fn db(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// The instant it was opened at, for whoever it is about: everything in it happens at once.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Goes over to the timeline of a row that was locked: what is written from here on carries its time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn enter(&mut self, clock: Option<TestClockId>) -> Result<()> {
        if self.op.timeline().clock_id() != clock {
            let timeline = Timeline::of(&self.transaction, clock).await?;
            self.op = self.op.on(timeline);
            self.now = self.op.now();
        }
        Ok(())
    }

    /// Says what happened. Stored, and told to the world, with the commit.
    ///
    /// # Errors
    /// The event cannot be written as JSON.
    pub fn record<E: Event>(&mut self, event: E) -> Result<()> {
        self.topics.extend(event.topics());
        self.recorded.push(Recorded {
            kind: E::KIND,
            subject: event.subject(),
            causes_mail: event.causes_mail(),
            payload: serde_json::to_value(event)?,
        });
        Ok(())
    }

    /// Makes it so: stores the events, their audit lines and the deliveries they cause, commits, then pokes the
    /// live subscribers and whoever empties the outbox. They are poked too when nobody knows whether it was done: a
    /// poke is harmless, and what is kept of a row that may have changed must be read again.
    ///
    /// # Errors
    /// Nothing was done; of a job, because the run is another replica's by now. [`super::Error::Unsure`] when the
    /// connection broke during the commit itself: then whoever needs to know must read again, by key.
    pub async fn commit(self) -> Result<()> {
        if !self.recorded.is_empty() {
            self.store_events().await?;
        }
        if let Some(lease) = self.op.lease() {
            job_run::require_held(&self, lease).await?;
        }
        fault::point("commit");
        let mut topics = self.topics;
        if self.recorded.iter().any(|recorded| recorded.causes_mail) {
            topics.push(Topic::Outbox);
        }
        let hub = self.op.app().hub.clone();
        let _poked_at_the_end = Pokes { hub, topics };
        let committed = self.transaction.commit().await;
        committed.map_err(database::failed_commit)?;
        fault::point("committed");
        Ok(())
    }

    async fn store_events(&self) -> Result<()> {
        let mut events = Vec::with_capacity(self.recorded.len());
        let mut entries = Vec::with_capacity(self.recorded.len());
        let actor = self.op.actor();
        let origin = self.op.origin();
        let mut queued = Vec::new();
        for recorded in &self.recorded {
            let id = self.op.new_id::<EventId>();
            if recorded.causes_mail {
                queued.push((id, recorded.kind, recorded.subject.as_str()));
            }
            events.push(event::ActiveModel {
                id: Set(id),
                kind: Set(recorded.kind.to_owned()),
                subject: Set(recorded.subject.clone()),
                payload: Set(recorded.payload.clone()),
                request_id: Set(self.op.request_id().to_owned()),
                occurred_at: Set(self.now),
            });
            entries.push(audit_entry::ActiveModel {
                id: Set(self.op.new_id::<AuditEntryId>()),
                at: Set(self.op.machine_now()),
                actor: Set(actor.to_string()),
                actor_user_id: Set(actor.user_id()),
                action: Set(recorded.kind.to_owned()),
                subject: Set(Some(recorded.subject.clone())),
                outcome: Set(AuditOutcome::Done),
                code: Set(None),
                address: Set(origin.address.clone()),
                agent: Set(origin.agent.clone()),
                request_id: Set(self.op.request_id().to_owned()),
                origin: Set(origin.door.to_owned()),
                details: Set(recorded.payload.clone()),
            });
        }
        event::Entity::insert_many(events)
            .exec_without_returning(&self.transaction)
            .await?;
        audit_entry::Entity::insert_many(entries)
            .exec_without_returning(&self.transaction)
            .await?;
        outbox::queue(self, &queued).await
    }
}

/// Pokes when it goes: after the commit, and when whoever waited for the commit left.
struct Pokes {
    hub: Hub,
    topics: Vec<Topic>,
}

impl Drop for Pokes {
    fn drop(&mut self) {
        for topic in self.topics.drain(..) {
            self.hub.poke(topic);
        }
    }
}
