//! What settings must be together, and what production refuses.

use adapters::mail::Smtp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::parts;

use super::{
    keys, limits,
    model::{Config, EcpayEnvironment},
    problem::Problems,
};

/// The accounts that ECPay prints in its documentation: whoever reads it can sign with them.
const PUBLIC_MERCHANTS: [&str; 5] = ["3002607", "3002599", "3365120", "2000132", "2000933"];
const PUBLIC_KEYS: [&str; 12] = [
    "pwFHCqoQZGmho4w6",
    "EkRm7iFT261dpevs",
    "spPjZn66i0OhqJsQ",
    "hT5OJckN45isQTTs",
    "oyQPlLVKop9xuwxw",
    "rljcW843laE9esfI",
    "ejCk326UnaZWKisg",
    "q9jcZX8Ib9LM8wYk",
    "5294y06JbISpM5x9",
    "v77hoKGq4kWxNNIS",
    "XBERn1YOvpM9nfZc",
    "h1ONHk4P4yqbl5LK",
];

/// What holds in every profile.
pub(super) fn everywhere(config: &Config, problems: &mut Problems) {
    // A replica that counts for itself gives its part of it, and a smaller share could never pay for one operation.
    let cost = config.limits.documents.cost;
    let dearest = cost.saturating_mul(config.server.replicas.get().into());
    if (1..dearest).contains(&config.server.rates.cost_per_minute.into()) {
        problems.add(
            "FABRICA_RATE_COST_PER_MINUTE",
            format!("write 0 for any sum, or at least {cost}, what one operation may cost (FABRICA_LIMIT_COST), for each of FABRICA_REPLICAS"),
        );
    }
    limits::check(&config.limits, problems);
    if !is_origin(&config.server.public_url) {
        problems.add(
            "FABRICA_PUBLIC_URL",
            "write a scheme and a host without a path, such as https://shop.example",
        );
    }
    if !config
        .server
        .allowed_origins
        .iter()
        .all(|text| is_origin(text))
    {
        problems.add(
            "FABRICA_ALLOWED_ORIGINS",
            "write origins separated by commas, such as https://shop.example,https://staff.example",
        );
    }
    database(config, problems);
    if let Some(secret) = &config.secrets.secret
        && secret.expose_secret().chars().count() < 32
    {
        problems.add(
            "FABRICA_SECRET",
            "needs at least 32 characters; `openssl rand -base64 48` makes one",
        );
    }
    if let Some(key) = &config.secrets.signing_key
        && keys::signing_key_der(key.expose_secret()).is_none()
    {
        problems.add(
            "FABRICA_SIGNING_KEY",
            "is no Ed25519 key in PKCS#8; `openssl genpkey -algorithm ed25519` makes one",
        );
    }
    mail(config, problems);
    collector(config, problems);
    let tax_id = &config.shop.seller.tax_id;
    let is_tax_id = tax_id.len() == 8 && tax_id.bytes().all(|byte| byte.is_ascii_digit());
    if !tax_id.is_empty() && !is_tax_id {
        problems.add("FABRICA_SELLER_TAX_ID", "write eight digits");
    }
    if let Some((merchant, key, iv)) = &config.ecpay.account {
        account_form(merchant, key, iv, problems);
    }
    if let Some(code) = &config.ecpay.credit_check_code {
        let code = code.expose_secret();
        if !(1..=10).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.add("ECPAY_CREDIT_CHECK_CODE", "write one to ten digits");
        }
    }
    if config
        .logging
        .filter
        .parse::<tracing_subscriber::EnvFilter>()
        .is_err()
    {
        problems.add(
            "FABRICA_LOG",
            "write a level (error, warn, info, debug, trace) or a filter such as info,fabrica=debug",
        );
    }
}

fn collector(config: &Config, problems: &mut Problems) {
    if let Some(address) = &config.logging.collector {
        let url = Url::parse(address.expose_secret()).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            problems.add(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "write the address of a collector, such as http://collector:4318",
            );
        }
    }
}

fn mail(config: &Config, problems: &mut Problems) {
    let sender = match parts::mail_sender(config) {
        Ok(sender) => sender,
        Err(error) => return problems.add("FABRICA_MAIL_FROM", error.to_string()),
    };
    if let Some(url) = &config.mail.smtp_url
        && let Err(error) = Smtp::new(url, sender)
    {
        problems.add("SMTP_URL", error.to_string());
    }
}

