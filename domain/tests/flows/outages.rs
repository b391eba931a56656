//! Notices that come while the database is down are not acknowledged.

use std::sync::Arc;

use domain::{base::Error, flows::receive_notice::Received};
use entity::{
    orders::OrderStatus::{Completed, Processing},
    payments::{PaymentMethod, PaymentStatus},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

use crate::kit::{House, invariants, newcomer, on_each_engine, on_postgres, on_sqlite};

use super::scene::*;

async fn rename(house: &House, from: &str, to: &str) {
    let statement = format!("ALTER TABLE {from} RENAME TO {to}");
    house
        .app
        .database
        .writer()
        .execute_unprepared(&statement)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_cannot_even_be_stored_is_not_acknowledged_and_comes_again() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let before = sizes(&house).await;
        rename(&house, "notices", "mislaid").await;
        assert!(hear(&house, &paid(&payment, house.now())).await.is_err());
        rename(&house, "mislaid", "notices").await;
        assert_eq!(sizes(&house).await, before);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Pending)
        );
        assert_eq!(
            hear(&house, &paid(&payment, house.now())).await.unwrap(),
            Received::Done
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_no_notice_is_acknowledged() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let before = sizes(&house).await;
        house.app.database.writer().clone().close().await.unwrap();
        let answer = hear(&house, &paid(&payment, house.now())).await;
        assert_eq!(refusal(answer), "UNAVAILABLE");
        // PostgreSQL reads through the pool that was just closed; `SQLite` has another one to read through.
        if house.app.database.engine() == DatabaseBackend::Sqlite {
            assert_eq!(sizes(&house).await, before);
            assert_eq!(
                standing(&house, &order, &payment).await,
                (Processing, PaymentStatus::Pending)
            );
        }
    })
    .await;
}

/// One value of an answer with one row.
async fn value<T: sea_orm::TryGetable>(database: &impl ConnectionTrait, question: &str) -> T {
    let statement = Statement::from_string(database.get_database_backend(), question);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_answered_is_unknown_and_the_key_tells_on_postgres() {
    on_postgres(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        // Given a connection that breaks before its commit is answered
        let tx = mei.op.begin().await.unwrap();
        let process: i32 = value(tx.db(), "SELECT pg_backend_pid()").await;
        let end = format!("SELECT pg_terminate_backend({process}, 5000)");
        assert!(value::<bool>(house.app.database.writer(), &end).await);
        let answer = tx.commit().await;
        assert!(matches!(answer, Err(Error::Unsure)), "{answer:?}");
        assert_eq!(answer.unwrap_err().code(), "UNAVAILABLE");
        // Then the same key brings the same order, whether the first try was done or not
        let first = buy(&mei, &plan, 1, "k").await.unwrap();
        let again = buy(&mei, &plan, 1, "k").await.unwrap();
        assert_eq!(first.id, again.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_lock_crosswise_one_is_told_that_it_collided_on_postgres() {
    on_postgres(|house| async move {
        for name in ["mei", "lin"] {
            house.customer(name).await;
        }
        let lock = |name: &str| format!("SELECT 1 FROM users WHERE username = '{name}' FOR UPDATE");
        let met = Arc::new(tokio::sync::Barrier::new(2));
        let crossing = [["mei", "lin"], ["lin", "mei"]].map(|[first, second]| {
            let (op, met) = (house.job(), met.clone());
            let statements = [lock(first), lock(second)];
            tokio::spawn(async move {
                let tx = op.begin().await?;
                tx.db().execute_unprepared(&statements[0]).await?;
                met.wait().await;
                tx.db().execute_unprepared(&statements[1]).await?;
                tx.commit().await
            })
        });
        let mut answers: Vec<domain::base::Result<()>> = Vec::new();
        for each in crossing {
            answers.push(each.await.unwrap());
        }
        answers.sort_by_key(Result::is_err);
        assert!(answers[0].is_ok(), "{answers:?}");
        assert!(matches!(answers[1], Err(Error::Collided)), "{answers:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_and_nothing_else() {
    on_sqlite(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let writer = house.app.database.writer();
        // Given a disk, or here a file, that can grow no more
        let pages: i64 = value(writer, "PRAGMA page_count").await;
        let full = format!("PRAGMA max_page_count = {pages}");
        let _: i64 = value(writer, &full).await;
        let mut refused = None;
        for number in 0..200 {
            let name = format!("somebody{number}");
            let answer = domain::users::register(&house.nobody(), &newcomer(&name)).await;
            if let Err(error) = answer {
                refused = Some(error);
                break;
            }
        }
        assert_eq!(refused.map(|error| error.code()), Some("UNAVAILABLE"));
        let before = sizes(&house).await;
        let answer = hear(&house, &paid(&payment, house.now())).await;
        assert_eq!(refusal(answer), "UNAVAILABLE");
        assert_eq!(sizes(&house).await, before, "and reading goes on");
        // When there is room again, it goes on without repair
        let _: i64 = value(writer, "PRAGMA max_page_count = 1000000").await;
        let answer = hear(&house, &paid(&payment, house.now())).await;
        assert_eq!(answer.unwrap(), Received::Done);
        let (standing, _) = standing(&house, &order, &payment).await;
        assert_eq!(standing, Completed);
        let check: String = value(writer, "PRAGMA integrity_check").await;
        assert_eq!(check, "ok");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_written_is_an_outage_and_no_defect() {
    on_sqlite(|house| async move {
        let writer = house.app.database.writer();
        let _ = writer.execute_unprepared("PRAGMA query_only = ON").await;
        let answer = domain::users::register(&house.nobody(), &newcomer("mei")).await;
        assert_eq!(answer.unwrap_err().code(), "UNAVAILABLE");
        let _ = writer.execute_unprepared("PRAGMA query_only = OFF").await;
        house.customer("mei").await;
    })
    .await;
}
