//! The clockwork: slots that were missed, runs that people ask for, runs that were cut off.

use chrono::Duration;
use domain::base::{
    job_request, job_run,
    jobs::{self, Job},
};
use entity::base::event;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::kit::{House, on_each_engine};

use super::scene::refusal;

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
async fn a_run_without_an_end_counts_as_cut_off_after_its_lease() {
    on_each_engine(|house| async move {
        let (op, slot) = (house.job(), hourly().slot_at(house.now()));
        job_run::claim(&op, hourly().name, slot).await.unwrap();
        let run = job_run::find(&op, hourly().name, slot)
            .await
            .unwrap()
            .unwrap();
        house.wait(job_run::LEASE);
        assert!(!job_run::is_cut_off(&run, house.now()));
        house.wait(Duration::seconds(1));
        assert!(job_run::is_cut_off(&run, house.now()));
        assert!(!look(&house).await, "its slot is taken");
        house.wait(Duration::hours(1));
        assert!(look(&house).await, "the next one is not");
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
