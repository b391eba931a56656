//! The clockwork: slots that were missed, runs that people ask for, runs that were cut off.

use chrono::Duration;
use domain::{
    base::{
        job_request, job_run,
        jobs::{self, Job},
    },
    flows,
};
use entity::base::event;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::kit::{House, on_each_engine};

use super::scene::*;

/// The job that runs once an hour.
fn hourly() -> &'static Job {
    jobs::find("clean_up").unwrap()
}

/// What a replica does when it looks for missed slots: whether it ran one.
async fn look(house: &House) -> bool {
    let (op, job) = (house.job(), hourly());
    let known = job_run::last(&op, job.name).await.unwrap();
    let Some(slot) = job.missed_slot(op.machine_now(), &known) else {
        return false;
    };
    let Some(lease) = job_run::claim(&op, job.name, slot).await.unwrap() else {
        return false;
    };
    job_run::finish(&op, &lease, &Ok(3)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_outage_a_slot_is_caught_up_once_whichever_replica_looks_first() {
    on_each_engine(|house| async move {
        assert!(look(&house).await, "it never ran");
        house.wait(Duration::hours(9));
        assert!(look(&house).await, "nine slots were missed");
        assert!(!look(&house).await, "another replica finds nothing to do");
        let runs = job_run::latest(&house.job(), hourly().name, 10)
            .await
            .unwrap();
        assert_eq!(runs.len(), 2, "the eight before stay missed");
        assert_eq!(runs[0].slot_at, hourly().slot_at(house.now()));
        assert_eq!(
            (runs[0].handled, runs[0].finished_at),
            (3, Some(house.now()))
        );
        house.wait(Duration::minutes(90));
        assert!(
            !look(&house).await,
            "what is not late waits for its own slot"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_cut_off_is_taken_again_by_one_replica() {
    on_each_engine(|house| async move {
        let (op, slot) = (house.job(), hourly().slot_at(house.now()));
        let first = job_run::claim(&op, hourly().name, slot).await.unwrap();
        let first = first.unwrap();
        let cut_off = async || job_run::cut_off(&op, hourly().name).await.unwrap();
        // While it gives signs of life it is its owner's
        house.wait(Duration::seconds(50));
        assert!(job_run::keep(&op, &first).await.unwrap());
        house.wait(job_run::LEASE);
        assert_eq!(cut_off().await, None);
        let early = job_run::claim(&op, hourly().name, slot).await.unwrap();
        assert_eq!(early, None);
        // and afterwards the first who looks has it, under the next number
        house.wait(Duration::seconds(1));
        assert_eq!(cut_off().await, Some(slot));
        let replicas = (0..6).map(|_| {
            let op = house.job();
            tokio::spawn(async move { job_run::claim(&op, hourly().name, slot).await })
        });
        let mut taken = Vec::new();
        for replica in replicas.collect::<Vec<_>>() {
            taken.extend(replica.await.unwrap().unwrap());
        }
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!(taken[0].fence, first.fence + 1);
        assert!(job_run::finish(&op, &taken[0], &Ok(1)).await.unwrap());
        assert_eq!(cut_off().await, None);
        let again = job_run::claim(&op, hourly().name, slot).await.unwrap();
        assert_eq!(again, None, "what was done is not done again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_was_only_slow_writes_nothing_any_more() {
    on_each_engine(|house| async move {
        let (op, slot) = (house.job(), hourly().slot_at(house.now()));
        let slow = job_run::claim(&op, hourly().name, slot).await.unwrap();
        let slow = slow.unwrap();
        // Given an order that its run would expire
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        house.wait(order.expires_at - house.now());
        let next = job_run::claim(&op, hourly().name, slot).await.unwrap();
        let next = next.unwrap();
        // When it wakes up after another has taken the run, its writes are refused
        let before = sizes(&house).await;
        let late = flows::expire_orders(&op.under(slow.clone()), 10).await;
        assert!(!matches!(late, Ok(1..)), "{late:?}");
        assert_eq!(sizes(&house).await, before);
        assert!(!job_run::keep(&op, &slow).await.unwrap());
        assert!(!job_run::finish(&op, &slow, &Ok(1)).await.unwrap());
        // and those of the new owner are not
        let done = flows::expire_orders(&op.under(next.clone()), 10).await;
        assert_eq!(done.unwrap(), 1);
        assert!(job_run::finish(&op, &next, &Ok(1)).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_program_that_knew_no_leases_is_left_alone_for_ten_minutes() {
    on_each_engine(|house| async move {
        let (op, slot) = (house.job(), hourly().slot_at(house.now()));
        job_run::claim(&op, hourly().name, slot).await.unwrap();
        let old = "UPDATE job_runs SET lease_until = NULL";
        let writer = house.app.database.writer();
        writer.execute_unprepared(old).await.unwrap();
        house.wait(Duration::minutes(10));
        let early = job_run::claim(&op, hourly().name, slot).await.unwrap();
        assert_eq!(early, None);
        house.wait(Duration::seconds(1));
        let taken = job_run::claim(&op, hourly().name, slot).await.unwrap();
        assert_eq!(taken.map(|lease| lease.fence), Some(2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_staff_ask_for_waits_until_a_replica_takes_it() {
    on_each_engine(|house| async move {
        let staff = house.staff("staff").await;
        let (job, slot) = job_request::request(&staff.op, "expire_orders", "k1")
            .await
            .unwrap();
        let again = job_request::request(&staff.op, "expire_orders", "k1").await;
        assert_eq!(again.unwrap().1, slot, "the same key, the same run");
        let asked = event::Entity::find().filter(event::Column::Kind.eq("job.run_requested"));
        let asked = asked.count(house.app.database.reader()).await.unwrap();
        assert_eq!(asked, 1);

        let waiting = job_request::waiting(&house.job()).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].0.name, waiting[0].1), ("expire_orders", slot));
        let replicas = (0..4).map(|_| {
            let op = house.job();
            tokio::spawn(async move { job_run::claim(&op, job.name, slot).await })
        });
        let mut winners = 0;
        for replica in replicas.collect::<Vec<_>>() {
            winners += u32::from(replica.await.unwrap().unwrap().is_some());
        }
        assert_eq!(winners, 1);
        assert!(job_request::waiting(&house.job()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_asked_for_by_staff_of_a_job_that_exists_and_for_now() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let asked = job_request::request(&mei.op, "expire_orders", "k").await;
        assert_eq!(refusal(asked), "FORBIDDEN");
        let staff = house.staff("staff").await;
        let asked = job_request::request(&staff.op, "mine_bitcoin", "k").await;
        assert_eq!(refusal(asked), "NOT_FOUND");
        job_request::request(&staff.op, "expire_orders", "k")
            .await
            .unwrap();
        let other = job_request::request(&staff.op, "clean_up", "k").await;
        assert_eq!(refusal(other), "IDEMPOTENCY_KEY_REUSED");
        house.wait(Duration::hours(1));
        let waiting = job_request::waiting(&house.job()).await.unwrap();
        assert!(waiting.is_empty(), "nobody means tomorrow");
    })
    .await;
}
