//! The settings as the server uses them.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use entity::invoices::invoice::Party;
use secrecy::SecretString;

use super::limits::Limits;

/// Every setting, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// How careful to be.
    pub profile: Profile,
    /// The process and its HTTP side.
    pub server: Server,
    /// How much one request may ask for.
    pub limits: Limits,
    /// Where data is kept.
    pub store: Store,
    /// Keys, as far as they were given.
    pub secrets: Secrets,
    /// The payment gateway.
    pub ecpay: Ecpay,
    /// Mails to people.
    pub mail: Mail,
    /// The business.
    pub shop: Shop,
    /// Logs and figures.
    pub logging: Logging,
}

/// How careful to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// On a developer's machine: everything by itself, nothing secret.
    Development,
    /// For trying out, in public.
    Sandbox,
    /// For real money.
    Production,
}

impl Profile {
    /// Its name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// The process and its HTTP side.
#[derive(Clone, Debug)]
pub struct Server {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where the world reaches us, without a slash at the end.
    pub public_url: String,
    /// How many hops of `X-Forwarded-For` are believed.
    pub trusted_proxies: usize,
    /// Other sites' origins that may call us.
    pub allowed_origins: Vec<String>,
    /// Whether everybody may read the schema through introspection.
    pub introspection: bool,
    /// Whether routers of a federated graph are answered.
    pub federation: bool,
    /// Whether the playground is served.
    pub playground: bool,
    /// Whether the storefront is served.
    pub shop: bool,
    /// Which documents are run.
    pub trusted_documents: TrustedDocuments,
    /// How often somebody may ask.
    pub rates: Rates,
    /// How many processes like this one serve the shop.
    pub replicas: NonZeroU32,
    /// How long to answer on after readiness ended, in seconds.
    pub drain_seconds: u64,
}

/// Which documents are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustedDocuments {
    /// Any; those imported play no part.
    Off,
    /// Any; those imported by their ids too, and the others are counted.
    Prefer,
    /// Those imported, and no others.
    Only,
}

impl TrustedDocuments {
    /// Its name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Prefer => "prefer",
            Self::Only => "only",
        }
    }
}

/// How often somebody may ask; 0 for as often as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Documents of a user, or of an address without one, in a minute.
    pub per_minute: u32,
    /// The same, in an hour.
    pub per_hour: u32,
    /// Documents of an address that log in, register, refresh or change a password, in a minute.
    pub guarded_per_minute: u32,
    /// What the documents of a user, or of an address without one, cost in a minute.
    pub cost_per_minute: u32,
}

/// Where data is kept.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// The database; may hold a password.
    pub database_url: SecretString,
    /// A standby of the database, for staff's lists; may hold a password.
    pub database_read_url: Option<SecretString>,
    /// What replicas share; may hold a password.
    pub redis_url: Option<SecretString>,
    /// Whether `serve` migrates.
    pub migrate: bool,
}

/// Keys, as far as they were given.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// What keys are derived from.
    pub secret: Option<SecretString>,
    /// The key that signs access tokens.
    pub signing_key: Option<SecretString>,
    /// What opens `/metrics`.
    pub metrics_token: Option<SecretString>,
}

/// Which ECPay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcpayEnvironment {
    /// The one in this server.
    Simulator,
    /// ECPay's test environment.
    Stage,
    /// Where the money is real.
    Production,
}

impl EcpayEnvironment {
    /// Its name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Stage => "stage",
            Self::Production => "production",
        }
    }
}

/// The payment gateway.
#[derive(Clone, Debug)]
pub struct Ecpay {
    /// Which.
    pub environment: EcpayEnvironment,
    /// The merchant and both keys; `None` for the public stage account.
    pub account: Option<(String, SecretString, SecretString)>,
    /// The merchant's check code, which questions about cards carry.
    pub credit_check_code: Option<SecretString>,
    /// How long the simulator waits before it sends again, in seconds.
    pub resend_seconds: u64,
}

/// Mails to people.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server; may hold a password. Without it mails are put into a folder.
    pub smtp_url: Option<SecretString>,
    /// Who mails are from, when it is not the seller.
    pub from: Option<String>,
}

/// The business.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Who issues the invoices.
    pub seller: Party,
    /// How long an order can be paid, in hours.
    pub order_lifetime_hours: u32,
    /// How long before a period ends the next one is ordered, in days.
    pub renewal_lead_days: u32,
    /// On which days after a missed payment its owner is reminded; ascending, never empty.
    pub dunning_days: Vec<i64>,
    /// How long after its period an unpaid subscription still gives what it gave, in days.
    pub grace_days: u32,
}

/// Logs.
#[derive(Clone, Debug)]
pub struct Logging {
    /// What is logged.
    pub filter: String,
    /// How.
    pub format: LogFormat,
    /// Where traces are sent; may hold a password.
    pub collector: Option<SecretString>,
}

/// How lines are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One object a line.
    Json,
    /// For eyes.
    Text,
}
