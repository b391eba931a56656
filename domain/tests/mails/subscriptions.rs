//! Mails about subscriptions and refunds: what comes, what is missing, what is over, what went back.

use chrono::Duration;
use domain::flows::{self, CancelAt, RefundRequest};
use entity::{
    notify::DeliveryState::{Done, Skipped},
    payments::PaymentMethod,
};

use crate::{
    kit::{House, Person, on_each_engine},
    post,
    scene::*,
    states,
};

/// What mei was told since she bought: the subject and text of each mail.
async fn told(house: &House) -> Vec<(String, String)> {
    while post(house).await > 0 {}
    let about = ["verification code", "payment received"];
    let mails = house.mailer.sent().into_iter();
    mails
        .map(|mail| (mail.words.subject, mail.words.text))
        .filter(|(subject, _)| !about.contains(&subject.as_str()))
        .collect()
}

async fn subjects(house: &House) -> Vec<String> {
    told(house).await.into_iter().map(|mail| mail.0).collect()
}

/// Days pass; the clockwork ticks and the post goes on each.
async fn pass_with_post(house: &House, days: i64) {
    for _ in 0..days {
        pass(house, 1).await;
        while post(house).await > 0 {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_pay_is_told_six_times_and_then_nothing_more() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        subscribed(&house, &mei, &monthly(&house).await).await;
        pass_with_post(&house, 100).await;

        // The renewal on 17 December, four reminders from the 21st on, the end on the 28th
        let told = told(&house).await;
        let subjects: Vec<&str> = told.iter().map(|mail| mail.0.as_str()).collect();
        assert_eq!(
            subjects,
            [
                "renewal coming",
                "payment reminder",
                "payment reminder",
                "payment reminder",
                "payment reminder",
                "subscription ended"
            ]
        );
        let link = "https://shop.example/pay/order/ord_";
        assert!(told[0].1.starts_with(link), "{}", told[0].1);
        for reminder in &told[1..4] {
            let expected = format!("until 12-28: {link}");
            assert!(reminder.1.starts_with(&expected), "{}", reminder.1);
        }
        let expected = format!("last, until 12-28: {link}");
        assert!(told[4].1.starts_with(&expected), "{}", told[4].1);
        assert_eq!(told[5].1, "Pro, unpaid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_before_the_post_went_is_not_asked_for() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        while post(&house).await > 0 {}
        // The order of the next period and two reminders wait for the post
        pass(&house, 34).await;
        let order = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &order).await;
        assert!(told(&house).await.is_empty());
        assert_eq!(
            states(&house).await,
            [Done, Done, Skipped, Skipped, Skipped, Done],
            "a code, a receipt; the renewal, two reminders; a receipt"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_reminders_that_wait_only_the_last_is_sent() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        subscribed(&house, &mei, &monthly(&house).await).await;
        while post(&house).await > 0 {}
        pass(&house, 35).await;
        assert_eq!(subjects(&house).await, ["payment reminder"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_pays_by_a_card_that_is_charged_again_is_not_asked_to_pay() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, order) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();
        let first = begin(&mei, order.id, PaymentMethod::CreditCardPeriodic, "b")
            .await
            .unwrap();
        hear(&house, &paid(&first, house.now())).await.unwrap();
        pass_with_post(&house, 28).await;
        let expected = ("renewal coming".to_owned(), "by card".to_owned());
        assert_eq!(told(&house).await, [expected]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_nothing_is_renewed_without_a_word() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let free = plan(&house, "free", 0, entity::plans::BillingCycle::Monthly).await;
        let (row, _) = subscribe(&mei, &free, "s").await.unwrap();
        pass_with_post(&house, 40).await;
        assert_eq!(renewals(&house, &row).await.len(), 1);
        assert!(told(&house).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_of_what_ran_and_not_of_what_never_began() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (pending, _) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();
        cancel(&mei, pending.id, "c").await;
        assert!(told(&house).await.is_empty());

        let plan = plan(&house, "other", PRICE, entity::plans::BillingCycle::Monthly).await;
        let running = subscribed(&house, &mei, &plan).await;
        cancel(&mei, running.id, "d").await;
        let expected = ("subscription ended".to_owned(), "Pro".to_owned());
        assert_eq!(told(&house).await, [expected]);
    })
    .await;
}

async fn cancel(who: &Person, id: entity::id::SubscriptionId, key: &str) {
    let now = CancelAt::Now;
    flows::cancel_subscription(&who.op, id, now, key)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_went_back_is_told_once_it_did() {
    on_each_engine(|house| async move {
        let (mei, wei) = (house.customer("mei").await, house.staff("wei").await);
        let manual = once(&house).await;
        let (_, payment) = order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        // The gateway says nothing at first
        house.gateway.cards.answers_not(1);
        let request = RefundRequest {
            payment_id: payment.id,
            amount: Some(twd(300)),
            reason: "the lid was loose".to_owned(),
            by_hand: false,
            end_subscription: false,
        };
        flows::refund_payment(&wei.op, request, "r").await.unwrap();
        assert!(told(&house).await.is_empty());
        for _ in 0..3 {
            house.wait(Duration::hours(1));
            flows::send_refunds(&house.job(), 10).await.unwrap();
        }
        let expected = ("refunded".to_owned(), "300".to_owned());
        assert_eq!(told(&house).await, [expected]);
    })
    .await;
}
