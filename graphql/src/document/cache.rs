//! Documents that were seen before, parsed and bounded. What was refused is not kept: it would push out what
//! is used, and refusing it again is cheap.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::prepare::Prepared;

/// Bytes of a text that weigh as much as a token: a document of comments has few tokens and many bytes.
const BYTES_OF_A_TOKEN: usize = 300;

/// Documents by the hash of their text, those used longest ago given up first.
#[derive(Debug)]
pub(super) struct Cache {
    kept: Mutex<Kept>,
    /// Tokens of all documents: memory follows them, not the number of documents.
    most_tokens: usize,
}

#[derive(Debug)]
struct Kept {
    documents: LruCache<Arc<str>, Arc<Prepared>>,
    tokens: usize,
}

impl Cache {
    pub(super) fn new(most_tokens: usize) -> Self {
        let kept = Kept {
            documents: LruCache::unbounded(),
            tokens: 0,
        };
        Self {
            kept: Mutex::new(kept),
            most_tokens,
        }
    }

    pub(super) fn find(&self, hash: &str) -> Option<Arc<Prepared>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.documents.get(hash).cloned()
    }

    pub(super) fn keep(&self, prepared: &Arc<Prepared>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.tokens += weight(prepared);
        let hash = Arc::clone(&prepared.hash);
        if let Some((_, gone)) = kept.documents.push(hash, Arc::clone(prepared)) {
            kept.tokens -= weight(&gone);
        }
        while kept.tokens > self.most_tokens {
            let Some((_, gone)) = kept.documents.pop_lru() else {
                return;
            };
            kept.tokens -= weight(&gone);
        }
    }
}

fn weight(prepared: &Prepared) -> usize {
    prepared.tokens + prepared.text.len() / BYTES_OF_A_TOKEN
}
