//! From values to settings.

use std::{net::SocketAddr, num::NonZeroU32, path::Path};

use entity::invoices::invoice::Party;

use super::{
    check, limits,
    model::{
        Config, Ecpay, EcpayEnvironment, LogFormat, Logging, Mail, Profile, Rates, Secrets, Server,
        Shop, Store, TrustedDocuments,
    },
    problem::Problems,
    reader::Reader,
};

/// The settings of this process: its environment, and the file that `FABRICA_CONFIG` names.
///
/// # Errors
/// Everything that is wrong, by name.
pub fn load() -> Result<Config, Problems> {
    let mut problems = Problems::default();
    let file = match std::env::var("FABRICA_CONFIG") {
        Ok(path) if !path.trim().is_empty() => match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                problems.add("FABRICA_CONFIG", format!("{path} cannot be read: {error}"));
                return Err(problems);
            }
        },
        _ => None,
    };
    // A variable that is not Unicode is nobody's setting, unless its name says so.
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    });
    load_from(environment, file.as_deref())
}

/// The settings in these pairs and this text of a file; the pairs win.
///
/// # Errors
/// Everything that is wrong, by name.
pub fn load_from(
    environment: impl IntoIterator<Item = (String, String)>,
    file: Option<&str>,
) -> Result<Config, Problems> {
    let mut reader = Reader::new(environment, file);
    let config = read(&mut reader);
    let mut problems = reader.problems;
    check::everywhere(&config, &mut problems);
    if config.profile == Profile::Production {
        check::production(&config, &mut problems);
    }
    if problems.0.is_empty() {
        Ok(config)
    } else {
        Err(problems)
    }
}

fn read(reader: &mut Reader) -> Config {
    let profile = reader.one_of(
        "FABRICA_PROFILE",
        Profile::Development,
        &[
            ("development", Profile::Development),
            ("sandbox", Profile::Sandbox),
            ("production", Profile::Production),
        ],
    );
    Config {
        profile,
        server: server(reader, profile),
        limits: limits::read(reader),
        store: store(reader),
        secrets: Secrets {
            secret: reader.secret("FABRICA_SECRET"),
            signing_key: reader.secret("FABRICA_SIGNING_KEY"),
            metrics_token: reader.secret("FABRICA_METRICS_TOKEN"),
        },
        ecpay: ecpay(reader),
        mail: Mail {
            smtp_url: reader.secret("SMTP_URL"),
            from: reader.text("FABRICA_MAIL_FROM"),
        },
        shop: shop(reader, profile),
        logging: Logging {
            filter: reader
                .text("FABRICA_LOG")
                .unwrap_or_else(|| "info".to_owned()),
            format: reader.one_of(
                "FABRICA_LOG_FORMAT",
                if profile == Profile::Development {
                    LogFormat::Text
                } else {
                    LogFormat::Json
                },
                &[("json", LogFormat::Json), ("text", LogFormat::Text)],
            ),
            collector: reader.secret("OTEL_EXPORTER_OTLP_ENDPOINT"),
        },
    }
}

fn server(reader: &mut Reader, profile: Profile) -> Server {
    let listen = reader.parsed(
        "FABRICA_LISTEN",
        SocketAddr::from(([127, 0, 0, 1], 8080)),
        "an address and a port, such as 127.0.0.1:8080",
    );
    let public_url = reader
        .text("FABRICA_PUBLIC_URL")
        .map_or_else(|| own_url(listen), |url| without_slash(&url));
    let allowed_origins = reader
        .text("FABRICA_ALLOWED_ORIGINS")
        .unwrap_or_default()
        .split(',')
        .map(without_slash)
        .filter(|origin| !origin.is_empty())
        .collect();
    let open = profile != Profile::Production;
    let drain = if profile == Profile::Development {
        0
    } else {
        5
    };
    Server {
        listen,
        public_url,
        trusted_proxies: usize::try_from(reader.number("FABRICA_TRUSTED_PROXIES", 0, 0, 10))
            .unwrap_or_default(),
        allowed_origins,
        introspection: reader.switch("FABRICA_INTROSPECTION", open),
        playground: reader.switch("FABRICA_PLAYGROUND", open),
        shop: reader.switch("FABRICA_SHOP", true),
        federation: reader.switch("FABRICA_FEDERATION", false),
        trusted_documents: reader.one_of(
            "FABRICA_TRUSTED_DOCUMENTS",
            TrustedDocuments::Prefer,
            &[
                ("off", TrustedDocuments::Off),
                ("prefer", TrustedDocuments::Prefer),
                ("only", TrustedDocuments::Only),
            ],
        ),
        rates: rates(reader, profile),
        replicas: u32::try_from(reader.number("FABRICA_REPLICAS", 1, 1, 1000))
            .ok()
            .and_then(NonZeroU32::new)
            .unwrap_or(NonZeroU32::MIN),
        drain_seconds: reader.number("FABRICA_DRAIN_SECONDS", drain, 0, 20),
    }
}

