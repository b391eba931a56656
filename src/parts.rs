//! The parts of the house that are made from settings: the gateway, the tokens, the simulator.

use std::{error::Error, path::PathBuf, sync::Arc, time::Duration};

use adapters::{
    access_tokens::Ed25519Tokens,
    ecpay::{Ecpay, EcpaySettings},
    mail::{BadSender, Folder, Sender, Smtp, Templates},
    redis::Redis,
    simulator::{Simulator, SimulatorSettings},
};
use domain::{
    base::{clock::SystemClock, entropy::SystemEntropy},
    ports::{AccessTokens, MailWriter, Mailer},
};
use url::Url;

use crate::config::{Config, EcpayEnvironment};

type Failure = Box<dyn Error + Send + Sync>;

/// Where the simulator's addresses begin.
pub const SIMULATOR_PREFIX: &str = "/simulator";

/// How often the simulator sends a notice at most. The real one gives up sooner; ours must outlast a restart.
const MOST_SENDS: u32 = 100;

/// Who our access tokens are for.
const AUDIENCE: &str = "fabrica";

/// ECPay's settings, from ours.
#[must_use]
pub fn ecpay_settings(config: &Config) -> EcpaySettings {
    let public_url = &config.server.public_url;
    let settings = match config.ecpay.environment {
        EcpayEnvironment::Simulator => EcpaySettings::simulator(public_url),
        EcpayEnvironment::Stage => EcpaySettings::stage(public_url),
        EcpayEnvironment::Production => {
            EcpaySettings::production(public_url, String::new(), "".into(), "".into())
        }
    };
    let settings = match config.ecpay.credit_check_code.clone() {
        // The simulator asks for its own.
        Some(code) if config.ecpay.environment != EcpayEnvironment::Simulator => EcpaySettings {
            credit_check_code: Some(code),
            ..settings
        },
        _ => settings,
    };
    match config.ecpay.account.clone() {
        Some((merchant_id, hash_key, hash_iv)) => EcpaySettings {
            merchant_id,
            hash_key,
            hash_iv,
            ..settings
        },
        None => settings,
    }
}

/// Where shoppers pay.
///
/// # Errors
/// A setting that cannot work, by name.
pub fn ecpay(config: &Config) -> Result<Arc<Ecpay>, Failure> {
    let client = adapters::http::client()?;
    Ok(Arc::new(Ecpay::new(ecpay_settings(config), client)?))
}

/// Who signs access tokens.
///
/// # Errors
/// The key is no Ed25519 key.
pub fn access_tokens(
    config: &Config,
    signing_key: &[u8],
) -> Result<Arc<dyn AccessTokens>, Failure> {
    let issuer = config.server.public_url.as_str();
    Ok(Arc::new(Ed25519Tokens::new(signing_key, issuer, AUDIENCE)?))
}

/// What this shop's replicas share, when the settings name one.
///
/// # Errors
/// `REDIS_URL` is no address of a Redis.
pub fn redis(config: &Config, key: [u8; 32]) -> Result<Option<Arc<Redis>>, Failure> {
    let Some(url) = &config.store.redis_url else {
        return Ok(None);
    };
    let redis = Redis::new(url, key).map_err(|error| format!("REDIS_URL: {error}"))?;
    Ok(Some(Arc::new(redis)))
}

/// Who carries mails, and who puts them into words.
#[derive(Clone)]
pub struct Mails {
    /// Carries them.
    pub mailer: Arc<dyn Mailer>,
    /// Puts them into words.
    pub writer: Arc<dyn MailWriter>,
}

/// The mails of these settings: by SMTP, or without it into the data directory.
///
/// # Errors
/// A setting that cannot work, by name.
pub fn mails(config: &Config) -> Result<Mails, Failure> {
    let sender = mail_sender(config).map_err(|error| format!("FABRICA_MAIL_FROM: {error}"))?;
    let mailer: Arc<dyn Mailer> = match &config.mail.smtp_url {
        Some(url) => {
            Arc::new(Smtp::new(url, sender).map_err(|error| format!("SMTP_URL: {error}"))?)
        }
        None => Arc::new(Folder::new(mail_folder(config), sender)),
    };
    let shop = match config.shop.seller.name.as_str() {
        "" => "Fabrica",
        name => name,
    };
    let writer = Templates::new(shop.to_owned(), config.server.public_url.clone())?;
    Ok(Mails {
        mailer,
        writer: Arc::new(writer),
    })
}

/// In whose name mails go out.
///
/// # Errors
/// The setting, or the seller's address, is no address.
pub fn mail_sender(config: &Config) -> Result<Sender, BadSender> {
    let seller = &config.shop.seller;
    if let Some(from) = &config.mail.from {
        return Sender::parse(from);
    }
    if !seller.email.is_empty() {
        return Sender::named(&seller.name, &seller.email);
    }
    // An IP address is no domain that a mail could be from.
    let url = Url::parse(&config.server.public_url).ok();
    let domain = url.as_ref().and_then(|url| url.domain());
    let domain = domain.filter(|domain| domain.contains('.'));
    let address = format!("no-reply@{}", domain.unwrap_or("fabrica.localhost"));
    Sender::named(&seller.name, &address)
}

/// Where mails are put that no server takes.
#[must_use]
pub fn mail_folder(config: &Config) -> PathBuf {
    config.store.data_dir.join("mail")
}

/// ECPay's stand-in, when the settings ask for it. Its trades are kept in the data directory.
///
/// # Errors
/// Its file cannot be read.
pub fn simulator(config: &Config) -> Result<Option<Arc<Simulator>>, Failure> {
    if config.ecpay.environment != EcpayEnvironment::Simulator {
        return Ok(None);
    }
    let ecpay = ecpay_settings(config);
    let settings = SimulatorSettings {
        merchant_id: ecpay.merchant_id,
        hash_key: ecpay.hash_key,
        hash_iv: ecpay.hash_iv,
        prefix: SIMULATOR_PREFIX.to_owned(),
        storage: config.store.data_dir.join("simulator.json"),
        resend_after: Duration::from_secs(config.ecpay.resend_seconds),
        most_sends: MOST_SENDS,
    };
    let simulator = Simulator::open(
        settings,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        adapters::http::client()?,
    )?;
    Ok(Some(simulator))
}

/// Whether this build signs ECPay's published example as ECPay does.
#[must_use]
pub fn signs_as_published() -> bool {
    use adapters::ecpay::{check_mac, settings};
    let fields = [
        ("ChoosePayment", "ALL"),
        ("EncryptType", "1"),
        ("ItemName", "Apple iphone 15"),
        ("MerchantID", "3002607"),
        ("MerchantTradeDate", "2023/03/12 15:30:23"),
        ("MerchantTradeNo", "ecpay20230312153023"),
        ("PaymentType", "aio"),
        ("ReturnURL", "https://www.ecpay.com.tw/receive.php"),
        ("TotalAmount", "30000"),
        ("TradeDesc", "促銷方案"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let signature = check_mac::sign(
        &fields,
        &settings::STAGE_HASH_KEY.into(),
        &settings::STAGE_HASH_IV.into(),
    );
    signature == "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840"
}
