//! Subscriptions that rest for a while.

use domain::flows;
use entity::{plans::BillingCycle, subscriptions::SubscriptionStatus};

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn the_days_that_were_paid_and_not_used_are_kept() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        pass(&house, 28).await; // 18 December: the next period is ordered, two days are left
        let paused = flows::pause_subscription(&mei.op, row.id, None)
            .await
            .unwrap();
        assert_eq!(paused.status, SubscriptionStatus::Paused);
        pass(&house, 100).await; // 28 March
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Paused
        );
        assert_eq!(invoices(&house).await.len(), 1, "nothing was billed");
        let awake = flows::resume_subscription(&mei.op, row.id).await.unwrap();
        assert_eq!(awake.status, SubscriptionStatus::Active);
        assert_eq!(day(awake.current_period_end), "2027-03-30");
        tick(&house).await;
        let order = renewals(&house, &row).await.pop().unwrap();
        pay(&house, &mei, &order).await;
        pass(&house, 2).await;
        assert_eq!(
            present_period(&house, &row).await,
            ("2027-03-30".to_owned(), "2027-04-30".to_owned())
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_with_a_last_day_ends_by_itself() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        pass(&house, 10).await;
        let until = house.now() + days(14);
        flows::pause_subscription(&mei.op, row.id, Some(until))
            .await
            .unwrap();
        pass(&house, 13).await;
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Paused
        );
        pass(&house, 1).await;
        let awake = scene::subscription(&house, &row).await;
        assert_eq!(awake.status, SubscriptionStatus::Active);
        assert_eq!(
            awake.current_period_end,
            row.current_period_end.map(|end| end + days(14))
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_rest_says_why() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let weekly = plan(&house, "weekly", PRICE, BillingCycle::Weekly).await;
        let (waiting, _) = subscribe(&mei, &weekly, "w").await.unwrap();
        let pause = |id, until| flows::pause_subscription(&mei.op, id, until);
        assert_eq!(refusal(pause(waiting.id, None).await), "INVALID_STATE");
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        let now = house.now();
        for odd in [now, now - days(1), now + days(367)] {
            let refused = pause(row.id, Some(odd)).await;
            assert_eq!(refusal(refused), "OUT_OF_RANGE", "{odd}");
        }
        pass(&house, 27).await;
        let order = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &order).await;
        assert_eq!(
            refusal(pause(row.id, None).await),
            "INVALID_STATE",
            "the next period is paid already"
        );
        pass(&house, 3).await;
        pause(row.id, None).await.unwrap();
        let again = pause(row.id, None).await.unwrap();
        assert_eq!(again.version, 3, "a repeat is a success");
        let lin = house.customer("lin").await;
        let theirs = flows::resume_subscription(&lin.op, row.id).await;
        assert_eq!(refusal(theirs), "NOT_FOUND");
        invariants::assert_hold(&house).await;
    })
    .await;
}
