//! What `verify` sees: each invariant is broken by hand, past every guard of the database, and named.

use chrono::Duration;
use domain::{
    base::job_run,
    verify::{self, INVARIANTS},
};
use entity::payments::PaymentMethod;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::kit::{House, on_each_engine};

use super::scene::*;

/// What somebody with rights on the database does, and the invariant that names it.
const DAMAGE: &[(&str, &str)] = &[
    ("I1", "DELETE FROM settlements"),
    (
        "I2",
        "UPDATE ledger_transfers SET debit_account = 'CUSTOMER_CREDIT', \
         user_id = (SELECT id FROM users LIMIT 1) WHERE kind = 'FEE'",
    ),
    ("I3", "UPDATE orders SET total_minor = total_minor + 1"),
    (
        "I4",
        "UPDATE invoices SET subscription_id = (SELECT id FROM subscriptions LIMIT 1) \
         WHERE subscription_id IS NULL",
    ),
    ("I7", "UPDATE orders SET version = version + 1"),
    (
        "I7",
        "UPDATE transitions SET to_status = 'EXPIRED' WHERE to_status = 'PROCESSING'",
    ),
    ("I8", "DELETE FROM events WHERE kind = 'payment.opened'"),
    ("I9", "UPDATE notices SET reason = NULL"),
    (
        "I10",
        "UPDATE payments SET status = 'UNKNOWN', next_check_at = NULL",
    ),
    (
        "I11",
        "UPDATE invoice_series SET last_sequence = last_sequence + 1",
    ),
    ("I12", "UPDATE sessions SET revoked_reason = 'NONE'"),
    ("I13", "DELETE FROM audit_unsealed"),
    (
        "I14",
        "DELETE FROM audit_entries WHERE action = 'order.placed'",
    ),
    (
        "I15",
        "UPDATE audit_entries SET details = '{\"to\": \"mei@shop.example\"}' \
         WHERE action = 'order.placed'",
    ),
];

/// A shop in which everything is as it must be: one order paid once, one subscription, one notice.
async fn busy(house: &House) {
    let mei = house.customer("mei").await;
    subscribed(house, &mei, &monthly(house).await).await;
    let plan = once(house).await;
    let (_, payment) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k").await;
    hear(house, &paid(&payment, house.now())).await.unwrap();
}

async fn run(house: &House, statement: &str) {
    let database = house.app.database.writer();
    database.execute_unprepared(statement).await.unwrap();
}

/// Takes away what keeps histories from being changed, as an attacker with rights on the database would.
async fn drop_guards(house: &House) {
    let database = house.app.database.writer();
    let engine = database.get_database_backend();
    let query = match engine {
        DbBackend::Sqlite => {
            "SELECT 'DROP TRIGGER ' || name AS line FROM sqlite_master WHERE type = 'trigger'"
        }
        _ => {
            "SELECT 'ALTER TABLE ' || tablename || ' DISABLE TRIGGER ALL' AS line FROM pg_tables \
             WHERE schemaname = 'public'"
        }
    };
    let rows = database
        .query_all_raw(Statement::from_string(engine, query))
        .await
        .unwrap();
    for row in rows {
        let line: String = row.try_get("", "line").unwrap();
        run(house, &line).await;
    }
    if engine == DbBackend::Sqlite {
        run(house, "PRAGMA foreign_keys = OFF").await;
    }
}

/// The invariants that do not hold.
async fn broken(house: &House) -> Vec<&'static str> {
    let report = verify::verify(&house.app.database).await.unwrap();
    let broken = report
        .findings
        .iter()
        .filter(|finding| finding.violations() > 0);
    broken.map(|finding| finding.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_invariant_is_named_when_it_is_broken() {
    let covered = |id| DAMAGE.iter().any(|(of, _)| *of == id);
    assert!(INVARIANTS.iter().all(|invariant| covered(invariant.id)));
    for (id, damage) in DAMAGE {
        on_each_engine(|house| async move {
            busy(&house).await;
            assert!(broken(&house).await.is_empty());
            drop_guards(&house).await;
            run(&house, damage).await;
            let broken = broken(&house).await;
            assert!(broken.contains(id), "{damage}: {broken:?}");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_offenders_are_named_by_their_public_ids() {
    on_each_engine(|house| async move {
        busy(&house).await;
        run(&house, "UPDATE orders SET total_minor = total_minor + 1").await;
        let report = verify::verify(&house.app.database).await.unwrap();
        let money = report.findings.iter().find(|finding| finding.id == "I3");
        let lines = money.unwrap().broken.iter();
        let costs = lines.filter(|broken| broken.says == "an order costs what its lines cost");
        let costs: Vec<_> = costs.collect();
        assert_eq!(costs[0].violations, 2);
        assert_eq!(costs[0].examples.len(), 2);
        assert!(costs[0].examples.iter().all(|id| id.starts_with("ord_")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clockwork_that_stood_still_is_no_fault_of_the_data() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k").await;
        house.wait(Duration::days(2));
        assert!(broken(&house).await.is_empty(), "no janitor ran meanwhile");
        let (op, slot) = (house.job(), house.now());
        let job = "ask_gateway";
        let lease = job_run::claim(&op, job, slot).await.unwrap().unwrap();
        assert!(job_run::finish(&op, &lease, &Ok(0)).await.unwrap());
        assert_eq!(broken(&house).await, ["I10"], "one ran, and passed it over");
    })
    .await;
}
