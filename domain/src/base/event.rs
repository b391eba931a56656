//! What happened, said once: the audit trail, live pushes and mails all come from here, and webhooks will.

use std::{fmt, str::FromStr};

use entity::id::{OrderId, SubscriptionId, UserId};
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
    /// What one person may do, or one of their log-ins, ended or changed.
    Rights(UserId),
    /// Some plan was made or changed.
    Plans,
}

/// No topic of this version: another one may have sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTopic;

/// The form in which topics travel between replicas.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(id) => write!(f, "order {id}"),
            Self::Outbox => f.write_str("outbox"),
            Self::Subscription(id) => write!(f, "subscription {id}"),
            Self::Jobs => f.write_str("jobs"),
            Self::TestClocks => f.write_str("test_clocks"),
            Self::Rights(id) => write!(f, "rights {id}"),
            Self::Plans => f.write_str("plans"),
        }
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        let (class, id) = text.split_once(' ').unwrap_or((text, ""));
        match (class, id) {
            ("outbox", "") => Ok(Self::Outbox),
            ("jobs", "") => Ok(Self::Jobs),
            ("test_clocks", "") => Ok(Self::TestClocks),
            ("plans", "") => Ok(Self::Plans),
            ("order", id) => id.parse().map(Self::Order).map_err(|_| UnknownTopic),
            ("subscription", id) => id.parse().map(Self::Subscription).map_err(|_| UnknownTopic),
            ("rights", id) => id.parse().map(Self::Rights).map_err(|_| UnknownTopic),
            _ => Err(UnknownTopic),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn topics_travel_as_text_and_nothing_else_is_taken_for_one() {
        let id = Uuid::from_u128(7);
        for topic in [
            Topic::Order(OrderId(id)),
            Topic::Outbox,
            Topic::Subscription(SubscriptionId(id)),
            Topic::Jobs,
            Topic::TestClocks,
            Topic::Rights(UserId(id)),
            Topic::Plans,
        ] {
            assert_eq!(topic.to_string().parse(), Ok(topic));
        }
        let other = SubscriptionId(id);
        for text in ["", "order", "orders", "outbox x", &format!("order {other}")] {
            assert_eq!(text.parse::<Topic>(), Err(UnknownTopic), "{text}");
        }
    }
}
