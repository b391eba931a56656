//! PostgreSQL's own programs for backups. Where the database is and who may open it goes to them by their
//! environment: a command line can be read by everybody on the machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use tokio::process::Command;
use url::Url;

use crate::config::Config;

use super::Failure;

/// Where Debian and its like put the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// What a program is given of our own environment; our secrets are none of its business.
const HANDED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "PGPASSFILE"];

/// What a URL's parameters are called in the environment of PostgreSQL's programs.
const PARAMETERS: [(&str, &str); 10] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("dbname", "PGDATABASE"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
];

/// One of PostgreSQL's programs, ready to talk to the database of these settings.
///
/// # Errors
/// It is not on this machine, or the database's URL cannot be read.
pub(super) fn program(name: &str, config: &Config) -> Result<Command, Failure> {
    let path = find(name).ok_or_else(|| {
        format!(
            "{name} is neither on PATH nor under {VERSIONS}; install PostgreSQL's client programs"
        )
    })?;
    let mut command = Command::new(path);
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    for name in HANDED_ON {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(connection(config.store.database_url.expose_secret())?);
    Ok(command)
}

/// Complains with what the program said, unless all went well.
///
/// # Errors
/// It did not.
pub(super) fn require_success(name: &str, output: &Output) -> Result<(), Failure> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed ({}): {}", output.status, said.trim()).into())
}

/// The URL's parts under the names that the programs know.
fn connection(url: &str) -> Result<Vec<(&'static str, String)>, Failure> {
    let url = Url::parse(url).map_err(|error| format!("DATABASE_URL: {error}"))?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut known = Vec::new();
    let mut put = |name, value: String| {
        if !value.is_empty() {
            known.push((name, value));
        }
    };
    let host = url.host_str().unwrap_or_default();
    put("PGHOST", decoded(host.trim_matches(['[', ']'])));
    put(
        "PGPORT",
        url.port().map_or_else(String::new, |port| port.to_string()),
    );
    put("PGUSER", decoded(url.username()));
    put("PGPASSWORD", decoded(url.password().unwrap_or_default()));
    put("PGDATABASE", decoded(url.path().trim_start_matches('/')));
    for (parameter, value) in url.query_pairs() {
        let name = PARAMETERS.iter().find(|(known, _)| *known == parameter);
        if let Some((_, name)) = name {
            put(name, value.into_owned());
        }
    }
    Ok(known)
}

/// The program on PATH, or that of the newest version there is.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join(name));
    let found = on_path.into_iter().find(|program| program.is_file());
    found.or_else(|| newest(Path::new(VERSIONS), name))
}

fn newest(versions: &Path, name: &str) -> Option<PathBuf> {
    let folders = fs::read_dir(versions).ok()?.filter_map(Result::ok);
    let version = |folder: fs::DirEntry| {
        let number: u32 = folder.file_name().to_str()?.parse().ok()?;
        let program = folder.path().join("bin").join(name);
        program.is_file().then_some((number, program))
    };
    folders
        .filter_map(version)
        .max()
        .map(|(_, program)| program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_goes_to_the_programs_part_by_part() {
        let url = "postgres://shop:p%40ss%2Fword@db.example:5433/my%20shop?sslmode=verify-full&statement_cache=1";
        let expected = [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "shop"),
            ("PGPASSWORD", "p@ss/word"),
            ("PGDATABASE", "my shop"),
            ("PGSSLMODE", "verify-full"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        assert_eq!(connection(url).unwrap(), expected);
    }

    #[test]
    fn a_program_that_is_nowhere_is_not_invented() {
        assert_eq!(find("pg_no_such_program"), None);
    }
}
