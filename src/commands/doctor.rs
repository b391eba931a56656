//! Looks at everything that must be right before a shop can open, and says how to mend what is not.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use domain::base::{
    clock::{Clock, SystemClock},
    database::Database,
};
use url::Url;

use crate::{
    app,
    config::{self, Config, EcpayEnvironment, Profile},
    http::health,
    parts,
};

use super::{Failure, migrate};

/// What a look found.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Ok(String),
    Warn(String),
    Fail(String),
}

use Found::{Fail, Ok as Fine, Warn};

/// Prints one line for each look; the exit code tells whether any failed.
///
/// # Errors
/// Never of its own: what is wrong is printed.
pub async fn run() -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    match config::load() {
        Err(problems) => {
            for problem in problems.0 {
                report.note(
                    "settings",
                    Fail(format!("{}: {}", problem.name, problem.advice)),
                );
            }
        }
        Ok(config) => {
            report.note(
                "settings",
                Fine(format!("profile {}", config.profile.name())),
            );
            look(&config, &mut report).await;
        }
    }
    println!("{} failed, {} to look at", report.failed, report.warned);
    Ok(match report.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

#[derive(Default)]
struct Report {
    failed: usize,
    warned: usize,
}

impl Report {
    fn note(&mut self, what: &str, found: Found) {
        let (mark, text) = match found {
            Fine(text) => ("ok  ", text),
            Warn(text) => {
                self.warned += 1;
                ("warn", text)
            }
            Fail(text) => {
                self.failed += 1;
                ("FAIL", text)
            }
        };
        println!("{mark}  {what:<11} {text}");
    }
}

async fn look(config: &Config, report: &mut Report) {
    report.note("data dir", data_dir(config));
    report.note("keys", keys(config));
    report.note("public URL", public_url(config));
    report.note("ECPay", ecpay(config));
    report.note("mail", mail(config));
    report.note("clock", clock(SystemClock.now()));
    match app::open_database(config).await {
        Err(error) => report.note("database", Fail(format!("{error}; check DATABASE_URL"))),
        Ok(database) => {
            report.note("database", answers(&database).await);
            report.note("migrations", migrations(config, &database).await);
        }
    }
    if config.store.redis_url.is_some() {
        report.note("Redis", redis(config).await);
    }
}

/// A shop goes on without it, so that its absence is for somebody to look at and no failure.
async fn redis(config: &Config) -> Found {
    let built = config::keys(config).map_err(|error| error.to_string());
    let built =
        built.and_then(|keys| parts::redis(config, keys.redis).map_err(|error| error.to_string()));
    match built {
        Err(error) => Fail(error),
        Ok(None) => Fine("none".to_owned()),
        Ok(Some(redis)) => match redis.answers().await {
            Some(latency) => Fine(format!("{:.1} ms", latency.as_secs_f64() * 1000.0)),
            None => Warn(
                "REDIS_URL: it does not answer; live changes come late, and each replica counts for itself"
                    .to_owned(),
            ),
        },
    }
}

fn data_dir(config: &Config) -> Found {
    let directory = &config.store.data_dir;
    let probe = directory.join(".doctor");
    let tried = std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(&probe, b"ok"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Fine(format!("{} can be written", directory.display())),
        Err(error) => Fail(format!(
            "{}: {error}; make it writable or set FABRICA_DATA_DIR",
            directory.display()
        )),
    }
}

/// Whether the server takes mails shows with the first one; `outbox` in the API tells what became of it.
fn mail(config: &Config) -> Found {
    if config.mail.smtp_url.is_some() {
        return Fine("by SMTP".to_owned());
    }
    let text = format!("into {}", parts::mail_folder(config).display());
    match config.profile {
        Profile::Production => Warn(format!("{text}: nobody gets any; set SMTP_URL")),
        Profile::Development | Profile::Sandbox => Fine(text),
    }
}

fn keys(config: &Config) -> Found {
    match config::keys(config) {
        Err(error) => Fail(error.to_string()),
        Ok(_) if config.secrets.secret.is_some() => Fine("given by the settings".to_owned()),
        Ok(_) => Fine("kept in the data directory".to_owned()),
    }
}

/// ECPay posts to ports 80 and 443 only, and cannot reach a machine of your own.
fn public_url(config: &Config) -> Found {
    let text = &config.server.public_url;
    if config.ecpay.environment == EcpayEnvironment::Simulator {
        return Fine(text.clone());
    }
    let Ok(url) = Url::parse(text) else {
        return Fail(format!("FABRICA_PUBLIC_URL: {text} is no URL"));
    };
    let host = url.host_str().unwrap_or_default();
    let is_local = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| match address {
                std::net::IpAddr::V4(v4) => {
                    v4.is_loopback() || v4.is_private() || v4.is_link_local()
                }
                std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
            });
    if is_local {
        return Fail(format!(
            "FABRICA_PUBLIC_URL: ECPay cannot reach {host}; set the address that the world sees"
        ));
    }
    match url.port_or_known_default() {
        Some(80 | 443) => Fine(text.clone()),
        _ => Fail(
            "FABRICA_PUBLIC_URL: ECPay posts to ports 80 and 443 only; leave the port out"
                .to_owned(),
        ),
    }
}

