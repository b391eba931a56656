//! Several replicas on one database.

use domain::flows::{self};
use entity::{
    base::job_run,
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait, Statement};

use crate::kit::{House, invariants, on_each_engine};

use super::scene::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_of_a_schedule_is_worked_on_by_one_replica() {
    on_each_engine(|house| async move {
        let slot = domain::base::job_run::slot_at(house.now(), 60);
        let replicas: Vec<_> = (0..8)
            .map(|_| {
                let op = house.job();
                tokio::spawn(
                    async move { domain::base::job_run::claim(&op, "janitor", slot).await },
                )
            })
            .collect();
        let mut winners = 0;
        for replica in replicas {
            winners += u32::from(replica.await.unwrap().unwrap().is_some());
        }
        assert_eq!(winners, 1);
        let next = slot + chrono::Duration::minutes(1);
        assert!(
            domain::base::job_run::claim(&house.job(), "janitor", next)
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

/// How often the replicas tick together. `FABRICA_ROUNDS=full` is the long form, of ten thousand.
fn ticks(house: &House) -> i64 {
    let is_long = std::env::var("FABRICA_ROUNDS").as_deref() == Ok("full");
    match (is_long, house.app.database.engine()) {
        (true, _) => 10_000,
        (false, DatabaseBackend::Sqlite) => 500,
        (false, _) => 200,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_three_replicas_tick_together_each_slot_is_one_s() {
    on_each_engine(|house| async move {
        let first = domain::base::job_run::slot_at(house.now(), 60);
        let replicas: Vec<_> = (0..3)
            .map(|_| {
                let (op, ticks) = (house.job(), ticks(&house));
                tokio::spawn(async move {
                    let mut won = 0;
                    for tick in 0..ticks {
                        let slot = first + chrono::Duration::minutes(tick);
                        let claimed = domain::base::job_run::claim(&op, "janitor", slot).await;
                        won += i64::from(claimed.unwrap().is_some());
                    }
                    won
                })
            })
            .collect();
        let mut won = Vec::new();
        for replica in replicas {
            won.push(replica.await.unwrap());
        }
        eprintln!("{won:?} slots");
        assert_eq!(won.iter().sum::<i64>(), ticks(&house));
        let runs = job_run::Entity::find().count(house.app.database.reader());
        assert_eq!(i64::try_from(runs.await.unwrap()), Ok(ticks(&house)));
    })
    .await;
}

/// Waits until somebody waits for a lock. `SQLite` cannot tell: there the other one just queues for the writer.
async fn until_somebody_waits(house: &House) {
    let database = house.app.database.reader();
    if house.app.database.engine() == DatabaseBackend::Sqlite {
        return;
    }
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looking = async {
        loop {
            let statement = Statement::from_string(DatabaseBackend::Postgres, waiting);
            let row = database.query_one_raw(statement).await.unwrap().unwrap();
            if row.try_get::<i64>("", "n").unwrap() > 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(10);
    tokio::time::timeout(limit, looking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_began_in_the_last_instant_keeps_its_order() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        // The shopper's transaction began in time and is not committed yet when the clockwork looks.
        let mut tx = mei.op.begin().await.unwrap();
        let locked = domain::orders::query::lock(&mut tx, order.id)
            .await
            .unwrap();
        let payment = domain::payments::open(&mut tx, &locked, PaymentMethod::Atm)
            .await
            .unwrap();
        let (to, changes) = (OrderStatus::Processing, order::ActiveModel::default());
        domain::base::transition::advance(&mut tx, &locked, to, "begin_payment", changes)
            .await
            .unwrap();
        house.wait(order.expires_at - house.now());
        let job = house.job();
        let expiring = tokio::spawn(async move { flows::expire_orders(&job, 10).await });
        until_somebody_waits(&house).await;
        tx.commit().await.unwrap();

        assert_eq!(expiring.await.unwrap().unwrap(), 0);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Processing, PaymentStatus::Pending)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
