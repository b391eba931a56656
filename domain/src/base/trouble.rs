//! What an error of the database means for whoever asked: a defect of ours, a collision with another writer, or an
//! outage. Told by the codes of the engines, never by their texts.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// What an error of the database means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Another transaction wrote the same; nothing was done, and a repeat will most likely work.
    Collision,
    /// The database cannot answer or write now; nothing was done.
    Outage,
    /// Something else: a defect of ours.
    Defect,
}

impl Trouble {
    /// What this error means, where it is not that of a commit ([`is_unsure`]).
    pub(super) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Outage,
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => Self::of_driver(cause),
            _ => Self::Defect,
        }
    }

    fn of_driver(error: &SqlxError) -> Self {
        match error {
            SqlxError::Io(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed => Self::Outage,
            SqlxError::Database(cause) => match cause.code() {
                Some(code) if code.len() == 5 => Self::of_postgres(&code),
                Some(code) => Self::of_sqlite(&code),
                None => Self::Defect,
            },
            _ => Self::Defect,
        }
    }

    fn of_postgres(state: &str) -> Self {
        match state {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => Self::Collision,
            // A lock or a statement took too long; a session sat idle too long; the primary became a standby.
            "55P03" | "57014" | "25P03" | "25006" => Self::Outage,
            // Shut down, crashed, starting up; no connection; too many of them, or the disk is full.
            _ if ["57P", "08", "53"]
                .iter()
                .any(|class| state.starts_with(class)) =>
            {
                Self::Outage
            }
            _ => Self::Defect,
        }
    }

    /// The low byte says what it is, the rest says more of it.
    fn of_sqlite(code: &str) -> Self {
        match code.parse::<u32>().map(|code| code & 0xff) {
            // BUSY, LOCKED
            Ok(5 | 6) => Self::Collision,
            // READONLY, IOERR, FULL, CANTOPEN
            Ok(8 | 10 | 13 | 14) => Self::Outage,
            _ => Self::Defect,
        }
    }
}

/// Whether a commit that failed with this may have been done all the same: the connection broke, or the server went
/// down while it answered.
pub(super) fn is_unsure(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    match cause.as_ref() {
        SqlxError::Io(_) | SqlxError::Protocol(_) | SqlxError::WorkerCrashed => true,
        SqlxError::Database(cause) => cause
            .code()
            .is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collisions_are_told_from_outages_and_both_from_defects() {
        for (code, meaning) in [
            ("40001", Trouble::Collision),
            ("40P01", Trouble::Collision),
            ("57P01", Trouble::Outage),
            ("53300", Trouble::Outage),
            ("08006", Trouble::Outage),
            ("25006", Trouble::Outage),
            ("57014", Trouble::Outage),
            ("23505", Trouble::Defect),
            ("42P01", Trouble::Defect),
        ] {
            assert_eq!(Trouble::of_postgres(code), meaning, "{code}");
        }
        for (code, meaning) in [
            ("5", Trouble::Collision),
            ("517", Trouble::Collision),
            ("8", Trouble::Outage),
            ("1032", Trouble::Outage),
            ("13", Trouble::Outage),
            ("2067", Trouble::Defect),
        ] {
            assert_eq!(Trouble::of_sqlite(code), meaning, "{code}");
        }
    }
}