fn database(config: &Config, problems: &mut Problems) {
    let url = config.store.database_url.expose_secret();
    let known = ["sqlite:", "postgres:", "postgresql:"];
    if !known.iter().any(|scheme| url.starts_with(scheme)) {
        problems.add(
            "DATABASE_URL",
            "write sqlite://<file>?mode=rwc or postgres://<user>:<password>@<host>/<database>",
        );
    }
    let Some(replica) = &config.store.database_read_url else {
        return;
    };
    let is_postgres = |url: &str| {
        ["postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    };
    if !(is_postgres(url) && is_postgres(replica.expose_secret())) {
        problems.add(
            "DATABASE_READ_URL",
            "write postgres://<user>:<password>@<host>/<database> of a standby of DATABASE_URL, which is a PostgreSQL too",
        );
    }
}

fn account_form(merchant: &str, key: &SecretString, iv: &SecretString, problems: &mut Problems) {
    let is_plain = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !is_plain(merchant, 1, 10) {
        problems.add("ECPAY_MERCHANT_ID", "write one to ten letters or digits");
    }
    for (name, secret) in [("ECPAY_HASH_KEY", key), ("ECPAY_HASH_IV", iv)] {
        // A blank that was pasted along is the commonest cause of wrong signatures.
        if !is_plain(secret.expose_secret(), 8, 64) {
            problems.add(
                name,
                "holds something else than letters and digits, or is cut off",
            );
        }
    }
}

fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

/// What production refuses on top.
pub(super) fn production(config: &Config, problems: &mut Problems) {
    if !config.server.public_url.starts_with("https://") {
        problems.add(
            "FABRICA_PUBLIC_URL",
            "production needs an address that begins with https://",
        );
    }
    let url = config.store.database_url.expose_secret();
    if url.contains(":memory:") || url.contains("mode=memory") {
        problems.add(
            "DATABASE_URL",
            "production needs a database that outlives the process, not one in memory",
        );
    }
    gateway(config, problems);
    match &config.secrets.secret {
        None => problems.add(
            "FABRICA_SECRET",
            "production needs its own; `openssl rand -base64 48` makes one",
        ),
        Some(secret) if is_weak(secret.expose_secret()) => problems.add(
            "FABRICA_SECRET",
            "is not made by chance; `openssl rand -base64 48` makes one",
        ),
        Some(secret) if keys::is_kept(&config.store.data_dir, secret.expose_secret()) => problems
            .add(
                "FABRICA_SECRET",
                "is the development secret of the data directory; make a new one",
            ),
        Some(_) => {}
    }
    if config.secrets.signing_key.is_none() {
        problems.add(
            "FABRICA_SIGNING_KEY",
            "production needs its own; `openssl genpkey -algorithm ed25519` makes one",
        );
    }
    if config.shop.seller.name.is_empty() {
        problems.add(
            "FABRICA_SELLER_NAME",
            "production needs the name on invoices",
        );
    }
}

fn gateway(config: &Config, problems: &mut Problems) {
    if config.ecpay.environment == EcpayEnvironment::Simulator {
        problems.add(
            "ECPAY_ENV",
            "production refuses the simulator: anybody could pay without money; set production",
        );
    }
    let Some((merchant, key, iv)) = &config.ecpay.account else {
        if config.ecpay.environment == EcpayEnvironment::Stage {
            problems.add(
                "ECPAY_MERCHANT_ID",
                "production refuses the public stage account; set your own, with both keys",
            );
        }
        return;
    };
    if PUBLIC_MERCHANTS.contains(&merchant.as_str()) {
        problems.add(
            "ECPAY_MERCHANT_ID",
            "production refuses the public stage account; set your own",
        );
    }
    for (name, secret) in [("ECPAY_HASH_KEY", key), ("ECPAY_HASH_IV", iv)] {
        if PUBLIC_KEYS.contains(&secret.expose_secret().trim()) {
            problems.add(
                name,
                "production refuses a key that ECPay has published; set your own",
            );
        }
    }
}

/// Whether somebody typed it. Chance hardly ever gives so few different characters.
fn is_weak(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    let different: std::collections::BTreeSet<char> = secret.chars().collect();
    different.len() < 12
        || [
            "changeme",
            "change-me",
            "change_me",
            "example",
            "development",
            "insecure",
        ]
        .iter()
        .any(|word| lower.contains(word))
}
