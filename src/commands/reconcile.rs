//! Taking in a statement of the gateway, and saying where it and our books differ.

use std::{fs, path::Path, sync::Arc};

use adapters::ecpay::statement;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    base::{Op, clock::taipei},
    flows::{self, Finding, NewStatement, Reconciliation},
    ports::Statement,
};
use sha2::{Digest, Sha256};

use crate::{app, config::Config};

use super::{Failure, migrate};

/// The most differences that are printed; `reconciliation` in the API has them all.
const MOST_PRINTED: usize = 50;

/// Takes in a statement. Works beside a running server; the same file a second time changes nothing.
///
/// # Errors
/// The file cannot be read or is no statement (line and column are named), or the database is not up to date.
pub async fn run(config: &Config, file: &Path) -> Result<(), Failure> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let statement =
        statement::read(&bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    let days = days_of(&statement);
    let app = app::build(config).await?;
    let missing = migrate::pending(&app.database).await?;
    if !missing.is_empty() {
        return Err("the database is not up to date; run `fabrica migrate up` first".into());
    }
    let op = Op::system(Arc::clone(&app), "reconcile", "command");
    let name = file.file_name().unwrap_or(file.as_os_str());
    let new = NewStatement {
        file_name: name.to_string_lossy().into_owned(),
        file_hash: hex::encode(Sha256::digest(&bytes)),
        statement,
    };
    let imported = flows::import_statement(&op, new).await?;
    if imported.is_repeat {
        println!("this file was taken in before; nothing has changed");
    } else {
        println!(
            "{} new lines, {} changed, {} known; {} journals booked",
            imported.new, imported.changed, imported.known, imported.booked
        );
    }
    if let Some((first, last)) = days {
        print(&flows::reconcile(&op, first, last).await?);
    }
    Ok(())
}

/// The first and the last day in Taipei that it tells of.
fn days_of(statement: &Statement) -> Option<(NaiveDate, NaiveDate)> {
    let day = |at: DateTime<Utc>| at.with_timezone(&taipei()).date_naive();
    let days = statement.lines.iter().map(|line| day(line.happened_at));
    days.clone().min().zip(days.max())
}

fn print(found: &Reconciliation) {
    println!("{} to {}:", found.from, found.to);
    for (finding, count) in found.counts() {
        println!("{count:>8} {}", words(finding));
    }
    let differ = |pair: &&flows::reconcile::Pair| pair.finding != Finding::Matched;
    for pair in found.pairs.iter().filter(differ).take(MOST_PRINTED) {
        let line = pair.line.as_ref();
        let payment = pair.payment.as_ref();
        let number = line
            .map(|line| &line.merchant_trade_no)
            .or(payment.map(|row| &row.merchant_trade_no));
        let number = number.map_or("", String::as_str);
        let there = line.map(|line| line.amount().to_decimal());
        let here = match pair.refunded {
            Some(refunded) => Some(refunded.to_decimal()),
            None => payment.map(|payment| payment.received().to_decimal()),
        };
        let none = || "-".to_owned();
        println!(
            "{number:<20} there {:>10} here {:>10}  {}",
            there.unwrap_or_else(none),
            here.unwrap_or_else(none),
            words(pair.finding)
        );
    }
}

const fn words(finding: Finding) -> &'static str {
    match finding {
        Finding::Matched => "matched",
        Finding::MissingHere => "missing here: a trade we have never heard of",
        Finding::NotPaidHere => "not paid here: the gateway is asked",
        Finding::MissingThere => "missing there: no statement tells of our money",
        Finding::AmountDiffers => "the amounts differ",
        Finding::FeeDiffers => "the fees differ",
    }
}
