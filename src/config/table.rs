//! The table of settings. Reading, `fabrica config` and `schema/settings.md` all come from it.

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the environment and in the file.
    pub name: &'static str,
    /// What it belongs to.
    pub section: Section,
    /// What it is, in a sentence or two.
    pub what: &'static str,
    /// What holds when it is not set, in words where it depends on others.
    pub default: &'static str,
    /// How it is shown.
    pub shown: Shown,
}

/// What a setting belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The process and its HTTP side.
    Server,
    /// How much one request may ask for.
    Limits,
    /// Where data is kept.
    Storage,
    /// Keys.
    Secrets,
    /// The payment gateway.
    Ecpay,
    /// Mails to people.
    Mail,
    /// The business.
    Shop,
    /// Logs and figures.
    Observation,
}

impl Section {
    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Limits => "Limits of a request",
            Self::Storage => "Storage",
            Self::Secrets => "Secrets",
            Self::Ecpay => "ECPay",
            Self::Mail => "Mail",
            Self::Shop => "Shop",
            Self::Observation => "Observation",
        }
    }
}

/// How a value is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Open,
    /// As a URL without its password.
    Url,
    /// Never.
    Secret,
}

const fn setting(
    section: Section,
    name: &'static str,
    shown: Shown,
    default: &'static str,
    what: &'static str,
) -> Setting {
    Setting {
        name,
        section,
        what,
        default,
        shown,
    }
}

/// Names that begin like ours but belong to scripts and tests.
pub const NOT_SETTINGS: &[&str] = &[
    "FABRICA_CONFIG",
    "FABRICA_CLUSTER_DIR",
    "FABRICA_FAULT",
    "FABRICA_PG_DIR",
    "FABRICA_PG_SAFE",
    "FABRICA_PROGRAM",
    "FABRICA_REDIS_DIR",
    "FABRICA_ROUNDS",
    "FABRICA_TEST_POSTGRES",
    "FABRICA_TEST_REDIS",
    "FABRICA_YEARS",
];

use Section::{Ecpay, Limits, Mail, Observation, Secrets, Server, Shop, Storage};
use Shown::{Open, Secret, Url};

