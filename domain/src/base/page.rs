//! Pages of a list, by key and not by offset: rows that come or go between two pages shift nothing.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::{Code, Error, Result};

/// The most rows a page may ask for.
pub const MOST: u64 = 100;
/// The rows of a page that does not say.
pub const DEFAULT: u64 = 20;

/// Which page.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// How many from the beginning (or after `after`).
    pub first: Option<i32>,
    /// Only what follows this cursor.
    pub after: Option<String>,
    /// How many from the end (or before `before`).
    pub last: Option<i32>,
    /// Only what precedes this cursor.
    pub before: Option<String>,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Small first.
    Ascending,
    /// Large first.
    Descending,
}

/// What a list is sorted by, and how to read that from a row. The id breaks ties.
pub struct Sort<E: EntityTrait> {
    /// A name for the cursor, so that one of another sorting is recognised.
    pub name: &'static str,
    /// The column.
    pub column: E::Column,
    /// The column of the id.
    pub id_column: E::Column,
    /// Which way.
    pub direction: Direction,
    /// The value of the column in a row.
    pub key: fn(&E::Model) -> SortKey,
    /// The id of a row.
    pub id: fn(&E::Model) -> Uuid,
}

/// A value that a list can be sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// An instant.
    Time(DateTime<Utc>),
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl SortKey {
    /// Whether the column could hold it. A cursor comes from outside: a database that is asked to compare an
    /// instant with a number, or to take a text it cannot store, fails instead of finding nothing.
    fn fits(&self, column: &impl ColumnTrait) -> bool {
        use sea_orm::ColumnType;
        let column = column.def();
        match (self, column.get_column_type()) {
            (Self::Time(time), ColumnType::TimestampWithTimeZone) => {
                (1..=9999).contains(&time.year())
            }
            (Self::Text(text), ColumnType::String(_) | ColumnType::Text) => !text.contains('\0'),
            (Self::Number(_), ColumnType::BigInteger) => true,
            (Self::Number(number), ColumnType::Integer) => i32::try_from(*number).is_ok(),
            _ => false,
        }
    }
}

impl From<SortKey> for Value {
    fn from(key: SortKey) -> Self {
        match key {
            SortKey::Time(time) => time.into(),
            SortKey::Text(text) => text.into(),
            SortKey::Number(number) => number.into(),
        }
    }
}

/// A place in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// The version of this form.
    v: u8,
    /// The sorting it belongs to.
    s: String,
    k: SortKey,
    i: Uuid,
}

/// A page of rows, each with its cursor.
#[derive(Debug)]
pub struct Page<M> {
    /// The rows, in the order of the list.
    pub rows: Vec<(String, M)>,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether some precede.
    pub has_previous: bool,
}

/// Reads one page of what `select` gives, in one statement.
///
/// # Errors
/// A size outside 1 to 100, `first` together with `last`, or a cursor that is not of this list.
pub async fn fetch<E, C>(
    database: &C,
    select: Select<E>,
    sort: &Sort<E>,
    request: &PageRequest,
) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let (size, backwards) = size_of(request)?;
    let mut select = select;
    if let Some(after) = &request.after {
        select = select.filter(beyond(sort, &read_cursor(sort, after, "after")?, false));
    }
    if let Some(before) = &request.before {
        select = select.filter(beyond(sort, &read_cursor(sort, before, "before")?, true));
    }
    let order = match (sort.direction == Direction::Ascending) ^ backwards {
        true => Order::Asc,
        false => Order::Desc,
    };
    let mut rows = select
        .order_by(sort.column, order.clone())
        .order_by(sort.id_column, order)
        .limit(size + 1)
        .all(database)
        .await?;
    let more = u64::try_from(rows.len()).unwrap_or(u64::MAX) > size;
    if more {
        rows.pop();
    }
    if backwards {
        rows.reverse();
    }
    let (has_next, has_previous) = match backwards {
        false => (more, request.after.is_some()),
        true => (request.before.is_some(), more),
    };
    let rows = rows
        .into_iter()
        .map(|row| Ok((write_cursor(sort, &row)?, row)))
        .collect::<Result<_>>()?;
    Ok(Page {
        rows,
        has_next,
        has_previous,
    })
}

/// How many rows the whole list has.
///
/// # Errors
/// The database does not answer.
pub async fn count<E, C>(database: &C, select: Select<E>) -> Result<u64>
where
    E: EntityTrait,
    E::Model: Sync,
    C: ConnectionTrait,
{
    Ok(select.count(database).await?)
}

fn size_of(request: &PageRequest) -> Result<(u64, bool)> {
    let (field, asked, backwards) = match (request.first, request.last) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid(
                "last",
                Code::Malformed,
                "Ask for the first or for the last rows, not for both.",
            ));
        }
        (first, None) => ("first", first, false),
        (None, last) => ("last", last, true),
    };
    match asked.map(u64::try_from) {
        None => Ok((DEFAULT, backwards)),
        Some(Ok(size)) if (1..=MOST).contains(&size) => Ok((size, backwards)),
        Some(_) => Err(Error::invalid(
            field,
            Code::OutOfRange,
            format!("A page has 1 to {MOST} rows."),
        )),
    }
}

/// The rows beyond the cursor, in the direction of the list, or against it.
fn beyond<E: EntityTrait>(sort: &Sort<E>, cursor: &Cursor, against: bool) -> Condition {
    let upwards = (sort.direction == Direction::Ascending) ^ against;
    let key: Value = cursor.k.clone().into();
    let (past_key, past_id) = if upwards {
        (sort.column.gt(key.clone()), sort.id_column.gt(cursor.i))
    } else {
        (sort.column.lt(key.clone()), sort.id_column.lt(cursor.i))
    };
    Condition::any()
        .add(past_key)
        .add(Condition::all().add(sort.column.eq(key)).add(past_id))
}

fn write_cursor<E: EntityTrait>(sort: &Sort<E>, row: &E::Model) -> Result<String> {
    let cursor = Cursor {
        v: 1,
        s: sort.name.to_owned(),
        k: (sort.key)(row),
        i: (sort.id)(row),
    };
    Ok(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor)?))
}

/// The place that a client sent in this field.
///
/// # Errors
/// `INVALID_CURSOR` when it is not a place in this list, or one that the list's column could not hold.
pub fn read_cursor<E: EntityTrait>(
    sort: &Sort<E>,
    text: &str,
    field: &'static str,
) -> Result<Cursor> {
    (text.len() <= 1024)
        .then(|| BASE64_URL_SAFE_NO_PAD.decode(text).ok())
        .flatten()
        .and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok())
        .filter(|cursor| cursor.v == 1 && cursor.s == sort.name && cursor.k.fits(&sort.column))
        .ok_or_else(|| {
            Error::invalid(
                field,
                Code::InvalidCursor,
                "This cursor is not from this list; take one from its pageInfo or edges.",
            )
        })
}
