//! Keys: given by settings, or made once and kept in the data directory.

use std::{
    io::{self, Write},
    path::Path,
};

use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::base::{
    entropy::{Entropy, SystemEntropy},
    mac::hmac_sha256,
};
use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::model::Config;

const SECRET_FILE: &str = "secret.key";
const SIGNING_FILE: &str = "signing.key";

/// The keys of this process.
pub struct Keys {
    /// Signs links.
    pub links: [u8; 32],
    /// Derives refresh tokens.
    pub refresh: [u8; 32],
    /// Derives the codes in mails.
    pub codes: [u8; 32],
    /// Names what this shop keeps in Redis.
    pub redis: [u8; 32],
    /// Signs access tokens: PKCS#8, DER.
    pub signing: Vec<u8>,
}

/// The keys of these settings. What was not given is made, and kept in files for the owner alone.
///
/// # Errors
/// A file can neither be read nor made.
pub fn keys(config: &Config) -> io::Result<Keys> {
    let directory = &config.store.data_dir;
    let secret = match &config.secrets.secret {
        Some(secret) => secret.clone(),
        None => kept(directory, SECRET_FILE, new_secret)?,
    };
    let signing = match &config.secrets.signing_key {
        Some(key) => key.clone(),
        None => kept(directory, SIGNING_FILE, new_signing_key)?,
    };
    let signing = signing_key_der(signing.expose_secret()).ok_or_else(|| {
        io::Error::other(format!(
            "{SIGNING_FILE} in the data directory is damaged; remove it and a new one is made"
        ))
    })?;
    Ok(Keys {
        links: derived(&secret, "fabrica/links/1"),
        refresh: derived(&secret, "fabrica/refresh-tokens/1"),
        codes: derived(&secret, "fabrica/one-time-codes/1"),
        redis: derived(&secret, "fabrica/redis/1"),
        signing,
    })
}

/// Whether this is the secret that the data directory keeps for development.
pub(super) fn is_kept(directory: &Path, secret: &str) -> bool {
    std::fs::read_to_string(directory.join(SECRET_FILE)).is_ok_and(|text| text.trim() == secret)
}

/// The DER form of an Ed25519 key in PEM or base64; nothing when it is no such key.
pub(super) fn signing_key_der(text: &str) -> Option<Vec<u8>> {
    let base64: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .filter(|character| !character.is_whitespace())
        .collect();
    let der = STANDARD.decode(base64).ok()?;
    Ed25519KeyPair::from_pkcs8(&der).ok()?;
    Some(der)
}

fn derived(secret: &SecretString, purpose: &str) -> [u8; 32] {
    let key: [u8; 32] = Sha256::digest(secret.expose_secret()).into();
    let mut mac = hmac_sha256(&key);
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn new_secret() -> io::Result<String> {
    let mut bytes = [0u8; 48];
    SystemEntropy.fill(&mut bytes);
    Ok(STANDARD.encode(bytes))
}

fn new_signing_key() -> io::Result<String> {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|_| io::Error::other("the machine cannot make an Ed25519 key"))?;
    Ok(STANDARD.encode(document.as_ref()))
}

/// The text of the file; made with `make`, for the owner alone, when it is not there.
fn kept(
    directory: &Path,
    name: &str,
    make: fn() -> io::Result<String>,
) -> io::Result<SecretString> {
    let path = directory.join(name);
    let about =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(text) => return Ok(text.trim().into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(about(error)),
    }
    std::fs::create_dir_all(directory).map_err(about)?;
    let text = make()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(about)?;
            Ok(text.into())
        }
        // Another process was quicker: its key is the one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(&path).map_err(about)?.trim().into())
        }
        Err(error) => Err(about(error)),
    }
}
