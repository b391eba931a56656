//! The one function that moves a state. A move happens at most once, whoever tries it and however often.

use std::fmt::Debug;

use entity::base::transition;
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, Value, sea_query::Expr,
};

use super::{
    error::{Code, Error, Result},
    tx::Tx,
};

/// A table whose rows have a state, a version, and a table of legal moves.
pub trait Stateful: EntityTrait {
    /// The states.
    type Status: ActiveEnum<Value = String> + Copy + Eq + Debug + Send + Sync;

    /// What a person calls such a row: `order`.
    const NAME: &'static str;
    /// The column of the id.
    const ID: Self::Column;
    /// The column of the state.
    const STATUS: Self::Column;
    /// The column of the version.
    const VERSION: Self::Column;

    /// The id, for the `WHERE`.
    fn id(row: &Self::Model) -> Value;
    /// The public id.
    fn subject(row: &Self::Model) -> String;
    /// The state it is in.
    fn status(row: &Self::Model) -> Self::Status;
    /// How often it moved, its making included.
    fn version(row: &Self::Model) -> i64;
    /// The table of moves.
    fn may_move(from: Self::Status, to: Self::Status) -> bool;
}

/// What became of a move.
#[derive(Debug)]
pub enum Moved<M> {
    /// It was made; the row as it is now.
    Now(M),
    /// Somebody had made it already; the row as it is now.
    Already(M),
}

impl<M> Moved<M> {
    /// The row as it is now.
    pub fn into_row(self) -> M {
        match self {
            Self::Now(row) | Self::Already(row) => row,
        }
    }
}

/// Moves `row` to `to`, together with `changes` to its other columns.
///
/// # Errors
/// [`Code::InvalidState`] when the table does not allow the move, or the row has moved elsewhere meanwhile.
pub async fn advance<E>(
    tx: &mut Tx,
    row: &E::Model,
    to: E::Status,
    cause: &str,
    changes: E::ActiveModel,
) -> Result<Moved<E::Model>>
where
    E: Stateful,
    E::Model: IntoActiveModel<E::ActiveModel> + Sync,
{
    let from = E::status(row);
    if from == to {
        return reread::<E>(tx, row).await.map(Moved::Already);
    }
    if !E::may_move(from, to) {
        return Err(invalid_move::<E>(from, to));
    }
    let updated = E::update_many()
        .set(changes)
        .col_expr(E::STATUS, Expr::value(to.to_value()))
        .col_expr(E::VERSION, Expr::col(E::VERSION).add(1))
        .filter(E::ID.eq(E::id(row)))
        .filter(E::VERSION.eq(E::version(row)))
        .exec(tx.db())
        .await?;
    let now = reread::<E>(tx, row).await?;
    if updated.rows_affected == 1 {
        note(
            tx,
            E::subject(row),
            E::version(&now),
            Some(from.to_value()),
            to.to_value(),
            cause,
        )
        .await?;
        return Ok(Moved::Now(now));
    }
    if E::status(&now) == to {
        return Ok(Moved::Already(now));
    }
    Err(invalid_move::<E>(E::status(&now), to))
}

/// Notes the making of a row: version 1, in the state it begins with.
///
/// # Errors
/// The database refuses, for one because it was noted before.
pub async fn begin<E: Stateful>(tx: &mut Tx, row: &E::Model, cause: &str) -> Result<()> {
    note(
        tx,
        E::subject(row),
        E::version(row),
        None,
        E::status(row).to_value(),
        cause,
    )
    .await
}

async fn note(
    tx: &Tx,
    subject: String,
    version: i64,
    from: Option<String>,
    to: String,
    cause: &str,
) -> Result<()> {
    let noted = transition::ActiveModel {
        subject: Set(subject),
        version: Set(version),
        from_status: Set(from),
        to_status: Set(to),
        cause: Set(cause.to_owned()),
        actor: Set(tx.op().actor().to_string()),
        at: Set(tx.now()),
    };
    transition::Entity::insert(noted)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

async fn reread<E: Stateful>(tx: &Tx, row: &E::Model) -> Result<E::Model> {
    E::find()
        .filter(E::ID.eq(E::id(row)))
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound(E::NAME))
}

fn invalid_move<E: Stateful>(from: E::Status, to: E::Status) -> Error {
    Error::refused(
        Code::InvalidState,
        format!(
            "This {} is {}; it cannot become {}.",
            E::NAME,
            from.to_value(),
            to.to_value()
        ),
    )
}
