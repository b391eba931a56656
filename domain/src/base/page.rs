//! Pages of a list, by key and not by offset: rows that come or go between two pages shift nothing.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, StatementBuilder, Value,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{Code, Error, Result};

/// How long pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSizes {
    /// The most rows a page may ask for.
    pub most: u64,
    /// The rows of a page that does not say.
    pub usual: u64,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self {
            most: 100,
            usual: 20,
        }
    }
}

/// Which page.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// The name of a list whose filter changes from moment to moment; other lists are told apart by their filters.
    pub list: Option<&'static str>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl<E: EntityTrait> Clone for Sort<E> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
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

/// The version of the cursors that are written and read.
const VERSION: u8 = 2;

/// A place in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// The version of this form.
    v: u8,
    /// The sorting it belongs to.
    s: String,
    /// The filter, which holds who may see what too.
    f: String,
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
    /// Whether these are all rows of the list.
    pub is_whole: bool,
}

/// Reads one page of what `select` gives, in one statement.
///
/// # Errors
/// A size that is not allowed, `first` together with `last`, or a cursor that is not of this list: of another sorting,
/// another filter, or somebody else's.
pub async fn fetch<E, C>(
    database: &C,
    select: Select<E>,
    sort: &Sort<E>,
    request: &PageRequest,
    sizes: PageSizes,
) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let (size, backwards) = size_of(request, sizes)?;
    let filter = match request.list {
        Some(name) => name.to_owned(),
        None => filter_of(&select),
    };
    let mut select = select;
    for (cursor, field, against) in [
        (&request.after, "after", false),
        (&request.before, "before", true),
    ] {
        if let Some(text) = cursor {
            let cursor = read_cursor(sort, text, field)?;
            if cursor.f != filter {
                return Err(not_of_this_list(field));
            }
            select = select.filter(beyond(sort, &cursor, against));
        }
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
        .map(|row| Ok((write_cursor(sort, &filter, &row)?, row)))
        .collect::<Result<_>>()?;
    Ok(Page {
        rows,
        has_next,
        has_previous,
        is_whole: !more && request.after.is_none() && request.before.is_none(),
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

fn size_of(request: &PageRequest, sizes: PageSizes) -> Result<(u64, bool)> {
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
        None => Ok((sizes.usual, backwards)),
        Some(Ok(size)) if (1..=sizes.most).contains(&size) => Ok((size, backwards)),
        Some(_) => Err(Error::invalid(
            field,
            Code::OutOfRange,
            format!("A page has 1 to {} rows.", sizes.most),
        )),
    }
}

/// What tells this list from others over the same table: its conditions and their values, and not its columns, which a
/// later release adds to.
fn filter_of<E: EntityTrait>(select: &Select<E>) -> String {
    let mut conditions = select.as_query().clone();
    conditions.clear_selects();
    // The same text on both engines, so that a cursor means the same to whichever replica reads it.
    let statement = StatementBuilder::build(&conditions, &DbBackend::Postgres);
    let digest = Sha256::digest(statement.to_string());
    BASE64_URL_SAFE_NO_PAD.encode(digest.first_chunk::<9>().copied().unwrap_or_default())
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

fn write_cursor<E: EntityTrait>(sort: &Sort<E>, filter: &str, row: &E::Model) -> Result<String> {
    let cursor = Cursor {
        v: VERSION,
        s: sort.name.to_owned(),
        f: filter.to_owned(),
        k: (sort.key)(row),
        i: (sort.id)(row),
    };
    Ok(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor)?))
}

/// The place that a client sent in this field.
///
/// # Errors
/// `INVALID_CURSOR` when it is not a place in a list of this sorting, or one that the list's column could not hold.
pub fn read_cursor<E: EntityTrait>(
    sort: &Sort<E>,
    text: &str,
    field: &'static str,
) -> Result<Cursor> {
    (text.len() <= 1024)
        .then(|| BASE64_URL_SAFE_NO_PAD.decode(text).ok())
        .flatten()
        .and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok())
        .filter(|cursor| {
            cursor.v == VERSION && cursor.s == sort.name && cursor.k.fits(&sort.column)
        })
        .ok_or_else(|| not_of_this_list(field))
}

fn not_of_this_list(field: &'static str) -> Error {
    Error::invalid(
        field,
        Code::InvalidCursor,
        "This cursor is not from this list; take one from its pageInfo or edges.",
    )
}
