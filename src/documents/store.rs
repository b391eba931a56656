//! The imported documents as this process knows them. Others import while it runs: an id that it does not know
//! makes it look again, once a second at most, so that a flood of invented ids does not reach the database.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use domain::base::{App, Error, Result, trusted_documents};
use tokio::{sync::Mutex, time::Instant};

/// The documents by their ids.
type Known = HashMap<Box<str>, Arc<str>>;

/// What this process knows of the imported documents.
#[derive(Debug)]
pub struct Store {
    known: RwLock<Arc<Known>>,
    /// When it last looked, and whether the database answered.
    looked: Mutex<Option<(Instant, bool)>>,
    /// How long an answer of the database is believed.
    pub patience: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            known: RwLock::default(),
            looked: Mutex::new(None),
            patience: Duration::from_secs(1),
        }
    }
}

impl Store {
    /// The text of the document with this id: a tool's, or the SHA-256 of the text in lower-case hex.
    ///
    /// # Errors
    /// It is not known here and the database does not answer.
    pub async fn find(&self, app: &App, id: &str) -> Result<Option<Arc<str>>> {
        if let Some(text) = self.known(id) {
            return Ok(Some(text));
        }
        self.look_again(app).await?;
        Ok(self.known(id))
    }

    /// Whether the document with this id is known here.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.known(id).is_some()
    }

    /// Reads what was imported since the last time, unless that was a moment ago.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn look_again(&self, app: &App) -> Result<()> {
        let mut looked = self.looked.lock().await;
        match *looked {
            Some((at, true)) if at.elapsed() < self.patience => return Ok(()),
            // Whoever waited in line meanwhile does not make it longer.
            Some((at, false)) if at.elapsed() < self.patience => {
                return Err(Error::Busy {
                    retry_after_seconds: 1,
                });
            }
            _ => {}
        }
        let read = self.read(app).await;
        *looked = Some((Instant::now(), read.is_ok()));
        read
    }

    async fn read(&self, app: &App) -> Result<()> {
        let reader = app.database.reader();
        let count = trusted_documents::count(reader).await?;
        if usize::try_from(count).is_ok_and(|count| count == self.all().len()) {
            return Ok(());
        }
        let mut texts: HashMap<String, Arc<str>> = HashMap::new();
        let stored = trusted_documents::all(reader).await?;
        let known = stored.into_iter().map(|each| {
            let text = texts
                .entry(each.sha256)
                .or_insert_with(|| each.text.as_str().into());
            (each.id.into(), Arc::clone(text))
        });
        let known: Known = known.collect();
        tracing::info!(documents = texts.len(), "trusted documents were read");
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    fn known(&self, id: &str) -> Option<Arc<str>> {
        self.all().get(id).cloned()
    }

    fn all(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}
