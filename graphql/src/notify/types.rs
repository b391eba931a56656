//! What deliveries look like from outside.

use async_graphql::{Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use domain::notify::query;
use entity::notify::delivery;

use crate::{
    base::{UserError, ids},
    connection,
};

/// Where a delivery stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::notify::DeliveryState")]
pub enum DeliveryState {
    /// It waits for its turn, or is being sent.
    Queued,
    /// It was handed over.
    Done,
    /// When its turn came there was nothing to say any more.
    Skipped,
    /// It was given up, or cannot be delivered: a dead letter.
    Dead,
}

/// A mail on its way to somebody. Whom it goes to and what it says stands nowhere: both are read when it is sent.
#[derive(Clone, Debug)]
pub struct Delivery(delivery::Model);

impl From<delivery::Model> for Delivery {
    fn from(row: delivery::Model) -> Self {
        Self(row)
    }
}

/// A mail on its way to somebody. Whom it goes to and what it says stands nowhere: both are read when it is sent.
#[Object]
impl Delivery {
    /// The id: `dlv_…`. The mail's `Message-ID` is made from it.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The event it tells of.
    async fn event_id(&self) -> ID {
        ids::write(self.0.event_id)
    }

    /// What happened, such as `payment.status_changed`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The id of the thing it happened to.
    async fn subject(&self) -> ID {
        ID(self.0.subject.clone())
    }

    /// Where it stands.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempt
    }

    /// When it is tried next; `null` when it is over.
    async fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        (self.0.state == entity::notify::DeliveryState::Queued).then_some(self.0.next_at)
    }

    /// Why the last attempt failed, why it was skipped, or why it is dead; `null` when nothing went wrong.
    async fn reason(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it happened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was handed over, skipped or given up.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
}

connection!(
    DeliveryConnection,
    DeliveryEdge,
    Delivery,
    delivery::Entity,
    "Mails on their way, page by page, newest first."
);

/// Which deliveries; what is left out asks for all.
#[derive(InputObject, Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Those that stand so; `DEAD` asks for the dead letters.
    pub state: Option<DeliveryState>,
    /// Those of this kind of event, such as `payment.status_changed`.
    pub kind: Option<String>,
    /// Those about the thing with this id.
    pub subject: Option<ID>,
}

impl From<DeliveryFilter> for query::DeliveryFilter {
    fn from(filter: DeliveryFilter) -> Self {
        Self {
            state: filter.state.map(Into::into),
            kind: filter.kind,
            subject: filter.subject.map(|id| id.0),
        }
    }
}

/// A dead letter that is to be tried again.
#[derive(InputObject)]
pub struct RetryDeliveryInput {
    /// Which.
    pub delivery_id: ID,
}

/// What became of `retryDelivery`.
#[derive(SimpleObject)]
pub struct RetryDeliveryPayload {
    /// The delivery as it is now; `null` when there are errors.
    pub delivery: Option<Delivery>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}
