//! The word that a preview gives: what it showed, by its fingerprints, signed and good for a quarter of an hour.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::{PlanId, SubscriptionId},
    subscriptions::subscription,
};
use hmac::Mac;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::base::{Code, Error, Op, Result, mac::hmac_sha256};

use super::{
    change_plan::ChangePlan,
    plan_change::{ChangeMode, Quote, open_change, running},
};

/// How long what was shown can be done.
pub(super) const GOOD_FOR: Duration = Duration::minutes(15);

/// What a preview showed.
pub(super) struct Shown {
    /// The instant it was reckoned from.
    pub(super) at: DateTime<Utc>,
    prints: Vec<String>,
}

/// What is looked at, in the order of the fingerprints, and what a person is told when it is another.
const PARTS: [&str; 4] = [
    "the plan's terms",
    "the subscription",
    "its credit",
    "the amounts",
];

/// The token of a quote.
///
/// # Errors
/// The database does not answer.
pub(super) async fn write(
    op: &Op,
    row: &subscription::Model,
    plan_id: PlanId,
    quote: &Quote,
) -> Result<String> {
    let prints = fingerprints(op.reader(), row, quote).await?.join(".");
    let until = (op.machine_now() + GOOD_FOR).timestamp();
    let body = format!("{}.{until}.{prints}", quote.at.timestamp());
    let asked = (row.id, plan_id, quote.mode);
    let signature = hex::encode(mac(op, asked, &body)?.finalize().into_bytes());
    Ok(format!("{body}.{signature}"))
}

/// Reads a token that was given for this question.
///
/// # Errors
/// [`Code::Malformed`] for one that is not ours, or was given for another question; [`Code::PreviewDrifted`] for one
/// that is too old.
pub(super) fn open(op: &Op, text: &str, asked: &ChangePlan) -> Result<Shown> {
    let malformed = || {
        Error::invalid(
            "previewToken",
            Code::Malformed,
            "Send the token of a preview of this very change.",
        )
    };
    let (body, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
    let signature = hex::decode(signature).map_err(|_| malformed())?;
    let question = (asked.subscription_id, asked.plan_id, asked.mode);
    // Compares in constant time.
    mac(op, question, body)?
        .verify_slice(&signature)
        .map_err(|_| malformed())?;
    let mut parts = body.split('.');
    let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
    let (at, until) = number().zip(number()).ok_or_else(malformed)?;
    if op.machine_now().timestamp() >= until {
        return Err(drifted("the preview is older than a quarter of an hour"));
    }
    Ok(Shown {
        at: DateTime::from_timestamp(at, 0).ok_or_else(malformed)?,
        prints: parts.map(str::to_owned).collect(),
    })
}

/// Makes sure that what was shown is what would be done.
///
/// # Errors
/// [`Code::PreviewDrifted`], naming what is another now.
pub(super) async fn compare(
    db: &impl ConnectionTrait,
    shown: &Shown,
    row: &subscription::Model,
    quote: &Quote,
) -> Result<()> {
    let now = fingerprints(db, row, quote).await?;
    if shown.prints == now {
        return Ok(());
    }
    let differ = now.iter().zip(&shown.prints).zip(PARTS);
    let named: Vec<&str> = differ
        .filter(|((now, shown), _)| now != shown)
        .map(|(_, part)| part)
        .collect();
    Err(drifted(&format!(
        "{} changed since the preview",
        named.join(" and ")
    )))
}

fn drifted(why: &str) -> Error {
    Error::refused(
        Code::PreviewDrifted,
        format!("Nothing was done, because {why}: look at a new preview."),
    )
}

/// One for each of [`PARTS`].
async fn fingerprints(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
    quote: &Quote,
) -> Result<Vec<String>> {
    let rates = match quote.mode {
        ChangeMode::Now => {
            let (base, running) = running(db, row).await?;
            let rates = running.rates.iter();
            let rates: Vec<_> = rates.map(|r| (r.seconds_left, r.price_minor)).collect();
            Some((base, running.seconds, rates))
        }
        ChangeMode::PeriodEnd | ChangeMode::None => None,
    };
    let open = open_change(db, row).await?.map(|change| change.order_id);
    let subscription = (
        (row.status, row.plan_version_id, row.next_plan_version_id),
        (row.current_period_start, row.current_period_end),
        (row.paid_until_at, row.auto_renew, row.cancel_at_period_end),
        (rates, open),
    );
    let amounts = (
        &quote.lines,
        (quote.due, quote.tax, quote.credit),
        (quote.takes_effect_at, quote.period, quote.next),
    );
    // Without money, when it takes effect is now, whenever that is.
    let amounts = match quote.mode {
        ChangeMode::None => print(&(quote.period, quote.next))?,
        ChangeMode::Now | ChangeMode::PeriodEnd => print(&amounts)?,
    };
    Ok(vec![
        print(&quote.terms.id)?,
        print(&subscription)?,
        print(&row.credit_minor)?,
        amounts,
    ])
}

fn print(value: &impl Serialize) -> Result<String> {
    let digest = Sha256::digest(serde_json::to_vec(value)?);
    Ok(hex::encode(digest).chars().take(32).collect())
}

fn mac(
    op: &Op,
    asked: (SubscriptionId, PlanId, ChangeMode),
    body: &str,
) -> Result<hmac::Hmac<Sha256>> {
    let mut mac = hmac_sha256(&op.app().refresh_key);
    mac.update(b"plan change:");
    mac.update(&serde_json::to_vec(&(op.actor().user_id(), asked))?);
    mac.update(body.as_bytes());
    Ok(mac)
}
