//! Each refusal, by name, and that no secret is ever printed.

use super::*;

const SECRET: &str = "q8Vn2Lz7Xw4Rk9Tb3Yd6Hc1Mf5Jp0Gs+Ae/uIoKt";
const HASH_KEY: &str = "ownKeyOfTheShop1";

fn signing_key() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let document =
        aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
            .unwrap();
    STANDARD.encode(document.as_ref())
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A production that starts, with some settings changed; an empty value takes the setting away.
fn production(changes: &[(&str, &str)]) -> Result<Config, Problems> {
    let key = signing_key();
    let mut values = pairs(&[
        ("FABRICA_PROFILE", "production"),
        ("FABRICA_PUBLIC_URL", "https://shop.example"),
        ("FABRICA_SECRET", SECRET),
        ("FABRICA_SIGNING_KEY", &key),
        ("FABRICA_SELLER_NAME", "Good Goods Ltd."),
        ("DATABASE_URL", "postgres://shop:hunter2@db.example/shop"),
        ("ECPAY_ENV", "production"),
        ("ECPAY_MERCHANT_ID", "7654321"),
        ("ECPAY_HASH_KEY", HASH_KEY),
        ("ECPAY_HASH_IV", "ownIvOfTheShop12"),
    ]);
    values.extend(pairs(changes));
    load_from(values, None)
}

fn development(changes: &[(&str, &str)]) -> Result<Config, Problems> {
    load_from(pairs(changes), None)
}

#[track_caller]
fn refused(result: Result<Config, Problems>, name: &str) {
    let problems = result.expect_err(name);
    assert_eq!(problems.0.len(), 1, "only {name} is wrong: {problems}");
    assert!(problems.names(name), "{problems}");
}

#[test]
fn nothing_needs_to_be_set_for_development() {
    let config = development(&[]).unwrap();
    assert_eq!(config.profile, Profile::Development);
    assert_eq!(config.server.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.ecpay.environment, EcpayEnvironment::Simulator);
    assert_eq!(config.logging.format, LogFormat::Text);
}

#[test]
fn a_complete_production_starts() {
    let config = production(&[]).unwrap();
    assert_eq!(config.logging.format, LogFormat::Json);
    assert!(!config.server.introspection && !config.server.playground);
}

