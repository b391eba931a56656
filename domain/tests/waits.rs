//! Somebody waits for the answer to a request: all its waits for the database together are short.

mod kit;

use std::time::{Duration, Instant};

use domain::base::{Error, Op, Result};
use kit::{House, on_postgres};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};

const LOCK: &str = "SELECT 1 FROM users WHERE username = 'mei' FOR UPDATE";

/// As many as the pool has.
const CONNECTIONS: usize = 16;

async fn opened(house: &House) -> DatabaseTransaction {
    house.app.database.writer().begin().await.unwrap()
}

/// Opens a transaction in which one row is to be locked; how long its statements may wait.
async fn begin_and_lock(op: Op) -> Result<()> {
    let tx = op.begin().await?;
    tx.db().execute_unprepared(LOCK).await?;
    tx.commit().await
}

async fn patience_for_locks(op: Op) -> String {
    let tx = op.begin().await.unwrap();
    let question = Statement::from_string(tx.db().get_database_backend(), "SHOW lock_timeout");
    let row = tx.db().query_one_raw(question).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_connection_and_then_for_a_lock_is_told_within_three_seconds_on_postgres() {
    on_postgres(|house| async move {
        let mei = house.customer("mei").await;
        // Given a row that somebody holds, and a pool in which nothing is left
        let holder = opened(&house).await;
        holder.execute_unprepared(LOCK).await.unwrap();
        let mut others = Vec::new();
        while others.len() + 1 < CONNECTIONS {
            others.push(opened(&house).await);
        }
        let asked = Instant::now();
        let mut request = tokio::spawn(begin_and_lock(mei.op.clone()));
        let mut job = tokio::spawn(patience_for_locks(house.job()));

        // When connections come free after a second and a half, in which neither got on
        let patient = Duration::from_millis(1500);
        assert!(tokio::time::timeout(patient, &mut request).await.is_err());
        assert!(!job.is_finished());
        drop(others);

        // Then the lock is waited for as long as is left, and no longer
        let answer = request.await.unwrap();
        assert!(matches!(answer, Err(Error::Busy { .. })), "{answer:?}");
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(3), "{took:?}");
        // while a job has its whole time.
        assert_eq!((&mut job).await.unwrap(), "2s");
        holder.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_waited_at_the_door_and_in_transactions_before_counts_on_postgres() {
    on_postgres(|house| async move {
        let fresh = || house.nobody();
        assert_eq!(patience_for_locks(fresh()).await, "2s");
        let late = fresh();
        late.has_waited(Duration::from_secs(2));
        let left = patience_for_locks(late.clone()).await;
        let left: u64 = left.strip_suffix("ms").unwrap().parse().unwrap();
        assert!((1..=600).contains(&left), "{left}");
        // Nothing is left: nothing is begun
        late.has_waited(Duration::from_secs(1));
        assert!(matches!(late.begin().await, Err(Error::Busy { .. })));
    })
    .await;
}