fn ecpay(config: &Config) -> Found {
    let name = config.ecpay.environment.name();
    if let Err(error) = parts::ecpay(config) {
        return Fail(error.to_string());
    }
    if !parts::signs_as_published() {
        return Fail(
            "this build signs wrongly: the published example comes out different".to_owned(),
        );
    }
    let own = config.ecpay.account.is_some();
    match (config.ecpay.environment, own) {
        (EcpayEnvironment::Stage, false) => Warn(format!(
            "{name}, under the public account that everybody shares; set ECPAY_MERCHANT_ID, ECPAY_HASH_KEY, ECPAY_HASH_IV for your own"
        )),
        _ => Fine(format!("{name}; the published example is signed rightly")),
    }
}

/// ECPay refuses forms whose time is off, and tokens rest on it too.
fn clock(now: DateTime<Utc>) -> Found {
    // Nothing of ours is older than this; a machine without a clock begins in 1970.
    let built_after = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    if now < built_after {
        Fail(format!(
            "it is not {now}: set the machine's clock, best by NTP"
        ))
    } else {
        Fine(now.format("%Y-%m-%d %H:%M:%S UTC").to_string())
    }
}

async fn answers(database: &Database) -> Found {
    let version = health::version(database).await.unwrap_or_default();
    match health::ask(database).await {
        Ok(latency) => Fine(format!(
            "{:?} {version}, {:.1} ms",
            database.engine(),
            latency.as_secs_f64() * 1000.0
        )),
        Err(error) => Fail(format!("it does not answer: {error}")),
    }
}

async fn migrations(config: &Config, database: &Database) -> Found {
    match migrate::pending(database).await {
        Err(error) => Fail(error.to_string()),
        Ok(missing) if missing.is_empty() => Fine("none pending".to_owned()),
        Ok(missing) if config.store.migrate && config.profile != Profile::Production => Fine(
            format!("{} pending; `fabrica serve` makes them", missing.len()),
        ),
        Ok(missing) => Warn(format!(
            "{} pending; `fabrica migrate up` makes them",
            missing.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(ecpay: &str, public_url: &str) -> Config {
        let pairs = [("ECPAY_ENV", ecpay), ("FABRICA_PUBLIC_URL", public_url)];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        config::load_from(pairs, None).unwrap()
    }

    #[test]
    fn an_address_that_ecpay_cannot_reach_is_found() {
        for url in [
            "https://shop.example:8443",
            "http://localhost",
            "http://127.0.0.1",
            "http://192.168.1.5",
            "http://[::1]",
        ] {
            assert!(
                matches!(public_url(&config("stage", url)), Fail(_)),
                "{url}"
            );
            assert!(
                matches!(public_url(&config("simulator", url)), Fine(_)),
                "{url}"
            );
        }
        for url in ["https://shop.example", "http://shop.example"] {
            assert!(
                matches!(public_url(&config("stage", url)), Fine(_)),
                "{url}"
            );
        }
    }

    #[test]
    fn a_machine_without_a_clock_is_found() {
        assert!(matches!(clock(DateTime::default()), Fail(_)));
    }
}