#[test]
fn production_refuses_what_is_only_fit_for_trying_out() {
    for (name, value) in [
        ("ECPAY_ENV", "simulator"),
        ("ECPAY_MERCHANT_ID", "3002607"),
        ("ECPAY_MERCHANT_ID", "2000132"),
        ("ECPAY_HASH_KEY", "pwFHCqoQZGmho4w6"),
        ("ECPAY_HASH_KEY", "XBERn1YOvpM9nfZc"),
        ("ECPAY_HASH_IV", "EkRm7iFT261dpevs"),
        ("FABRICA_PUBLIC_URL", "http://shop.example"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("DATABASE_URL", "sqlite://shop?mode=memory"),
        ("FABRICA_SECRET", ""),
        ("FABRICA_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("FABRICA_SECRET", "please-change-me-0123456789abcdefghijkl"),
        ("FABRICA_SIGNING_KEY", ""),
        ("FABRICA_SELLER_NAME", ""),
    ] {
        refused(production(&[(name, value)]), name);
    }
}

#[test]
fn production_refuses_the_stage_account_that_stage_falls_back_to() {
    let result = production(&[
        ("ECPAY_ENV", "stage"),
        ("ECPAY_MERCHANT_ID", ""),
        ("ECPAY_HASH_KEY", ""),
        ("ECPAY_HASH_IV", ""),
    ]);
    refused(result, "ECPAY_MERCHANT_ID");
}

#[test]
fn a_value_that_cannot_work_is_named() {
    for (name, value) in [
        ("FABRICA_PROFILE", "prod"),
        ("FABRICA_LISTEN", "8080"),
        ("FABRICA_PUBLIC_URL", "shop.example"),
        ("FABRICA_PUBLIC_URL", "https://shop.example/store"),
        ("FABRICA_ALLOWED_ORIGINS", "*"),
        ("FABRICA_TRUSTED_PROXIES", "-1"),
        ("FABRICA_INTROSPECTION", "yes"),
        ("FABRICA_DRAIN_SECONDS", "21"),
        ("DATABASE_URL", "mysql://db"),
        ("FABRICA_SECRET", "short"),
        ("FABRICA_SIGNING_KEY", "bm8ga2V5"),
        ("FABRICA_SELLER_TAX_ID", "1234567"),
        ("FABRICA_ORDER_LIFETIME_HOURS", "0"),
        ("FABRICA_RENEWAL_LEAD_DAYS", "31"),
        ("FABRICA_DUNNING_DAYS", "3,1"),
        ("FABRICA_DUNNING_DAYS", "1,1"),
        ("FABRICA_DUNNING_DAYS", "0,3"),
        ("FABRICA_DUNNING_DAYS", "1,61"),
        ("FABRICA_DUNNING_DAYS", "1;3"),
        ("FABRICA_DUNNING_DAYS", ","),
        ("FABRICA_GRACE_DAYS", "-1"),
        ("FABRICA_LOG", "fabrica=noisy"),
        ("FABRICA_LOG_FORMAT", "xml"),
    ] {
        refused(development(&[(name, value)]), name);
    }
    refused(
        production(&[("ECPAY_HASH_IV", "ownIvOfTheShop12 ")]),
        "ECPAY_HASH_IV",
    );
    refused(production(&[("ECPAY_HASH_KEY", "")]), "ECPAY_HASH_KEY");
}

#[test]
fn a_mistyped_name_is_told_with_the_right_one() {
    for name in ["FABRICA_LISTN", "ECPAY_HASHKEY"] {
        refused(development(&[(name, "1")]), name);
    }
    let problems = development(&[("FABRICA_LISTN", "1")]).unwrap_err();
    assert!(
        problems
            .to_string()
            .contains("did you mean FABRICA_LISTEN?"),
        "{problems}"
    );
    assert!(development(&[("FABRICA_TEST_POSTGRES", "x"), ("PATH", "/bin")]).is_ok());
    let problems = load_from([], Some("REDIS_URI = \"x\"")).unwrap_err();
    assert!(
        problems.names("REDIS_URI"),
        "a file holds nothing but settings"
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "FABRICA_LISTEN = \"127.0.0.1:1\"\nFABRICA_ORDER_LIFETIME_HOURS = 48\n";
    let config = load_from(pairs(&[("FABRICA_LISTEN", "127.0.0.1:2")]), Some(file)).unwrap();
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.shop.order_lifetime_hours, 48);
}

#[test]
fn no_secret_is_ever_printed() {
    let config = production(&[("FABRICA_METRICS_TOKEN", "metrics-canary")]).unwrap();
    let texts = [
        table_of(&config),
        format!("{config:?}"),
        production(&[
            ("FABRICA_SECRET", "canary-too-short"),
            ("ECPAY_HASH_KEY", "canary key"),
        ])
        .unwrap_err()
        .to_string(),
        load_from([], Some("FABRICA_SECRET = canary"))
            .unwrap_err()
            .to_string(),
    ];
    for text in texts {
        for secret in [SECRET, HASH_KEY, "hunter2", "canary"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn keys_are_made_once_and_for_the_owner_alone() {
    let directory = std::env::temp_dir().join(format!("fabrica-keys-{}", std::process::id()));
    let config = development(&[("FABRICA_DATA_DIR", directory.to_str().unwrap())]).unwrap();
    let first = keys(&config).unwrap();
    let second = keys(&config).unwrap();
    assert_eq!((first.links, first.signing), (second.links, second.signing));
    assert_ne!(first.links, first.refresh, "each purpose has its own key");
    #[cfg(unix)]
    for name in ["secret.key", "signing.key"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let kept = std::fs::read_to_string(directory.join("secret.key")).unwrap();
    let reused = production(&[
        ("FABRICA_DATA_DIR", directory.to_str().unwrap()),
        ("FABRICA_SECRET", &kept),
    ]);
    refused(reused, "FABRICA_SECRET");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn every_setting_stands_in_the_documentation() {
    let text = settings_markdown();
    for setting in SETTINGS {
        assert!(
            text.contains(&format!("| `{}` |", setting.name)),
            "{}",
            setting.name
        );
    }
}

#[test]
fn the_ladder_of_reminders_is_a_list_of_days() {
    let days = |changes: &[(&str, &str)]| development(changes).unwrap().shop.dunning_days;
    assert_eq!(days(&[]), [1, 3, 5, 7]);
    let own = [("FABRICA_DUNNING_DAYS", " 2, 10 ,60 ")];
    assert_eq!(days(&own), [2, 10, 60]);
    assert!(table_of(&development(&own).unwrap()).contains("FABRICA_DUNNING_DAYS = 2,10,60\n"));
}

#[test]
fn shares_are_generous_on_a_developer_s_machine_alone() {
    let rates = |config: Config| {
        let rates = config.server.rates;
        [
            rates.per_minute,
            rates.per_hour,
            rates.guarded_per_minute,
            rates.cost_per_minute,
        ]
    };
    assert_eq!(
        rates(development(&[]).unwrap()),
        [600, 10_000, 100, 100_000]
    );
    assert_eq!(rates(production(&[]).unwrap()), [60, 1000, 10, 10_000]);
    let off = production(&[("FABRICA_RATE_PER_HOUR", "0")]).unwrap();
    assert_eq!(rates(off), [60, 0, 10, 10_000]);
    refused(
        production(&[("FABRICA_RATE_PER_MINUTE", "-1")]),
        "FABRICA_RATE_PER_MINUTE",
    );
}

#[test]
fn a_mail_server_and_a_sender_are_looked_at_before_the_first_mail() {
    let smtp = [("SMTP_URL", "smtps://shop:hunter2@mail.example")];
    let config = production(&smtp).unwrap();
    assert!(config.mail.smtp_url.is_some());
    assert!(!print::table_of(&config).contains("hunter2"));
    for wrong in ["mail.example", "http://mail.example", "smtps://"] {
        refused(production(&[("SMTP_URL", wrong)]), "SMTP_URL");
    }
    for right in ["shop@shop.example", "Good Goods <shop@shop.example>"] {
        production(&[("FABRICA_MAIL_FROM", right)]).unwrap();
    }
    for wrong in ["shop", "Good Goods <shop>", "a@b.example, c@d.example"] {
        refused(
            production(&[("FABRICA_MAIL_FROM", wrong)]),
            "FABRICA_MAIL_FROM",
        );
    }
}
