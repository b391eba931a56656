//! A job: empties the outbox into mails.

use std::time::Duration;

use entity::notify::{Consumer, delivery};
use tracing::Instrument;

use crate::{
    base::{Error, Op, Result, TraceParent, trace},
    notify::{self, Claimed},
    ports::{Mail, NotSent},
};

use super::letters::{self, Drafted};

/// How long one mail may take to be handed over: less than the lease, so that nobody else sends it meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so many attempts that did not even end, something in the mail itself ends them.
const MOST_ATTEMPTS: i32 = 12;

/// Sends up to `most` mails that are due, one after another, those about one thing in their order; how many were
/// dealt with. On a test clock's timeline those of its people; on the machine's all others. Ends early when the
/// server takes none at all. It may run twice at once and be killed at any point: a mail that was sent and not marked
/// is sent again, under the same id.
///
/// # Errors
/// The database does not answer. What was sent before stays sent.
pub async fn send_mails(op: &Op, most: u64) -> Result<u64> {
    let mut handled = 0;
    while handled < most {
        let Some(claimed) = notify::claim(op, Consumer::Mail).await? else {
            break;
        };
        handled += 1;
        if send_traced(op, &claimed).await? == After::Stop {
            break;
        }
    }
    Ok(handled)
}

/// Whether there is a point in going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    GoOn,
    Stop,
}

/// Sends in the trace in which the mail was queued: what it says there, and what is logged here, is found together.
async fn send_traced(op: &Op, claimed: &Claimed) -> Result<After> {
    let delivery = &claimed.delivery;
    let parent = (delivery.trace_parent.as_deref()).and_then(TraceParent::parse);
    let trace_id = parent.map(|parent| parent.trace_id());
    let span = tracing::info_span!(
        target: trace::TARGET, "deliver", otel.kind = "consumer",
        delivery = %delivery.id, event = delivery.kind, attempt = delivery.attempt,
    );
    trace::join(&span, parent);
    let lines = tracing::info_span!("delivery", delivery = %delivery.id, trace_id);
    let sending = async { send(&op.traced(parent), claimed).await };
    sending.instrument(lines).instrument(span).await
}

async fn send(op: &Op, claimed: &Claimed) -> Result<After> {
    let delivery = &claimed.delivery;
    if delivery.attempt > MOST_ATTEMPTS {
        notify::refused(op, delivery, "no attempt came to an end").await?;
        return Ok(After::GoOn);
    }
    let mail = match write(op, claimed).await {
        Ok(Written::Mail(mail)) => mail,
        Ok(Written::Nothing(reason)) => {
            notify::skipped(op, delivery, reason).await?;
            return Ok(After::GoOn);
        }
        Err(error) => {
            tracing::error!(delivery = %delivery.id, ?error, "a mail could not be written");
            let reason = format!("it could not be written: {}", error.code());
            notify::failed(op, delivery, &reason).await?;
            return Ok(After::GoOn);
        }
    };
    let sent = tokio::time::timeout(PATIENCE, op.app().mailer.send(&mail)).await;
    match sent.unwrap_or_else(|_| Err(NotSent::Unavailable("no answer in time".to_owned()))) {
        Ok(()) => {
            notify::done(op, delivery).await?;
            Ok(After::GoOn)
        }
        Err(NotSent::Refused(reason)) => {
            notify::refused(op, delivery, &reason).await?;
            Ok(After::GoOn)
        }
        Err(NotSent::Later(reason)) => {
            notify::failed(op, delivery, &reason).await?;
            Ok(After::GoOn)
        }
        Err(NotSent::Unavailable(reason)) => {
            notify::failed(op, delivery, &reason).await?;
            Ok(After::Stop)
        }
    }
}

enum Written {
    Mail(Box<Mail>),
    Nothing(&'static str),
}

async fn write(op: &Op, claimed: &Claimed) -> Result<Written> {
    let draft = match letters::draft(op, &claimed.event).await? {
        Drafted::Mail(draft) => draft,
        Drafted::Nothing(reason) => return Ok(Written::Nothing(reason)),
    };
    let words = op
        .app()
        .mail_writer
        .write(&draft.letter, &draft.to)
        .map_err(Error::Internal)?;
    Ok(Written::Mail(Box::new(Mail {
        id: mail_id(&claimed.delivery),
        date: claimed.event.occurred_at,
        to: draft.to,
        words,
        attachments: draft.attachments,
    })))
}

/// The same for every attempt.
fn mail_id(delivery: &delivery::Model) -> String {
    delivery.id.to_string()
}
