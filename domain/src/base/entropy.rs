//! Randomness as an input, and the ids made from it.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Gives random bytes. The only source of chance in the house.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator, fit for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret is safe: stopping is the only right answer"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A generator that gives the same bytes for the same seed. For tests and rehearsals, never for secrets.
#[derive(Debug)]
pub struct SeededEntropy {
    state: Mutex<u64>,
}

impl SeededEntropy {
    /// Starts the sequence that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: Mutex::new(seed),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64: short, and every seed is a good one.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            for (target, byte) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *target = byte;
            }
        }
    }
}

/// A `UUIDv7` for this instant.
#[must_use]
pub fn uuid_at(entropy: &dyn Entropy, now: DateTime<Utc>) -> Uuid {
    let mut random = [0u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// `length` characters of Crockford's base32 in upper case: easy to read out, hard to confuse.
#[must_use]
pub fn readable_code(entropy: &dyn Entropy, length: usize) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = vec![0u8; length];
    entropy.fill(&mut random);
    random
        .into_iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len()))
        .copied()
        .map(char::from)
        .collect()
}
