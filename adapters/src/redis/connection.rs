//! The way to Redis, and what is known about whether it answers.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::base::mac::hmac_sha256;
use hmac::Mac;
use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

/// Who waits for Redis waits no longer than this: what it does can be done without it.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a Redis that did not answer is not asked.
const PAUSE: Duration = Duration::from_secs(1);

/// The address of Redis cannot be used. Without the address itself, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("no address of a Redis: {0}")]
pub struct BadAddress(String);

/// Redis, whether it is there or not.
pub struct Redis {
    pub(super) client: Client,
    manager: ConnectionManager,
    key: [u8; 32],
    /// Until when it is not asked.
    pause: Mutex<Option<Instant>>,
}

impl Redis {
    /// The Redis at `redis://…` or `rediss://…`. What is kept there is named under `key`, so that nothing in it
    /// tells whom it is about, and shops with other secrets do not meet. Needs a runtime; connects when first asked.
    ///
    /// # Errors
    /// The address is none, or TLS cannot be set up.
    pub fn new(url: &SecretString, key: [u8; 32]) -> Result<Self, BadAddress> {
        let url = url.expose_secret();
        if url.starts_with("rediss:") {
            // Several libraries bring a cryptography of their own; a second call finds the first one's choice.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let bad = |error: RedisError| BadAddress(error.category().to_owned());
        let client = Client::open(url).map_err(bad)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_millis(500)))
            .set_max_delay(PAUSE);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config);
        Ok(Self {
            client,
            manager: manager.map_err(bad)?,
            key,
            pause: Mutex::default(),
        })
    }

    /// How long it takes to answer; nothing when it does not.
    pub async fn answers(&self) -> Option<Duration> {
        let started = Instant::now();
        let mut connection = self.manager.clone();
        let question = redis::cmd("PING");
        let asked = question.exec_async(&mut connection);
        let answered = tokio::time::timeout(Duration::from_secs(1), asked).await;
        answered.ok()?.ok()?;
        Some(started.elapsed())
    }

    pub(super) fn manager(&self) -> ConnectionManager {
        self.manager.clone()
    }

    /// A name that is this shop's own and tells nothing.
    pub(super) fn name(&self, of: &str) -> String {
        let mut mac = hmac_sha256(&self.key);
        mac.update(of.as_bytes());
        let digest = mac.finalize().into_bytes();
        hex::encode(digest.get(..16).unwrap_or(&digest))
    }

    /// What `work` answers in time; nothing when Redis is not there. One that was not there a moment ago is not asked:
    /// nobody pays for its absence but one request each second.
    pub(super) async fn ask<T>(
        &self,
        work: impl Future<Output = Result<T, RedisError>>,
    ) -> Option<T> {
        if self.is_paused() {
            return None;
        }
        let answered = tokio::time::timeout(PATIENCE, work).await;
        let answer = match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.category().to_owned()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        self.note(answer.as_ref().err().map(String::as_str));
        answer.ok()
    }

    fn is_paused(&self) -> bool {
        let pause = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, failure: Option<&str>) {
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        match (failure, pause.is_some()) {
            (Some(reason), false) => {
                tracing::warn!(
                    reason,
                    "Redis does not answer; each replica counts for itself"
                );
            }
            (None, true) => tracing::info!("Redis answers again"),
            _ => {}
        }
        *pause = failure.map(|_| Instant::now() + PAUSE);
    }
}
