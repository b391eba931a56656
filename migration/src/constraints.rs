//! Keys, indexes and checks, named by one rule so that a name in an error tells the columns.
//!
//! `<table>_<columns>_key` is unique, `_idx` is not, `_fkey` points elsewhere, `_check` is a check.

use sea_orm_migration::prelude::*;

fn name(table: &str, columns: &[&str], suffix: &str) -> DynIden {
    Alias::new(format!("{table}_{}_{suffix}", columns.join("_"))).into_iden()
}

fn over(table: &'static str, columns: &[&'static str], suffix: &str) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(name(table, columns, suffix).to_string())
        .table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// A unique index. Both engines let any number of rows have NULL in it.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    over(table, columns, "key").unique().to_owned()
}

/// An index for a query.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    over(table, columns, "idx")
}

/// Makes the indexes of a table.
///
/// # Errors
/// The database's own.
pub async fn create_indexes<const N: usize>(
    manager: &SchemaManager<'_>,
    indexes: [IndexCreateStatement; N],
) -> Result<(), DbErr> {
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// A foreign key to the `id` of another table; a row that is pointed at cannot be deleted.
pub fn reference(
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    reference_to(table, column, (to, "id"))
}

/// The same to another column, which must be that table's key.
pub fn reference_to(
    table: &'static str,
    column: &'static str,
    to: (&'static str, &'static str),
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name(table, &[column], "fkey").to_string())
        .from(table, column)
        .to(to.0, to.1)
        .on_delete(ForeignKeyAction::Restrict)
        .to_owned()
}

/// The column holds one of these words (or NULL, where it may).
pub fn one_of(table: &str, column: &'static str, words: &[&'static str]) -> Check {
    let words = words.iter().copied();
    Check::named(
        name(table, &[column], "check"),
        Expr::col(column).is_in(words),
    )
}

/// The currencies that can be priced in.
pub fn currency(table: &str) -> Check {
    one_of(table, "currency", &["TWD", "USD"])
}

/// The column is zero or more.
pub fn not_negative(table: &str, column: &'static str) -> Check {
    Check::named(name(table, &[column], "check"), Expr::col(column).gte(0))
}

/// The column is one or more.
pub fn positive(table: &str, column: &'static str) -> Check {
    Check::named(name(table, &[column], "check"), Expr::col(column).gt(0))
}