/// On a developer's machine the playground and the tests are to breathe.
fn rates(reader: &mut Reader, profile: Profile) -> Rates {
    let generous = match profile {
        Profile::Development => 10,
        Profile::Sandbox | Profile::Production => 1,
    };
    let mut rate = |name, usual: u64| {
        let rate = reader.number(name, usual * generous, 0, 10_000_000);
        u32::try_from(rate).unwrap_or(u32::MAX)
    };
    Rates {
        per_minute: rate("FABRICA_RATE_PER_MINUTE", 60),
        per_hour: rate("FABRICA_RATE_PER_HOUR", 1000),
        guarded_per_minute: rate("FABRICA_RATE_AUTH_PER_MINUTE", 10),
        cost_per_minute: rate("FABRICA_RATE_COST_PER_MINUTE", 10_000),
    }
}

/// An address that a browser on this machine can open.
fn own_url(listen: SocketAddr) -> String {
    let mut listen = listen;
    if listen.ip().is_unspecified() {
        listen.set_ip([127, 0, 0, 1].into());
    }
    format!("http://{listen}")
}

fn without_slash(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

fn store(reader: &mut Reader) -> Store {
    let data_dir = reader
        .text("FABRICA_DATA_DIR")
        .unwrap_or_else(|| "./data".to_owned());
    let data_dir = Path::new(&data_dir).to_path_buf();
    let database_url = reader.secret("DATABASE_URL").unwrap_or_else(|| {
        let file = data_dir.join("fabrica.db");
        format!("sqlite://{}?mode=rwc", file.display()).into()
    });
    Store {
        data_dir,
        database_url,
        database_read_url: reader.secret("DATABASE_READ_URL"),
        redis_url: reader.secret("REDIS_URL"),
        migrate: reader.switch("FABRICA_MIGRATE", true),
    }
}

fn ecpay(reader: &mut Reader) -> Ecpay {
    let environment = reader.one_of(
        "ECPAY_ENV",
        EcpayEnvironment::Simulator,
        &[
            ("simulator", EcpayEnvironment::Simulator),
            ("stage", EcpayEnvironment::Stage),
            ("production", EcpayEnvironment::Production),
        ],
    );
    let names = ["ECPAY_MERCHANT_ID", "ECPAY_HASH_KEY", "ECPAY_HASH_IV"];
    let account = match (
        reader.text(names[0]),
        reader.secret(names[1]),
        reader.secret(names[2]),
    ) {
        (Some(merchant), Some(key), Some(iv)) => Some((merchant, key, iv)),
        (None, None, None) if environment != EcpayEnvironment::Production => None,
        _ => {
            for name in names {
                if reader.text(name).is_none() {
                    reader.problems.add(
                        name,
                        "is missing; set the merchant id, hash key and hash iv of one account together",
                    );
                }
            }
            None
        }
    };
    Ecpay {
        environment,
        account,
        credit_check_code: reader.secret("ECPAY_CREDIT_CHECK_CODE"),
        resend_seconds: reader.number("FABRICA_SIMULATOR_RESEND_SECONDS", 5, 1, 3600),
    }
}

fn shop(reader: &mut Reader, profile: Profile) -> Shop {
    let text = |name| reader.text(name).unwrap_or_default();
    let mut seller = Party {
        name: text("FABRICA_SELLER_NAME"),
        tax_id: text("FABRICA_SELLER_TAX_ID"),
        address: text("FABRICA_SELLER_ADDRESS"),
        email: text("FABRICA_SELLER_EMAIL"),
        phone: text("FABRICA_SELLER_PHONE"),
    };
    // An invoice looks like one from the first day; production names its own.
    if profile != Profile::Production && seller == Party::default() {
        seller = demo_seller();
    }
    let mut number = |name, default: u32, least, most| {
        let value = reader.number(name, default.into(), least, most);
        u32::try_from(value).unwrap_or(default)
    };
    Shop {
        seller,
        order_lifetime_hours: number("FABRICA_ORDER_LIFETIME_HOURS", 24, 1, 720),
        renewal_lead_days: number("FABRICA_RENEWAL_LEAD_DAYS", 3, 0, 30),
        grace_days: number("FABRICA_GRACE_DAYS", 3, 0, 60),
        dunning_days: dunning_days(reader),
    }
}

/// The ladder of reminders: each day later than the one before.
fn dunning_days(reader: &mut Reader) -> Vec<i64> {
    const NAME: &str = "FABRICA_DUNNING_DAYS";
    let text = reader.text(NAME).unwrap_or_else(|| "1,3,5,7".to_owned());
    let days = text.split(',').map(|day| day.trim().parse());
    let days = days.collect::<Result<Vec<i64>, _>>().unwrap_or_default();
    let in_bounds = days.iter().all(|day| (1..=60).contains(day));
    if days.is_empty() || !in_bounds || !days.is_sorted_by(|one, next| one < next) {
        reader.problems.add(
            NAME,
            "write days from 1 to 60, each later than the one before, such as 1,3,5,7",
        );
    }
    days
}

/// A company that does not exist: its tax id passes the arithmetic and belongs to nobody's shop.
fn demo_seller() -> Party {
    Party {
        name: "示範商店股份有限公司 Demo Shop Ltd.".to_owned(),
        tax_id: "12345675".to_owned(),
        address: "臺北市信義區示範路 1 號".to_owned(),
        email: "billing@demo.example".to_owned(),
        phone: "02-0000-0000".to_owned(),
    }
}
