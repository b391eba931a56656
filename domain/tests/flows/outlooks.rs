//! What a subscription comes to next, and what it was.

use chrono::{DateTime, Utc};
use domain::{
    base::page::{self, Direction, PageRequest, PageSizes},
    flows, orders,
    subscriptions::{
        outlook::{NextRenewal, next_renewals},
        query,
    },
};
use entity::subscriptions::{SubscriptionStatus, subscription};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

async fn mei_subscribed(house: &House) -> (Person, subscription::Model) {
    let mei = house.customer("mei").await;
    let row = subscribed(house, &mei, &monthly(house).await).await;
    (mei, row)
}

async fn next(who: &Person, of: &subscription::Model) -> Option<NextRenewal> {
    let found = next_renewals(&who.op, &[of.id]).await.unwrap();
    found.get(&of.id).cloned()
}

fn dates(next: &NextRenewal) -> [String; 3] {
    [next.ordered_at, next.period_start, next.period_end].map(|at: DateTime<Utc>| day(Some(at)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_period_is_known_before_it_is_ordered_and_stays_what_was_foretold() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let foretold = next(&mei, &row).await.unwrap();
        assert_eq!(dates(&foretold), ["2026-12-17", "2026-12-20", "2027-01-20"]);
        assert_eq!((foretold.order_id, foretold.price), (None, twd(PRICE)));
        pass(&house, 27).await;
        let order = renewals(&house, &row).await.remove(0);
        let ordered = next(&mei, &row).await.unwrap();
        assert_eq!(ordered.order_id, Some(order.id));
        assert_eq!(dates(&ordered), dates(&foretold));
        let lin = house.customer("lin").await;
        assert_eq!(next(&lin, &row).await, None, "it is not hers");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_on_has_no_next_period() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        flows::set_auto_renew(&mei.op, row.id, false, "off")
            .await
            .unwrap();
        assert_eq!(next(&mei, &row).await, None);
        flows::resume_subscription(&mei.op, row.id).await.unwrap();
        flows::set_auto_renew(&mei.op, row.id, true, "on")
            .await
            .unwrap();
        assert!(next(&mei, &row).await.is_some());
        flows::pause_subscription(&mei.op, row.id, None)
            .await
            .unwrap();
        assert_eq!(next(&mei, &row).await, None, "it depends on the pause");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_periods_are_told_newest_first_and_to_their_owner() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 27).await;
        let sort = orders::query::by_period(Direction::Descending);
        let periods = async |who: &Person| {
            let paid = orders::query::paid_periods(who.op.actor(), row.id);
            let request = PageRequest::default();
            let page =
                page::fetch(who.op.reader(), paid, &sort, &request, PageSizes::default()).await;
            let rows = page.unwrap().rows.into_iter();
            rows.map(|(_, line)| day(line.period_start))
                .collect::<Vec<_>>()
        };
        assert_eq!(periods(&mei).await, ["2026-11-20"], "the next is not paid");
        let order = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &order).await;
        assert_eq!(periods(&mei).await, ["2026-12-20", "2026-11-20"]);
        let lin = house.customer("lin").await;
        assert!(periods(&lin).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn access_ends_with_the_grace_and_stops_in_a_pause() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let has = async || {
            let now = scene::subscription(&house, &row).await;
            query::has_access(&mei.op, &now).await.unwrap()
        };
        assert!(has().await);
        pass(&house, 32).await; // two days after its end
        assert!(has().await, "days of grace");
        pass(&house, 1).await;
        assert!(!has().await);
        let order = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &order).await;
        assert!(has().await);
        flows::pause_subscription(&mei.op, row.id, None)
            .await
            .unwrap();
        assert!(!has().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_give_a_parked_subscription_back_to_the_clockwork() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let staff = house.staff("staff").await;
        let sound = flows::retry_subscription(&staff.op, row.id).await;
        assert_eq!(refusal(sound), "INVALID_STATE");
        let break_with = async |version| {
            let broken = subscription::ActiveModel {
                id: Set(row.id),
                next_plan_version_id: Set(version),
                ..Default::default()
            };
            broken.update(house.app.database.writer()).await.unwrap();
        };
        break_with(Some(house.job().new_id())).await;
        pass(&house, 37).await;
        let parked = scene::subscription(&house, &row).await;
        assert_eq!((parked.failures, parked.due_at), (10, None));
        let refused = flows::retry_subscription(&mei.op, row.id).await;
        assert_eq!(refusal(refused), "FORBIDDEN");

        // When a person has mended it
        break_with(None).await;
        let retried = flows::retry_subscription(&staff.op, row.id).await.unwrap();
        assert_eq!((retried.failures, retried.last_error), (0, None));
        tick(&house).await;
        assert_eq!(renewals(&house, &row).await.len(), 1);
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::PastDue
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_can_be_given_another_end() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let first = flows::pause_subscription(&mei.op, row.id, None).await;
        let since = first.unwrap().paused_at;
        pass(&house, 5).await;
        let until = house.now() + days(5);
        let again = flows::pause_subscription(&mei.op, row.id, Some(until)).await;
        let again = again.unwrap();
        assert_eq!((again.paused_at, again.resume_at), (since, Some(until)));
        assert_eq!(again.due_at, Some(until));
        pass(&house, 5).await;
        assert_eq!(
            present_period(&house, &row).await.1,
            "2026-12-30",
            "ten days more"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_cannot_wake_a_pause_in_a_way_that_loses_its_days() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let staff = house.staff("staff").await;
        let to =
            async |status| domain::subscriptions::update_status(&staff.op, row.id, status).await;
        to(SubscriptionStatus::Paused).await.unwrap();
        pass(&house, 10).await;
        let refused = to(SubscriptionStatus::Active).await;
        assert_eq!(refusal(refused), "INVALID_STATE");
        flows::resume_subscription(&mei.op, row.id).await.unwrap();
        assert_eq!(present_period(&house, &row).await.1, "2026-12-30");
        invariants::assert_hold(&house).await;
    })
    .await;
}
