//! Settings for people: what holds now, and what there is to set.

use std::fmt::Write;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    limits,
    model::{Config, LogFormat},
    table::{SETTINGS, Section, Setting, Shown},
};

const SECTIONS: [Section; 8] = [
    Section::Server,
    Section::Limits,
    Section::Storage,
    Section::Secrets,
    Section::Ecpay,
    Section::Mail,
    Section::Shop,
    Section::Observation,
];

/// What holds now, one setting a line. Secrets are told to be set or not, passwords in URLs are cut out.
#[must_use]
pub fn table_of(config: &Config) -> String {
    let mut text = String::new();
    for section in SECTIONS {
        let _ = writeln!(text, "# {}", section.title());
        for setting in SETTINGS.iter().filter(|entry| entry.section == section) {
            let _ = writeln!(text, "{} = {}", setting.name, shown(config, setting));
        }
    }
    text
}

fn shown(config: &Config, setting: &Setting) -> String {
    let value = value(config, setting.name);
    match (setting.shown, value) {
        (_, None) => format!("(not set: {})", setting.default),
        (Shown::Secret, Some(_)) => "(set, hidden)".to_owned(),
        (Shown::Open, Some(value)) => value,
        (Shown::Url, Some(value)) => without_password(&value),
    }
}

fn without_password(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    match Url::parse(text) {
        Ok(mut url) => {
            if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
                return "(set, hidden)".to_owned();
            }
            // Drivers take passwords as parameters too.
            url.set_query(None);
            url.to_string()
        }
        Err(_) => "(set, hidden)".to_owned(),
    }
}

/// The value as it holds now; for a secret, whether there is one.
fn value(config: &Config, name: &str) -> Option<String> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let switch = |on| Some(if on { "on" } else { "off" }.to_owned());
    let set = |is_set: bool| is_set.then(String::new);
    let server = &config.server;
    let seller = &config.shop.seller;
    match name {
        "FABRICA_PROFILE" => given(config.profile.name()),
        "FABRICA_LISTEN" => Some(server.listen.to_string()),
        "FABRICA_PUBLIC_URL" => given(&server.public_url),
        "FABRICA_TRUSTED_PROXIES" => Some(server.trusted_proxies.to_string()),
        "FABRICA_ALLOWED_ORIGINS" => given(&server.allowed_origins.join(",")),
        "FABRICA_INTROSPECTION" => switch(server.introspection),
        "FABRICA_FEDERATION" => switch(server.federation),
        "FABRICA_PLAYGROUND" => switch(server.playground),
        "FABRICA_SHOP" => switch(server.shop),
        "FABRICA_RATE_PER_MINUTE" => Some(server.rates.per_minute.to_string()),
        "FABRICA_RATE_PER_HOUR" => Some(server.rates.per_hour.to_string()),
        "FABRICA_RATE_AUTH_PER_MINUTE" => Some(server.rates.guarded_per_minute.to_string()),
        "FABRICA_REPLICAS" => Some(server.replicas.to_string()),
        "FABRICA_RATE_COST_PER_MINUTE" => Some(server.rates.cost_per_minute.to_string()),
        "FABRICA_TRUSTED_DOCUMENTS" => given(server.trusted_documents.name()),
        "FABRICA_DRAIN_SECONDS" => Some(server.drain_seconds.to_string()),
        "FABRICA_DATA_DIR" => Some(config.store.data_dir.display().to_string()),
        "DATABASE_URL" => given(config.store.database_url.expose_secret()),
        "DATABASE_READ_URL" => exposed(config.store.database_read_url.as_ref()),
        "REDIS_URL" => exposed(config.store.redis_url.as_ref()),
        "SMTP_URL" => exposed(config.mail.smtp_url.as_ref()),
        "FABRICA_MAIL_FROM" => config.mail.from.clone(),
        "FABRICA_MIGRATE" => switch(config.store.migrate),
        "FABRICA_SECRET" => set(config.secrets.secret.is_some()),
        "FABRICA_SIGNING_KEY" => set(config.secrets.signing_key.is_some()),
        "FABRICA_METRICS_TOKEN" => set(config.secrets.metrics_token.is_some()),
        "ECPAY_ENV" => given(config.ecpay.environment.name()),
        "ECPAY_MERCHANT_ID" => config.ecpay.account.as_ref().map(|(id, ..)| id.clone()),
        "ECPAY_HASH_KEY" | "ECPAY_HASH_IV" => set(config.ecpay.account.is_some()),
        "ECPAY_CREDIT_CHECK_CODE" => set(config.ecpay.credit_check_code.is_some()),
        "FABRICA_SIMULATOR_RESEND_SECONDS" => Some(config.ecpay.resend_seconds.to_string()),
        "FABRICA_SELLER_NAME" => given(&seller.name),
        "FABRICA_SELLER_TAX_ID" => given(&seller.tax_id),
        "FABRICA_SELLER_ADDRESS" => given(&seller.address),
        "FABRICA_SELLER_EMAIL" => given(&seller.email),
        "FABRICA_SELLER_PHONE" => given(&seller.phone),
        "FABRICA_ORDER_LIFETIME_HOURS" => Some(config.shop.order_lifetime_hours.to_string()),
        "FABRICA_RENEWAL_LEAD_DAYS" => Some(config.shop.renewal_lead_days.to_string()),
        "FABRICA_DUNNING_DAYS" => {
            let days: Vec<String> = config
                .shop
                .dunning_days
                .iter()
                .map(i64::to_string)
                .collect();
            given(&days.join(","))
        }
        "FABRICA_GRACE_DAYS" => Some(config.shop.grace_days.to_string()),
        "FABRICA_LOG" => given(&config.logging.filter),
        "FABRICA_LOG_FORMAT" => given(match config.logging.format {
            LogFormat::Json => "json",
            LogFormat::Text => "text",
        }),
        "OTEL_EXPORTER_OTLP_ENDPOINT" => exposed(config.logging.collector.as_ref()),
        _ => limits::value(&config.limits, name),
    }
}

fn exposed(secret: Option<&SecretString>) -> Option<String> {
    secret.map(|secret| secret.expose_secret().to_owned())
}

/// `schema/settings.md`: every setting there is.
#[must_use]
pub fn settings_markdown() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         Generated by `fabrica schema --settings`; do not edit.\n\n\
         Set them in the environment, or as `NAME = \"value\"` in the TOML file that `FABRICA_CONFIG` names; \
         the environment wins. `fabrica config` prints what holds, `fabrica doctor` checks it.\n",
    );
    for section in SECTIONS {
        let _ = write!(
            text,
            "\n## {}\n\n| name | what it is | default | secret |\n|---|---|---|---|\n",
            section.title()
        );
        for setting in SETTINGS.iter().filter(|entry| entry.section == section) {
            let secret = match setting.shown {
                Shown::Open => "no",
                Shown::Url => "may hold a password",
                Shown::Secret => "yes",
            };
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {secret} |",
                setting.name,
                setting.what,
                setting.default.replace('<', "&lt;").replace('>', "&gt;"),
            );
        }
    }
    text
}
