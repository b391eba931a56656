//! The command line.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use domain::audit::Head;

use crate::{
    commands::{self, Failure},
    config::{self, Config},
    telemetry,
};

/// A shop's back office behind one GraphQL schema.
#[derive(Debug, Parser)]
#[command(name = "fabrica", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves (what happens without a command).
    Serve,
    /// Brings the database up to date, back, or tells how it stands.
    Migrate(Migrate),
    /// Fills an empty database with demo accounts and plans. Not for production.
    Seed,
    /// Makes an admin.
    CreateAdmin(CreateAdmin),
    /// Takes in ECPay's merchant statement, and says where it and our books differ.
    Reconcile(Reconcile),
    /// Writes everything that the database holds into a file, beside a running server.
    Backup(Backup),
    /// Brings a database back from such a file.
    Restore(Restore),
    /// Imports the documents that clients may send by their ids, or lists them.
    Documents {
        #[command(subcommand)]
        what: Documents,
    },
    /// Writes the generated descriptions of the server.
    Schema(Schema),
    /// Prints the settings that hold, without secrets.
    Config,
    /// Checks settings, database, files and keys, and says how to mend what is wrong.
    Doctor,
    /// Asks the server on `FABRICA_LISTEN` whether it is ready; for health checks of containers.
    Healthcheck,
    /// Looks at everything that must be true of the database, beside a running server; fails when something is not.
    Verify(Verify),
    /// Serves ECPay's simulator alone.
    Simulator,
}

#[derive(Debug, Args)]
struct Migrate {
    #[arg(value_enum)]
    what: Migration,
    /// For `down`: how many changes to take back.
    #[arg(long, default_value_t = 1)]
    steps: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Migration {
    /// Makes every change that is not made yet.
    Up,
    /// Takes changes back, the newest first.
    Down,
    /// Tells which changes are made.
    Status,
}

#[derive(Debug, Subcommand)]
enum Documents {
    /// Checks the documents of a manifest and imports those that can be run. Doing it again changes nothing.
    Import {
        /// What graphql-codegen's client preset, Relay's compiler or Apollo's generator wrote; `-` for standard
        /// input.
        manifest: PathBuf,
    },
    /// Lists the imported documents: hash, names of the operations, other ids.
    List,
}

/// Who is to be admin.
#[derive(Debug, Args)]
pub struct CreateAdmin {
    /// The e-mail address.
    #[arg(long)]
    pub email: String,
    /// The name.
    #[arg(long)]
    pub username: String,
    /// Reads the password from standard input. Without it one is made and printed once.
    #[arg(long)]
    pub password_stdin: bool,
}

/// Which statement to take in.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// The file, as ECPay gives it: CSV in UTF-8 or Big5.
    pub file: PathBuf,
}

/// Where a backup goes.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file. It must not be there yet; its owner alone may read it.
    pub file: PathBuf,
}

/// Which backup comes back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The file that `fabrica backup` wrote.
    pub file: PathBuf,
    /// Takes the place of the SQLite database that is there, which is kept beside it under another name.
    #[arg(long)]
    pub replace: bool,
}

/// What is looked at besides.
#[derive(Debug, Args)]
pub struct Verify {
    /// Fails, too, unless the audit trail is still sealed through here: `SEQUENCE:HASH`, as an earlier run printed it
    /// and somebody kept it elsewhere. May be given several times.
    #[arg(long = "head", value_name = "SEQUENCE:HASH")]
    pub heads: Vec<Head>,
}

/// Which descriptions to write. Without any of the flags: all.
#[derive(Debug, Args)]
pub struct Schema {
    /// `schema.graphql`: the schema.
    #[arg(long)]
    pub sdl: bool,
    /// `settings.md`: every setting.
    #[arg(long)]
    pub settings: bool,
    /// `permissions.md`: who may use which root field.
    #[arg(long)]
    pub permissions: bool,
    /// `errors.md`: every error code.
    #[arg(long)]
    pub errors: bool,
    /// `events.md`: every kind of event with a sample.
    #[arg(long)]
    pub events: bool,
    /// `metrics.md`: every figure at `/metrics`.
    #[arg(long)]
    pub metrics: bool,
    /// Writes files into this folder instead of printing.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// How long work may go on that nobody waits for any more.
const LETTING_GO: Duration = Duration::from_millis(500);

/// Runs the program with the arguments of this process.
#[must_use]
pub fn run() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve);
    match obey(command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("fabrica: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> Result<ExitCode, Failure> {
    // Works without settings, so that a build can run it anywhere.
    if let Command::Schema(which) = &command {
        return commands::schema::run(which).map(|()| ExitCode::SUCCESS);
    }
    if let Command::Doctor = command {
        return within_runtime(commands::doctor::run());
    }
    let config = config::load()?;
    if let Command::Config = command {
        print!("{}", config::table_of(&config));
        return Ok(ExitCode::SUCCESS);
    }
    // Outside of the runtime, which the collector's thread must not wait for.
    telemetry::start(&config.logging)?;
    let done = within_runtime(with_settings(command, config));
    telemetry::traces::end();
    done
}

async fn with_settings(command: Command, config: Config) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => return commands::serve::run(config).await,
        Command::Migrate(Migrate { what, steps }) => match what {
            Migration::Up => commands::migrate::up(&config).await?,
            Migration::Down => commands::migrate::down(&config, steps).await?,
            Migration::Status => commands::migrate::status(&config).await?,
        },
        Command::Seed => commands::seed::run(&config).await?,
        Command::CreateAdmin(admin) => commands::create_admin::run(&config, &admin).await?,
        Command::Reconcile(statement) => commands::reconcile::run(&config, &statement.file).await?,
        Command::Backup(Backup { file }) => commands::backup::run(&config, &file).await?,
        Command::Restore(wanted) => return commands::restore::run(&config, &wanted).await,
        Command::Documents { what } => match what {
            Documents::Import { manifest } => {
                return commands::documents::import(&config, &manifest).await;
            }
            Documents::List => commands::documents::list(&config).await?,
        },
        Command::Healthcheck => commands::healthcheck::run(&config).await?,
        Command::Verify(wanted) => return commands::verify::run(&config, &wanted).await,
        Command::Simulator => commands::simulator::run(config).await?,
        // Done before the settings were read, or without a runtime.
        Command::Schema(_) | Command::Config | Command::Doctor => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn within_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    // Dropping it would wait without end for work that blocks a thread.
    runtime.shutdown_timeout(LETTING_GO);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["fabrica"]).unwrap().command.is_none());
    }
}
