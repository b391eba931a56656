//! Writing what the world sees: the files of `schema/`.

use std::{fs, path::Path};

use crate::{cli::Schema, config, seams};

use super::Failure;

/// Writes what was asked for.
///
/// # Errors
/// A file cannot be written.
pub fn run(which: &Schema) -> Result<(), Failure> {
    let all = !(which.sdl || which.settings || which.permissions || which.errors || which.events);
    for (name, wanted, text) in files() {
        let wanted = all
            || match wanted {
                Kind::Sdl => which.sdl,
                Kind::Settings => which.settings,
                Kind::Permissions => which.permissions,
                Kind::Errors => which.errors,
                Kind::Events => which.events,
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
}

/// Every file of `schema/` with its text.
fn files() -> [(&'static str, Kind, String); 5] {
    [
        ("schema.graphql", Kind::Sdl, graphql::sdl()),
        ("settings.md", Kind::Settings, config::settings_markdown()),
        ("permissions.md", Kind::Permissions, seams::permissions_markdown()),
        ("errors.md", Kind::Errors, seams::errors_markdown()),
        ("events.md", Kind::Events, seams::events_markdown()),
    ]
}

/// Every file of `schema/`: its name and the text that must stand in it.
#[must_use]
pub fn generated() -> Vec<(&'static str, String)> {
    files()
        .into_iter()
        .map(|(name, _, text)| (name, text))
        .collect()
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}
