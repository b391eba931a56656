//! The one function that moves a state. A move happens at most once, whoever tries it and however often.

use std::fmt::Debug;

use entity::base::transition;
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QueryOrder, Value, sea_query::Expr,
};

use super::{
    error::{Code, Error, Result},
    event::Event,
    op::Op,
    tx::Tx,
};

/// A table whose rows have a state, a version, and a table of legal moves.
pub trait Stateful: EntityTrait {
    /// The states.
    type Status: ActiveEnum<Value = String> + Copy + Eq + Debug + Send + Sync;
    /// What is said of a move.
    type Moved: Event;

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
    /// What is said when `row` has come here from `from`.
    fn moved(row: &Self::Model, from: Self::Status, cause: &str) -> Self::Moved;
}

/// Writes the parts of [`Stateful`] that are the same for every table with columns `id`, `status`, `version`.
macro_rules! stateful_columns {
    ($table:ident) => {
        const ID: Self::Column = $table::Column::Id;
        const STATUS: Self::Column = $table::Column::Status;
        const VERSION: Self::Column = $table::Column::Version;

        fn id(row: &$table::Model) -> sea_orm::Value {
            row.id.into()
        }

        fn subject(row: &$table::Model) -> String {
            row.id.to_string()
        }

        fn status(row: &$table::Model) -> Self::Status {
            row.status
        }

        fn version(row: &$table::Model) -> i64 {
            row.version
        }

        fn may_move(from: Self::Status, to: Self::Status) -> bool {
            may_move(from, to)
        }
    };
}
pub(crate) use stateful_columns;

/// Moves `row` to `to`, together with `changes` to its other columns, and says so; the row as it is now.
/// A move that was made already is no error, and nothing is said twice.
///
/// # Errors
/// [`Code::InvalidState`] when the table does not allow the move, or the row has moved elsewhere meanwhile.
pub async fn advance<M>(
    tx: &mut Tx,
    row: &M,
    to: <M::Entity as Stateful>::Status,
    cause: &str,
    changes: <M::Entity as EntityTrait>::ActiveModel,
) -> Result<M>
where
    M: ModelTrait + Sync,
    M::Entity: Stateful + EntityTrait<Model = M>,
    M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    let from = M::Entity::status(row);
    if from == to {
        return reread(tx, row).await;
    }
    if !M::Entity::may_move(from, to) {
        return Err(invalid_move::<M::Entity>(from, to));
    }
    let updated = M::Entity::update_many()
        .set(changes)
        .col_expr(M::Entity::STATUS, Expr::value(to.to_value()))
        .col_expr(M::Entity::VERSION, Expr::col(M::Entity::VERSION).add(1))
        .filter(M::Entity::ID.eq(M::Entity::id(row)))
        .filter(M::Entity::VERSION.eq(M::Entity::version(row)))
        .exec(tx.db())
        .await?;
    let now = reread(tx, row).await?;
    if updated.rows_affected == 1 {
        note(tx, &now, Some(from.to_value()), to, cause).await?;
        tx.record(M::Entity::moved(&now, from, cause))?;
        return Ok(now);
    }
    metrics::counter!("cas_conflict_total", "entity" => M::Entity::NAME).increment(1);
    let elsewhere = M::Entity::status(&now);
    if elsewhere == to {
        return Ok(now);
    }
    Err(invalid_move::<M::Entity>(elsewhere, to))
}

/// Notes the making of a row: version 1, in the state it begins with.
///
/// # Errors
/// The database refuses, for one because it was noted before.
pub async fn begin<M>(tx: &mut Tx, row: &M, cause: &str) -> Result<()>
where
    M: ModelTrait,
    M::Entity: Stateful + EntityTrait<Model = M>,
{
    note(tx, row, None, M::Entity::status(row), cause).await
}

/// The moves of a thing after version `after`, oldest first. The thing was read through its room's `visible_to`.
///
/// # Errors
/// The database does not answer.
pub async fn moves_after(op: &Op, subject: &str, after: i64) -> Result<Vec<transition::Model>> {
    Ok(transition::Entity::find()
        .filter(transition::Column::Subject.eq(subject))
        .filter(transition::Column::Version.gt(after))
        .order_by_asc(transition::Column::Version)
        .all(op.reader())
        .await?)
}

async fn note<M>(
    tx: &Tx,
    row: &M,
    from: Option<String>,
    to: <M::Entity as Stateful>::Status,
    cause: &str,
) -> Result<()>
where
    M: ModelTrait,
    M::Entity: Stateful + EntityTrait<Model = M>,
{
    let noted = transition::ActiveModel {
        subject: Set(M::Entity::subject(row)),
        version: Set(M::Entity::version(row)),
        from_status: Set(from),
        to_status: Set(to.to_value()),
        cause: Set(cause.to_owned()),
        actor: Set(tx.op().actor().to_string()),
        at: Set(tx.now()),
    };
    transition::Entity::insert(noted)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

async fn reread<M>(tx: &Tx, row: &M) -> Result<M>
where
    M: ModelTrait,
    M::Entity: Stateful + EntityTrait<Model = M>,
{
    M::Entity::find()
        .filter(M::Entity::ID.eq(M::Entity::id(row)))
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound(M::Entity::NAME))
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
