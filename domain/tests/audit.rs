//! The chain over the audit trail: what is written is sealed, and a hand in the trail is found and named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;
#[path = "audit/tampering.rs"]
mod tampering;

use std::collections::BTreeSet;

use chrono::Duration;
use domain::{
    audit::{self, query},
    base::{Error, job_run},
    users,
    verify::{self, Broken},
};
use entity::{
    audit::{audit_entry, audit_seal, audit_unsealed},
    id::AuditEntryId,
};
use kit::{House, invariants, on_each_engine, on_sqlite};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait, QueryOrder,
    Statement,
};

/// How many lines a transaction seals in these tests.
const BATCH: u64 = 2;

fn db(house: &House) -> &DatabaseConnection {
    house.app.database.writer()
}

async fn run(house: &House, statement: &str) {
    db(house).execute_unprepared(statement).await.unwrap();
}

async fn seal_all(house: &House) -> u64 {
    audit::seal(&house.job(), BATCH).await.unwrap()
}

/// The lines that wait, and those that are sealed.
async fn counts(house: &House) -> (u64, u64) {
    let waiting = audit_unsealed::Entity::find().count(db(house)).await;
    let sealed = audit_seal::Entity::find().count(db(house)).await;
    (waiting.unwrap(), sealed.unwrap())
}

/// The lines in the order in which they were sealed.
async fn sealed(house: &House) -> Vec<AuditEntryId> {
    let seals = audit_seal::Entity::find().order_by_asc(audit_seal::Column::Sequence);
    let seals = seals.all(db(house)).await.unwrap();
    seals.into_iter().map(|seal| seal.entry_id).collect()
}

/// What is not true of the trail any more.
async fn wrong(house: &House) -> Vec<Broken> {
    let report = verify::verify(&house.app.database).await.unwrap();
    let of_trail = report.findings.into_iter().find(|f| f.id == "I13");
    of_trail.unwrap().broken
}

/// Two customers, whose beginnings stand in the trail.
async fn people(house: &House) {
    house.customer("mei").await;
    house.wait(Duration::seconds(1));
    house.customer("lin").await;
}

/// Takes away what keeps the trail from being changed, and what sees lines come, as somebody with rights on the
/// database would.
async fn drop_guards(house: &House) {
    let database = db(house);
    let engine = database.get_database_backend();
    let query = match engine {
        DbBackend::Sqlite => {
            "SELECT 'DROP TRIGGER ' || name AS line FROM sqlite_master WHERE type = 'trigger'"
        }
        _ => {
            "SELECT 'ALTER TABLE ' || tablename || ' DISABLE TRIGGER ALL' AS line FROM pg_tables \
             WHERE tablename LIKE 'audit_%'"
        }
    };
    let lines = Statement::from_string(engine, query);
    for row in database.query_all_raw(lines).await.unwrap() {
        let line: String = row.try_get("", "line").unwrap();
        run(house, &line).await;
    }
}

/// A line as any program that knows the table writes it.
const LINE: &str = "INSERT INTO audit_entries (id, at, actor, action, subject, outcome, address, agent, request_id, \
     origin, details) SELECT {id}, at, 'system:old', 'order.placed', 'ord_1', \
     'REFUSED', '', '', 'request-0', 'job', details FROM audit_entries LIMIT 1";

/// The id of [`LINE`].
fn put_in() -> AuditEntryId {
    AuditEntryId(uuid::Uuid::from_u128(0x7000_8000_0000_0000_0001))
}

/// The statement with these ids in it, and that of [`LINE`].
fn filled(house: &House, statement: &str, ids: &[(&str, AuditEntryId)]) -> String {
    let engine = db(house).get_database_backend();
    let ids = ids.iter().copied().chain([("{id}", put_in())]);
    ids.fold(statement.to_owned(), |text, (place, id)| {
        text.replace(place, &literal(engine, id))
    })
}

