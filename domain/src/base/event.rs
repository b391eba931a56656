//! What happened, said once: the audit trail, live pushes and mails all come from here, and webhooks will.

use entity::id::{OrderId, SubscriptionId};
use serde::Serialize;

/// Something that happened. Its serialised form is kept for ever: fields are added, never renamed.
/// It carries ids and amounts, never names, addresses or secrets.
pub trait Event: Serialize + Send {
    /// Its name, `thing.happened`; listed in `schema/events.md`.
    const KIND: &'static str;

    /// The public id of the thing it happened to.
    fn subject(&self) -> String;

    /// Who listens for it live.
    fn topics(&self) -> Vec<Topic> {
        Vec::new()
    }

    /// Whether somebody gets a mail about it. `flows::letters` says what stands in it when it is sent.
    fn causes_mail(&self) -> bool {
        false
    }
}

/// What a live subscriber listens to. A poke carries nothing else: the listener reads the row again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Moves of one order.
    Order(OrderId),
    /// Something was put into the outbox.
    Outbox,
    /// What happens to one subscription.
    Subscription(SubscriptionId),
    /// Runs of jobs that people asked for.
    Jobs,
    /// Some test clock is to be moved.
    TestClocks,
}

/// An event as it waits for the commit.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) payload: serde_json::Value,
    pub(super) causes_mail: bool,
}

/// A kind of event with a sample, for the generated documentation.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The kind.
    pub kind: &'static str,
    /// What a stored one looks like.
    pub payload: serde_json::Value,
}

impl Sample {
    /// The sample that this event makes.
    ///
    /// # Errors
    /// The event cannot be written as JSON.
    pub fn of<E: Event>(event: &E) -> Result<Self, serde_json::Error> {
        Ok(Self {
            kind: E::KIND,
            payload: serde_json::to_value(event)?,
        })
    }
}
