//! Looking at everything that must be true of the database.

use std::process::ExitCode;

use domain::{
    base::database::Database,
    verify::{self, Finding},
};

use crate::{app, config::Config};

use super::{Failure, migrate};

/// Prints one line for each invariant, and the rules that do not hold with the first offenders; the exit code tells
/// whether any did not. Works beside a running server, and writes nothing.
///
/// # Errors
/// The database cannot be opened, or is not up to date.
pub async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let database = app::open_database(config).await?;
    if !migrate::pending(&database).await?.is_empty() {
        return Err("the database is not up to date; run `fabrica migrate up` first".into());
    }
    prove(&database).await
}

/// The same, of a database that is open and up to date.
///
/// # Errors
/// The database does not answer.
pub(super) async fn prove(database: &Database) -> Result<ExitCode, Failure> {
    let report = verify::verify(database).await?;
    for finding in &report.findings {
        print(finding);
    }
    if report.is_clean() {
        println!("everything is as it must be");
        return Ok(ExitCode::SUCCESS);
    }
    println!("something is not as it must be; docs/OPERATING.md says what to do");
    Ok(ExitCode::FAILURE)
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
