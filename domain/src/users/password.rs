//! Passwords: argon2id, in a room where only so many are hashed at once.

use std::{hint::black_box, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::base::{Code, Error, Op, Result};

/// 19 MiB, two passes, one lane.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => unreachable!(),
};
/// How long a password waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// Whether a password fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It does; `outdated` when it should be hashed anew with today's parameters.
    Right { outdated: bool },
    /// It does not, or there was none to compare with.
    Wrong,
}

/// Refuses what cannot be a new password, before it costs anything.
pub(super) fn check(field: &'static str, password: &str) -> Result<()> {
    check_length(field, password)?;
    if password.chars().count() < SHORTEST {
        return Err(Error::invalid(
            field,
            Code::TooShort,
            format!("A password has at least {SHORTEST} characters."),
        ));
    }
    Ok(())
}

/// Refuses what is too long to be anybody's password, before it costs anything.
pub(super) fn check_length(field: &'static str, password: &str) -> Result<()> {
    // No character has more than four bytes: a text that is longer need not even be counted.
    if password.len() > 4 * LONGEST || password.chars().count() > LONGEST {
        return Err(Error::invalid(
            field,
            Code::TooLong,
            format!("A password has at most {LONGEST} characters."),
        ));
    }
    Ok(())
}

/// The password in PHC form.
///
/// # Errors
/// [`Error::Busy`] when too many others are being hashed.
pub(super) async fn hash(op: &Op, password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    op.app().entropy.fill(&mut salt);
    let password = password.to_owned();
    in_the_hashing_room(op, move || derive(&password, &salt)).await?
}

/// Compares. Without a stored one it works just as long, so that time does not tell who has an account.
///
/// # Errors
/// [`Error::Busy`] when too many others are being hashed.
pub(super) async fn verify(op: &Op, password: &str, stored: Option<&str>) -> Result<Verdict> {
    let stored = stored
        .filter(|stored| !stored.is_empty())
        .map(str::to_owned);
    let password = password.to_owned();
    in_the_hashing_room(op, move || match stored {
        Some(stored) => compare(&password, &stored),
        None => {
            black_box(derive(&password, b"nobody's salt...")?);
            Ok(Verdict::Wrong)
        }
    })
    .await?
}

/// Runs the work on a thread that may be kept busy. The permit goes with it: a caller who goes away frees
/// its place only when the work is done.
async fn in_the_hashing_room<T: Send + 'static>(
    op: &Op,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let room = op.app().hashing.clone().acquire_owned();
    let permit = tokio::time::timeout(PATIENCE, room)
        .await
        .map_err(|_| Error::Busy {
            retry_after_seconds: 2,
        })?
        .map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        let outcome = work();
        drop(permit);
        outcome
    })
    .await
    .map_err(Error::internal)
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

fn derive(password: &str, salt: &[u8]) -> Result<String> {
    let hash: PasswordHash = hasher()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(unreadable)?;
    Ok(hash.to_string())
}

fn compare(password: &str, stored: &str) -> Result<Verdict> {
    let stored = PasswordHash::new(stored).map_err(|error| Error::internal(error.to_string()))?;
    match hasher().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(Verdict::Right {
            outdated: is_outdated(&stored)?,
        }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(unreadable(error)),
    }
}

fn is_outdated(stored: &PasswordHash) -> Result<bool> {
    let params = Params::try_from(stored).map_err(unreadable)?;
    let same = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into())
        && params.m_cost() == PARAMS.m_cost()
        && params.t_cost() == PARAMS.t_cost()
        && params.p_cost() == PARAMS.p_cost();
    Ok(!same)
}

fn unreadable(error: argon2::password_hash::Error) -> Error {
    Error::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_8_to_128_characters_whatever_their_bytes() {
        let of = |count: usize, c: &str| check("password", &c.repeat(count)).map_err(|e| e.code());
        assert_eq!(of(7, "a"), Err("TOO_SHORT"));
        assert_eq!(of(7, "密"), Err("TOO_SHORT"), "21 bytes, 7 characters");
        assert_eq!(of(8, "密"), Ok(()));
        assert_eq!(of(128, "🔑"), Ok(()), "512 bytes");
        assert_eq!(of(129, "a"), Err("TOO_LONG"));
        assert_eq!(of(100 * 1024, "a"), Err("TOO_LONG"));
    }

    #[test]
    fn the_stored_form_names_its_parameters_and_fits_its_password_alone() {
        let stored = derive("correct horse", b"0123456789abcdef").unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(
            compare("correct horse", &stored).unwrap(),
            Verdict::Right { outdated: false }
        );
        assert_eq!(compare("Correct horse", &stored).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_cheaper_hash_of_old_is_right_but_outdated() {
        let cheap = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).unwrap(),
        );
        let stored: PasswordHash = cheap
            .hash_password_with_salt(b"correct horse", b"0123456789abcdef")
            .unwrap();
        assert_eq!(
            compare("correct horse", &stored.to_string()).unwrap(),
            Verdict::Right { outdated: true }
        );
    }

    #[test]
    fn nobody_s_password_costs_what_somebody_s_costs() {
        let dummy = derive("anything", b"nobody's salt...").unwrap();
        let dummy = PasswordHash::new(&dummy).unwrap();
        assert!(!is_outdated(&dummy).unwrap());
    }
}
