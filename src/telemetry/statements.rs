//! A span for each statement of a request that is traced: its kind and its table, never its text or its values.

use opentelemetry::{
    Context, KeyValue,
    trace::{Span, SpanKind, Status, TraceContextExt, Tracer},
};
use sea_orm::{DatabaseBackend, metric::Info};

use super::traces;

/// Notes a statement that has ended.
pub fn note(about: &Info<'_>) {
    let context = Context::current();
    if !context.span().span_context().is_sampled() {
        return;
    }
    let Some(tracer) = traces::tracer() else {
        return;
    };
    let (verb, table) = named(&about.statement.sql);
    let name = match table {
        Some(table) => format!("{verb} {table}"),
        None => verb.to_owned(),
    };
    let engine = match about.statement.db_backend {
        DatabaseBackend::Sqlite => "sqlite",
        _ => "postgresql",
    };
    let mut attributes = vec![
        KeyValue::new("db.system.name", engine),
        KeyValue::new("db.operation.name", verb),
    ];
    if let Some(table) = table {
        attributes.push(KeyValue::new("db.collection.name", table.to_owned()));
    }
    let ended = opentelemetry::time::now();
    let began = ended.checked_sub(about.elapsed).unwrap_or(ended);
    let mut span = tracer
        .span_builder(name)
        .with_kind(SpanKind::Client)
        .with_start_time(began)
        .with_attributes(attributes)
        .start_with_context(&tracer, &context);
    if about.failed {
        span.set_status(Status::error("the statement failed"));
    }
    span.end_with_timestamp(ended);
}

/// The verb of a statement, and the first table that it is about.
fn named(sql: &str) -> (&'static str, Option<&str>) {
    let mut words = sql.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let verb = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "PRAGMA"]
        .into_iter()
        .find(|verb| first.eq_ignore_ascii_case(verb))
        .unwrap_or("OTHER");
    let table = match verb {
        "UPDATE" => words.next(),
        "INSERT" => words.nth(1),
        "SELECT" | "DELETE" => words
            .skip_while(|word| !word.eq_ignore_ascii_case("FROM"))
            .nth(1),
        _ => None,
    };
    let table = table.map(|table| table.trim_matches(['"', '(', ')', ',', ';']));
    (verb, table.filter(|table| is_name(table)))
}

/// Our tables are lower case; anything else might be a text.
fn is_name(word: &str) -> bool {
    (1..=63).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_verb_and_its_table() {
        for (sql, verb, table) in [
            (
                r#"SELECT "orders"."id" FROM "orders" WHERE "id" = $1"#,
                "SELECT",
                Some("orders"),
            ),
            (
                r#"INSERT INTO "outbox" ("id") VALUES ($1)"#,
                "INSERT",
                Some("outbox"),
            ),
            (
                r#"UPDATE "payments" SET "status" = $1"#,
                "UPDATE",
                Some("payments"),
            ),
            (r#"DELETE FROM "sessions""#, "DELETE", Some("sessions")),
            ("SELECT 1", "SELECT", None),
            ("SELECT x FROM 'mail@example.com'", "SELECT", None),
            ("VACUUM", "OTHER", None),
            ("", "OTHER", None),
        ] {
            assert_eq!(named(sql), (verb, table), "{sql}");
        }
    }
}