fn literal(engine: DbBackend, id: AuditEntryId) -> String {
    match engine {
        DbBackend::Sqlite => format!("x'{}'", id.0.simple()),
        _ => format!("'{}'", id.0),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_sealed_in_order_of_time_whichever_program_wrote_it() {
    on_each_engine(|house| async move {
        // Given lines of this program, and one of a program that knows of no chain
        people(&house).await;
        house.wait(Duration::seconds(1));
        house.customer("anna").await;
        run(&house, &filled(&house, LINE, &[])).await;
        let (waiting, none) = counts(&house).await;
        assert!(waiting > 2 * BATCH, "{waiting} lines");
        assert_eq!(none, 0);
        // When they are sealed
        assert_eq!(seal_all(&house).await, waiting);
        // Then each is, the oldest first, and the end of the chain tells how many
        assert_eq!(counts(&house).await, (0, waiting));
        let lines = audit_entry::Entity::find().all(db(&house)).await.unwrap();
        let at = |id: &AuditEntryId| lines.iter().find(|line| line.id == *id).unwrap().at;
        assert!(sealed(&house).await.is_sorted_by_key(|id| (at(id), *id)));
        let report = verify::verify(&house.app.database).await.unwrap();
        assert_eq!(
            report.head.unwrap().sequence,
            i64::try_from(waiting).unwrap()
        );
        assert_eq!(wrong(&house).await, []);
        assert_eq!(seal_all(&house).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_sealers_at_once_make_one_chain() {
    on_each_engine(|house| async move {
        // Given many lines
        for name in ["mei", "lin", "anna", "bobo", "yiyi", "tao", "jun", "hua"] {
            house.customer(name).await;
        }
        let (waiting, _) = counts(&house).await;
        // When every replica wants to seal them
        let sealers: Vec<_> = (0..8)
            .map(|_| {
                let op = house.job();
                tokio::spawn(async move {
                    loop {
                        match audit::seal(&op, BATCH).await {
                            // The one who came second tries again, as a job does.
                            Err(Error::Collided) => {}
                            ended => return ended.unwrap(),
                        }
                    }
                })
            })
            .collect();
        let mut links = 0;
        for sealer in sealers {
            links += sealer.await.unwrap();
        }
        // Then each line has one seal in one chain
        assert_eq!(counts(&house).await, (0, waiting));
        assert!(links <= waiting, "{links} of {waiting}");
        assert_eq!(wrong(&house).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_lets_nobody_fork_the_chain_or_write_it_anew() {
    on_each_engine(|house| async move {
        people(&house).await;
        seal_all(&house).await;
        for fork in [
            "INSERT INTO audit_seals SELECT sequence, '00000000-0000-7000-8000-000000000001', 'x', 'y' \
             FROM audit_seals WHERE sequence = 2",
            "INSERT INTO audit_seals SELECT 99, entry_id, 'x', 'y' FROM audit_seals WHERE sequence = 2",
            "INSERT INTO audit_seals SELECT 99, '00000000-0000-7000-8000-000000000001', previous_hash, 'y' \
             FROM audit_seals WHERE sequence = 2",
            "UPDATE audit_seals SET hash = 'y' WHERE sequence = 2",
            "DELETE FROM audit_seals WHERE sequence = 2",
        ] {
            let error = db(&house).execute_unprepared(fork).await.expect_err(fork).to_string();
            let is_refused = ["unique", "append-only"]
                .iter()
                .any(|word| error.to_lowercase().contains(word));
            assert!(is_refused, "{fork}: {error}");
        }
    })
    .await;
}

// A release build has no points to be killed at.
#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn a_sealer_killed_at_any_point_loses_nothing() {
    on_each_engine(|house| async move {
        let mut points = BTreeSet::new();
        for nth in 1.. {
            // Given lines for several transactions
            house.customer(&format!("mei{nth}")).await;
            let (waiting, before) = counts(&house).await;
            assert!(waiting > BATCH);
            // When the process dies in between
            let op = house.job();
            let ended =
                domain::base::fault::killed_at(nth, Box::pin(audit::seal(&op, BATCH))).await;
            // Then a line waits or is sealed, and the next sealer seals the rest
            let (left, sealed) = counts(&house).await;
            assert_eq!(left + sealed, waiting + before);
            seal_all(&house).await;
            assert_eq!(counts(&house).await, (0, waiting + before));
            let Err(point) = ended else { break };
            points.insert(point);
        }
        assert_eq!(points, BTreeSet::from(["commit", "committed", "statement"]));
        assert_eq!(wrong(&house).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_erased_and_the_chain_is_whole() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let boss = house.admin("boss").await;
        seal_all(&house).await;
        let before = audit_entry::Entity::find().all(db(&house)).await.unwrap();
        users::erase_user(&boss.op, mei.user.id).await.unwrap();
        let after = audit_entry::Entity::find().all(db(&house)).await.unwrap();
        assert!(after.len() > before.len());
        assert!(before.iter().all(|line| after.contains(line)));
        seal_all(&house).await;
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_waits_too_long_is_late_once_a_sealer_has_passed_it_over() {
    on_each_engine(|house| async move {
        people(&house).await;
        house.wait(Duration::minutes(10));
        let op = house.job();
        assert_eq!(query::lag(&op).await.unwrap(), Duration::seconds(601));
        assert_eq!(wrong(&house).await, [], "the clockwork stood still");
        let lease = job_run::claim(&op, "seal_audit", house.now())
            .await
            .unwrap();
        assert!(job_run::finish(&op, &lease.unwrap(), &Ok(0)).await.unwrap());
        let found = wrong(&house).await;
        assert_eq!(
            found[0].says,
            "no line that waits to be sealed was passed over"
        );
        seal_all(&house).await;
        assert_eq!(query::lag(&op).await.unwrap(), Duration::zero());
        assert_eq!(wrong(&house).await, []);
    })
    .await;
}
