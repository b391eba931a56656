//! What flows do that is no move of a single room.

use entity::id::StatementImportId;
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, event::Sample};

/// A gateway's statement was taken in.
#[derive(Debug, Serialize)]
pub struct StatementImported {
    /// Which.
    pub statement_id: StatementImportId,
    /// Which gateway's.
    pub gateway: String,
    /// How many payments and refunds it tells of.
    pub lines: usize,
    /// How many nobody knew.
    pub new: usize,
    /// How many say something else than before.
    pub changed: usize,
    /// How many journals were booked.
    pub booked: usize,
}

impl Event for StatementImported {
    const KIND: &'static str = "statement.imported";

    fn subject(&self) -> String {
        self.statement_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    Ok(vec![Sample::of(&StatementImported {
        statement_id: StatementImportId(Uuid::nil()),
        gateway: "ecpay".to_owned(),
        lines: 120,
        new: 100,
        changed: 1,
        booked: 40,
    })?])
}
