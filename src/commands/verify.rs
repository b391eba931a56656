//! Looking at everything that must be true of the database.

use std::process::ExitCode;

use domain::{
    audit::{Head, query},
    base::database::Database,
    verify::{self, Finding},
};

use crate::{app, cli::Verify, config::Config};

use super::{Failure, migrate};

/// Prints one line for each invariant, and the rules that do not hold with the first offenders, then the end of the
/// chain over the audit trail; the exit code tells whether anything did not hold. Works beside a running server, and writes nothing.
///
/// # Errors
/// The database cannot be opened, or is not up to date.
pub async fn run(config: &Config, wanted: &Verify) -> Result<ExitCode, Failure> {
    let database = app::open_database(config).await?;
    if !migrate::pending(&database).await?.is_empty() {
        return Err("the database is not up to date; run `fabrica migrate up` first".into());
    }
    prove(&database, &wanted.heads).await
}

/// The same, of a database that is open and up to date, whose chain must go through these heads.
///
/// # Errors
/// The database does not answer.
pub(super) async fn prove(database: &Database, heads: &[Head]) -> Result<ExitCode, Failure> {
    let report = verify::verify(database).await?;
    for finding in &report.findings {
        print(finding);
    }
    let is_the_same = go_through(database, heads).await?;
    match &report.head {
        Some(head) => println!("the audit trail is sealed up to {head}"),
        None => println!("nothing of the audit trail is sealed yet"),
    }
    if report.is_clean() && is_the_same {
        println!("everything is as it must be");
        return Ok(ExitCode::SUCCESS);
    }
    println!("something is not as it must be; docs/OPERATING.md says what to do");
    Ok(ExitCode::FAILURE)
}

/// Whether the chain goes through each of these heads; a line for each.
async fn go_through(database: &Database, heads: &[Head]) -> Result<bool, Failure> {
    let mut all = true;
    for head in heads {
        let is_there = query::goes_through(database.writer(), head).await?;
        all &= is_there;
        match is_there {
            true => println!("ok    the audit trail is sealed through {head}"),
            false => println!(
                "FAIL  the audit trail is not sealed through {head}: its chain was cut or written anew"
            ),
        }
    }
    Ok(all)
}

fn print(finding: &Finding) {
    let mark = if finding.broken.is_empty() {
        "ok  "
    } else {
        "FAIL"
    };
    println!(
        "{mark}  {:<4} {:<58} {:>9} rows {:>6} violations",
        finding.id,
        finding.says,
        finding.rows,
        finding.violations()
    );
    for broken in &finding.broken {
        println!("      {}: {}", broken.says, broken.violations);
        if !broken.examples.is_empty() {
            println!("        {}", broken.examples.join(" "));
        }
    }
}
