//! Importing and listing trusted documents.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use async_graphql::ServerError;
use domain::base::{
    App, Op,
    trusted_documents::{self, Imported, NewDocument},
};
use graphql::document::Documents;

use crate::{
    app,
    config::Config,
    documents::{self, Entry},
};

use super::{Failure, migrate};

/// Checks the documents of a manifest as requests are checked, stores those that pass, and names those that do
/// not: then the exit code is 1. Works beside running servers, which find out by themselves.
///
/// # Errors
/// The manifest cannot be read, or the database is not up to date.
pub async fn import(config: &Config, manifest: &Path) -> Result<ExitCode, Failure> {
    let shown = manifest.display();
    let text = text_of(manifest).map_err(|error| format!("{shown}: {error}"))?;
    let entries = documents::read(&text).map_err(|error| format!("{shown}: {error}"))?;
    let reader = Documents::of(&graphql::sdl(), config.limits.documents.clone())?;
    let mut accepted = Vec::new();
    let mut refused = Vec::new();
    for entry in entries {
        match examine(&reader, &entry) {
            Ok(document) => accepted.push((entry.id, document)),
            Err(why) => refused.push((entry.id, why)),
        }
    }
    let app = open(config).await?;
    let op = Op::system(app, "documents", "command");
    let (ids, accepted): (Vec<_>, Vec<_>) = accepted.into_iter().unzip();
    let outcomes = trusted_documents::import(&op, &accepted).await?;
    for (id, outcome) in ids.into_iter().zip(&outcomes) {
        if *outcome == Imported::IdTaken {
            refused.push((id, "its id means another document already".to_owned()));
        }
    }
    let count = |wanted| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    for (id, why) in &refused {
        eprintln!("refused {id}: {why}");
    }
    println!(
        "{} imported, {} known already, {} refused",
        count(Imported::Added),
        count(Imported::Known),
        refused.len()
    );
    Ok(match refused.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Prints a line for each document.
///
/// # Errors
/// The database cannot be opened or is not up to date.
pub async fn list(config: &Config) -> Result<(), Failure> {
    let app = open(config).await?;
    let stored = trusted_documents::all(app.database.reader()).await?;
    let mut lines: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for each in stored {
        let ids = lines.entry((each.name, each.sha256.clone())).or_default();
        if each.id != each.sha256 {
            ids.push(each.id);
        }
    }
    for ((name, sha256), ids) in &lines {
        println!("sha256:{sha256}  {name}  {}", ids.join(" "));
    }
    println!("{} documents", lines.len());
    Ok(())
}

fn text_of(manifest: &Path) -> io::Result<String> {
    if manifest == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(manifest)
}

fn examine(reader: &Documents, entry: &Entry) -> Result<NewDocument, String> {
    let id = entry.alias()?;
    let names = reader
        .examine(&entry.text)
        .map_err(|errors| sentence(&errors))?;
    let name = match names.is_empty() {
        true => "(unnamed)".to_owned(),
        false => names.join(", "),
    };
    Ok(NewDocument {
        id,
        name,
        text: entry.text.clone(),
    })
}

/// The first error, with its code, its place and how many more there are.
fn sentence(errors: &[ServerError]) -> String {
    let Some(first) = errors.first() else {
        return "it cannot be run".to_owned();
    };
    let code = first
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("code"));
    let code = code.map_or_else(String::new, |code| format!(" ({code})"));
    let place = first.locations.first();
    let place = place.map_or_else(String::new, |at| format!(" at {}:{}", at.line, at.column));
    let more = match errors.len() {
        0 | 1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    format!("{}{code}{place}{more}", first.message)
}

async fn open(config: &Config) -> Result<Arc<App>, Failure> {
    let app = app::build(config).await?;
    let missing = migrate::pending(&app.database).await?;
    if !missing.is_empty() {
        return Err("the database is not up to date; run `fabrica migrate up` first".into());
    }
    Ok(app)
}