/// Every setting.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    setting(Server, "FABRICA_PROFILE", Open, "development",
        "How careful to be: `development`, `sandbox` or `production`. Production refuses everything that is only fit for trying out."),
    setting(Server, "FABRICA_LISTEN", Open, "127.0.0.1:8080",
        "The address and port to listen on."),
    setting(Server, "FABRICA_PUBLIC_URL", Open, "http://<FABRICA_LISTEN>",
        "Where browsers and ECPay reach this server, without a path. ECPay posts to ports 80 and 443 only."),
    setting(Server, "FABRICA_TRUSTED_PROXIES", Open, "0",
        "How many proxies of yours stand in front. With 0, `X-Forwarded-For` is ignored."),
    setting(Server, "FABRICA_ALLOWED_ORIGINS", Open, "none",
        "Origins of other sites whose pages may call the API, separated by commas. The server's own origin is always allowed."),
    setting(Server, "FABRICA_INTROSPECTION", Open, "on, in production off",
        "Whether everybody may read the schema through introspection: `on` or `off`. Staff may always; `/schema.graphql` is there in any case."),
    setting(Server, "FABRICA_PLAYGROUND", Open, "on, in production off",
        "Whether the playground is served at `/`: `on` or `off`."),
    setting(Server, "FABRICA_SHOP", Open, "on",
        "Whether the storefront is served at `/shop`: `on` or `off`."),
    setting(Server, "FABRICA_RATE_PER_MINUTE", Open, "60, in development 600",
        "How many GraphQL documents a user, or without one an address, may send in a minute and at once; 0 for any number."),
    setting(Server, "FABRICA_RATE_PER_HOUR", Open, "1000, in development 10000",
        "The same for an hour."),
    setting(Server, "FABRICA_RATE_AUTH_PER_MINUTE", Open, "10, in development 100",
        "How many documents that log in, register, refresh a session, change or reset a password, or verify an address one network address may send in a minute; 0 for any number."),
    setting(Server, "FABRICA_RATE_COST_PER_MINUTE", Open, "10000, in development 100000",
        "What the GraphQL documents of a user, or without one an address, may cost together in a minute and at once; 0 for any sum."),
    setting(Server, "FABRICA_REPLICAS", Open, "1",
        "How many processes like this one serve the shop. While there is no Redis to count for all of them, each gives its part of what somebody may ask."),
    setting(Server, "FABRICA_TRUSTED_DOCUMENTS", Open, "prefer",
        "Which GraphQL documents are run: `off`: any, and imported ones are not known by their ids; `prefer`: any; `only`: imported ones (`fabrica documents import`), for everybody."),
    setting(Server, "FABRICA_FEDERATION", Open, "off",
        "Whether the schema has `_service` and `_entities`, which routers of a federated graph ask for: `on` or `off`."),
    setting(Server, "FABRICA_DRAIN_SECONDS", Open, "5, in development 0",
        "How long the server answers on after it said that it is going, so that balancers notice (0 to 20)."),

    setting(Limits, "FABRICA_LIMIT_BODY_BYTES", Open, "65536",
        "The largest body of a GraphQL request, and message on a socket (1024 to 1048576)."),
    setting(Limits, "FABRICA_LIMIT_SECONDS", Open, "10",
        "How long an operation of somebody who has logged in may take; others have half (1 to 60)."),
    setting(Limits, "FABRICA_LIMIT_DOCUMENT_BYTES", Open, "16384",
        "The longest GraphQL document (1024 to 65536), and no longer than a body."),
    setting(Limits, "FABRICA_LIMIT_TOKENS", Open, "2000",
        "The most tokens of a document (100 to 10000). What is refused is refused within 20 ms for the usual limits; larger ones take longer."),
    setting(Limits, "FABRICA_LIMIT_NESTING", Open, "32",
        "How deep the brackets of a document nest (8 to 64)."),
    setting(Limits, "FABRICA_LIMIT_DEPTH", Open, "12",
        "How deep the fields of a document nest, whatever fragments they stand in (4 to 24)."),
    setting(Limits, "FABRICA_LIMIT_OPERATIONS", Open, "5",
        "The most operations in one document (1 to 50)."),
    setting(Limits, "FABRICA_LIMIT_ALIASES", Open, "30",
        "The most aliases in one document, each fragment counted as often as it is spread (0 to 200)."),
    setting(Limits, "FABRICA_LIMIT_MUTATIONS", Open, "5",
        "The most root fields of one mutation (1 to 20)."),
    setting(Limits, "FABRICA_LIMIT_DIRECTIVES", Open, "20",
        "The most directives in one document (0 to 100)."),
    setting(Limits, "FABRICA_LIMIT_COST", Open, "1000",
        "What one operation of somebody who has logged in may cost (100 to 1000000)."),
    setting(Limits, "FABRICA_LIMIT_ANONYMOUS_COST", Open, "200",
        "What one operation of anybody else may cost (100 to 1000000), and no more than FABRICA_LIMIT_COST."),
    setting(Limits, "FABRICA_LIMIT_PAGE", Open, "100",
        "The most rows that one page of a list may ask for (1 to 1000)."),
    setting(Limits, "FABRICA_LIMIT_USUAL_PAGE", Open, "20",
        "The rows of a page that does not say how many (1 to 1000), and no more than FABRICA_LIMIT_PAGE."),
    setting(Limits, "FABRICA_LIMIT_ERRORS", Open, "10",
        "The most errors that one answer tells (1 to 100)."),

    setting(Storage, "FABRICA_DATA_DIR", Open, "./data",
        "Where files are kept: the SQLite database and, in development, the keys."),
    setting(Storage, "DATABASE_URL", Url, "SQLite in FABRICA_DATA_DIR",
        "The database: `sqlite:…` or `postgres://…`."),
    setting(Storage, "DATABASE_READ_URL", Url, "none",
        "A standby of DATABASE_URL (PostgreSQL), from which staff's lists and sums are read while it has all that was committed. Without one, and while it lags or is down, the primary is read."),
    setting(Storage, "REDIS_URL", Url, "none",
        "Redis (`redis://…`, or `rediss://…` with TLS), which several replicas share: it carries live changes between them and counts what somebody may ask of all of them. It keeps nothing that is not elsewhere."),
    setting(Storage, "FABRICA_MIGRATE", Open, "on",
        "Whether `serve` brings the database up to date by itself: `on` or `off`. With `off` it refuses to start on an old one."),

    setting(Secrets, "FABRICA_SECRET", Secret, "made and kept in FABRICA_DATA_DIR; required in production",
        "At least 32 characters by chance. The keys for signed links, refresh tokens and the codes in mails are derived from it; a new one ends every log-in."),
    setting(Secrets, "FABRICA_SIGNING_KEY", Secret, "made and kept in FABRICA_DATA_DIR; required in production",
        "The Ed25519 key that signs access tokens: PKCS#8, as PEM or base64."),

    setting(Ecpay, "ECPAY_ENV", Open, "simulator",
        "Which ECPay: `simulator` (in this server), `stage` or `production`."),
    setting(Ecpay, "ECPAY_MERCHANT_ID", Open, "the public stage account; required in ECPay's production",
        "Who we are at ECPay."),
    setting(Ecpay, "ECPAY_HASH_KEY", Secret, "the public stage account; required in ECPay's production",
        "The first half of the signing secret."),
    setting(Ecpay, "ECPAY_HASH_IV", Secret, "the public stage account; required in ECPay's production",
        "The second half of the signing secret."),
    setting(Ecpay, "ECPAY_CREDIT_CHECK_CODE", Secret, "none; the simulator's own for the simulator",
        "The merchant's check code (商家檢查碼) from ECPay's console. Without it cards are not given back through ECPay."),
    setting(Ecpay, "FABRICA_SIMULATOR_RESEND_SECONDS", Open, "5",
        "How long the simulator waits before it sends an unanswered notice again (1 to 3600)."),

    setting(Mail, "SMTP_URL", Url, "none",
        "The mail server: `smtps://<user>:<password>@<host>`, `smtp://…?tls=required` for STARTTLS, or `smtp://…` in the clear. Without it mails are put into the folder `mail` of FABRICA_DATA_DIR and, unless in production, shown at `/dev/mailbox`."),
    setting(Mail, "FABRICA_MAIL_FROM", Open, "the seller's name and address; without one no-reply@ and the host of FABRICA_PUBLIC_URL",
        "Who mails are from: `billing@shop.example`, or `Shop <billing@shop.example>`."),

    setting(Shop, "FABRICA_SELLER_NAME", Open, "a demo company; none in production",
        "The name on invoices. Required in production."),
    setting(Shop, "FABRICA_SELLER_TAX_ID", Open, "none",
        "The seller's tax id (統一編號), eight digits."),
    setting(Shop, "FABRICA_SELLER_ADDRESS", Open, "none",
        "The seller's address on invoices."),
    setting(Shop, "FABRICA_SELLER_EMAIL", Open, "none",
        "The seller's e-mail address on invoices."),
    setting(Shop, "FABRICA_SELLER_PHONE", Open, "none",
        "The seller's phone number on invoices."),
    setting(Shop, "FABRICA_ORDER_LIFETIME_HOURS", Open, "24",
        "How long an order without a pay code can be paid (1 to 720)."),
    setting(Shop, "FABRICA_RENEWAL_LEAD_DAYS", Open, "3",
        "How many days before a period ends the order of the next one is placed (0 to 30); never more than a third of the period before."),
    setting(Shop, "FABRICA_DUNNING_DAYS", Open, "1,3,5,7",
        "On which days after a missed payment its owner is reminded: ascending, each 1 to 60, separated by commas. A day after the last one the subscription ends."),
    setting(Shop, "FABRICA_GRACE_DAYS", Open, "3",
        "How many days after its period an unpaid subscription still gives what it gave (0 to 60)."),

    setting(Observation, "FABRICA_LOG", Open, "info",
        "What is logged: a level (`warn`), or a filter such as `info,fabrica=debug`."),
    setting(Observation, "FABRICA_LOG_FORMAT", Open, "json, in development text",
        "How it is logged: `json`, one object a line, or `text`."),
    setting(Observation, "OTEL_EXPORTER_OTLP_ENDPOINT", Url, "none",
        "The collector that traces are sent to, over OTLP with protobuf in HTTP: `http://collector:4318`, to which `/v1/traces` is added. OpenTelemetry's other variables hold too: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`."),
    setting(Observation, "FABRICA_METRICS_TOKEN", Secret, "none",
        "When set, `/metrics` is given only to those who send it as a bearer token."),
];
