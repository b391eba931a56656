//! Writing what the world sees: the files of `schema/`.

use std::{fs, path::Path};

use crate::{cli::Schema, config, reference, telemetry::figures};

use super::Failure;

/// Writes what was asked for.
///
/// # Errors
/// A file cannot be written.
pub fn run(which: &Schema) -> Result<(), Failure> {
    let all = !(which.sdl
        || which.settings
        || which.permissions
        || which.errors
        || which.events
        || which.metrics);
    for (name, wanted, text) in files()? {
        let wanted = all
            || match wanted {
                Kind::Sdl => which.sdl,
                Kind::Settings => which.settings,
                Kind::Permissions => which.permissions,
                Kind::Errors => which.errors,
                Kind::Events => which.events,
                Kind::Metrics => which.metrics,
            };
        match (&which.out, wanted) {
            (_, false) => {}
            (None, true) => print!("{text}"),
            (Some(folder), true) => write(folder, name, &text)?,
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Kind {
    Sdl,
    Settings,
    Permissions,
    Errors,
    Events,
    Metrics,
}

/// Every file of `schema/` with its text.
fn files() -> Result<[(&'static str, Kind, String); 6], Failure> {
    Ok([
        ("schema.graphql", Kind::Sdl, graphql::sdl()),
        ("settings.md", Kind::Settings, config::settings_markdown()),
        (
            "permissions.md",
            Kind::Permissions,
            reference::permissions_markdown(),
        ),
        ("errors.md", Kind::Errors, reference::errors_markdown()),
        ("events.md", Kind::Events, reference::events_markdown()?),
        ("metrics.md", Kind::Metrics, figures::metrics_markdown()),
    ])
}

/// Every file of `schema/`: its name and the text that must stand in it.
///
/// # Errors
/// A text cannot be made, which is a defect.
pub fn generated() -> Result<Vec<(&'static str, String)>, Failure> {
    Ok(files()?
        .into_iter()
        .map(|(name, _, text)| (name, text))
        .collect())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}
