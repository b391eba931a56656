//! Money that is stuck: where it is still right the order is settled all the same; otherwise a person decides, once.

use chrono::Duration;
use domain::{
    base::Result,
    flows::{self, OnPayment, Verdict},
    payments::attention::{self, Reason, Suggestion},
    plans::{self, PlanChanges},
};
use entity::{
    orders::{OrderStatus, order},
    payments::{Decision, NoticeState, PaymentMethod, PaymentStatus, payment},
    plans::plan,
    subscriptions::{SubscriptionStatus, subscription},
};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// A subscription whose order and attempt are over.
async fn expired(
    house: &House,
    who: &Person,
    plan: &plan::Model,
) -> (subscription::Model, order::Model, payment::Model) {
    let (subscription, order) = subscribe(who, plan, "s1").await.unwrap();
    let payment = begin(who, order.id, PaymentMethod::CreditCard, "b1")
        .await
        .unwrap();
    hear(house, &declined(&payment)).await.unwrap();
    house.wait(days(2));
    assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 1);
    (subscription, order, payment)
}

/// A cancelled order whose money came.
async fn late(house: &House, who: &Person) -> (order::Model, payment::Model) {
    let (order, payment) =
        order_being_paid(who, &once(house).await, PaymentMethod::CreditCard, "k").await;
    flows::cancel_order(&who.op, order.id, "c").await.unwrap();
    hear(house, &paid(&payment, house.now())).await.unwrap();
    (order, payment)
}

fn because(payment: &payment::Model, note: &str) -> OnPayment {
    OnPayment {
        payment_id: payment.id,
        note: note.to_owned(),
    }
}

/// What the office sees: each payment that waits for a person, and why.
async fn waiting(house: &House, who: &Person) -> Vec<(PaymentStatus, Reason)> {
    let rows = attention::visible_to(who.op.actor(), house.now());
    let rows = rows.all(who.op.reader()).await.unwrap();
    let mut waiting = Vec::new();
    for row in rows {
        let order = domain::orders::query::get(&who.op, row.order_id)
            .await
            .unwrap();
        let decided = decisions(who, &row).await;
        let reason = attention::reason(&row, order.status, &decided, house.now());
        waiting.push((row.status, reason.unwrap()));
    }
    waiting
}

async fn decisions(who: &Person, payment: &payment::Model) -> Vec<Decision> {
    let all = attention::decisions_of(&who.op, &[payment.id])
        .await
        .unwrap();
    let of = all.get(&payment.id).map_or(&[][..], Vec::as_slice);
    of.iter().map(|row| row.decision).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_expired_order_still_buys_what_is_still_sold() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order, payment) = expired(&house, &mei, &monthly(&house).await).await;
        for _ in 0..2 {
            hear(&house, &paid(&payment, house.now())).await.unwrap();
        }
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        let begun = scene::subscription(&house, &subscription).await;
        assert_eq!(
            (begun.status, begun.started_at, begun.ended_at),
            (SubscriptionStatus::Active, Some(house.now()), None)
        );
        assert_eq!(
            moves(&house, order.id).await.split_off(3),
            [
                "4 EXPIRED expire_orders",
                "5 PROCESSING notice",
                "6 PAID notice",
                "7 COMPLETED fulfilled"
            ]
        );
        assert!(
            inbox(&house)
                .await
                .contains(&(NoticeState::Done, Some("reopened".to_owned())))
        );
        assert_eq!(invoices(&house).await.len(), 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_expired_order_waits_for_a_person_when_the_terms_have_changed() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let plan = monthly(&house).await;
        let (subscription, order, payment) = expired(&house, &mei, &plan).await;
        let dearer = PlanChanges {
            price: Some(twd(PRICE + 100)),
            ..Default::default()
        };
        plans::update_plan(&wang.op, plan.id, dearer).await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::PaidLate, Reason::OrderExpired)]
        );
        assert_eq!(
            Reason::OrderExpired.suggestion(),
            Suggestion::AcceptOrRefund
        );
        assert!(
            waiting(&house, &mei).await.is_empty(),
            "nobody else's business"
        );

        // When staff keep the old promise
        house.wait(Duration::hours(3));
        let on = || because(&payment, "she paid at the shop in time");
        for _ in 0..2 {
            let accepted = flows::accept_late_payment(&wang.op, on(), "a")
                .await
                .unwrap();
            assert_eq!(accepted.status, PaymentStatus::Paid);
        }
        // Then it begins today, on the terms of the order, and is off the list
        let begun = scene::subscription(&house, &subscription).await;
        assert_eq!(begun.started_at, Some(house.now()));
        assert_eq!(
            scene::order(&house, &order).await.status,
            OrderStatus::Completed
        );
        assert_eq!(invoices(&house).await[0].total_minor, PRICE);
        assert!(waiting(&house, &wang).await.is_empty());
        assert_eq!(decisions(&wang, &payment).await, [Decision::Accepted]);
        let again = flows::accept_late_payment(&wang.op, on(), "another key").await;
        assert_eq!(refusal(again), "INVALID_STATE");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_expired_order_is_kept_when_another_was_placed_instead() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let plan = monthly(&house).await;
        let (subscription, order, payment) = expired(&house, &mei, &plan).await;
        let (second, _) = subscribe(&mei, &plan, "s2").await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Expired, PaymentStatus::PaidLate)
        );
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Expired
        );
        let on = because(&payment, "she asked for it");
        let accepted = flows::accept_late_payment(&wang.op, on, "a").await;
        assert_eq!(refusal(accepted), "ALREADY_SUBSCRIBED");
        assert_eq!(
            subscription_status(&house, &second).await,
            SubscriptionStatus::Pending
        );
        assert!(
            decisions(&wang, &payment).await.is_empty(),
            "a refusal decides nothing"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_was_ordered_again_is_not_delivered_twice() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let (order, payment) =
            order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k1").await;
        hear(&house, &declined(&payment)).await.unwrap();
        house.wait(days(2));
        flows::expire_orders(&house.job(), 10).await.unwrap();
        let (_, second) = order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k2").await;
        hear(&house, &paid(&second, house.now())).await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Expired, PaymentStatus::PaidLate)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_left_as_credit_is_off_the_list_and_stays_the_customers() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (_, payment) = late(&house, &mei).await;
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::PaidLate, Reason::OrderCancelled)]
        );
        let accepted = flows::accept_late_payment(&wang.op, because(&payment, "no"), "a").await;
        assert_eq!(refusal(accepted), "INVALID_STATE", "it was called off");
        for key in ["b", "b", "c"] {
            let on = because(&payment, "she will order something else");
            let kept = flows::credit_late_payment(&wang.op, on, key).await;
            // The same key with the same words is the same click; another one finds it decided.
            assert_eq!(kept.unwrap().status, PaymentStatus::PaidLate);
        }
        assert!(waiting(&house, &wang).await.is_empty());
        assert_eq!(decisions(&wang, &payment).await, [Decision::Credited]);
        let told = kinds_of(&house, wang.op.request_id()).await;
        assert_eq!(
            told.iter()
                .filter(|kind| *kind == "payment.decided")
                .count(),
            1
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_decide_and_they_say_why() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (_, payment) = late(&house, &mei).await;
        let before = sizes(&house).await;
        let on = || because(&payment, "mine");
        let outcomes = [
            flows::accept_late_payment(&mei.op, on(), "a").await,
            flows::credit_late_payment(&mei.op, on(), "a").await,
            flows::resolve_payment(&mei.op, on(), Verdict::Accept, "a").await,
        ];
        for outcome in outcomes {
            assert_eq!(refusal(outcome), "FORBIDDEN");
        }
        let blank = flows::credit_late_payment(&wang.op, because(&payment, " "), "a").await;
        assert_eq!(refusal(blank), "BLANK");
        let keyless = flows::credit_late_payment(&wang.op, on(), "").await;
        assert_eq!(refusal(keyless), "IDEMPOTENCY_KEY_REQUIRED");
        let none = flows::resolve_payment(&wang.op, on(), Verdict::Reject, "a").await;
        assert_eq!(refusal(none), "INVALID_STATE", "it is not in review");
        assert_eq!(sizes(&house).await, before);
    })
    .await;
}

/// An attempt that brought one dollar too little.
async fn in_review(house: &House, who: &Person) -> (order::Model, payment::Model) {
    let (order, payment) =
        order_being_paid(who, &once(house).await, PaymentMethod::CreditCard, "k").await;
    let short = paid_too_little(&payment, house.now());
    hear(house, &short).await.unwrap();
    let payment = attempt(house, &payment).await;
    assert_eq!(
        (payment.status, payment.received_minor),
        (PaymentStatus::Review, Some(PRICE - 1))
    );
    (order, payment)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_can_be_let_off() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) = in_review(&house, &mei).await;
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::Review, Reason::AmountDiffers)]
        );
        invariants::assert_hold(&house).await;
        let on = because(&payment, "a bank kept a dollar");
        let accepted = flows::resolve_payment(&wang.op, on, Verdict::Accept, "a").await;
        assert_eq!(accepted.unwrap().captured(), twd(PRICE - 1));
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert_eq!(invoices(&house).await[0].total_minor, PRICE);
        assert!(waiting(&house, &wang).await.is_empty());
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rejected_is_the_customers_and_the_order_can_be_paid_again() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) = in_review(&house, &mei).await;
        let on = because(&payment, "she will pay again");
        let rejected = flows::resolve_payment(&wang.op, on, Verdict::Reject, "a").await;
        assert_eq!(rejected.unwrap().status, PaymentStatus::PaidLate);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Failed, PaymentStatus::PaidLate)
        );
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::PaidLate, Reason::SetAside)]
        );
        invariants::assert_hold(&house).await;

        // The gateway's right amount for a second attempt settles it; the first stays the customer's.
        let second = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&second, house.now())).await.unwrap();
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::PaidLate, Reason::OrderSettled)]
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_can_still_settle_while_the_order_waits() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) = in_review(&house, &mei).await;
        let on = |note| because(&payment, note);
        flows::resolve_payment(&wang.op, on("too little"), Verdict::Reject, "a")
            .await
            .unwrap();
        house.wait(Duration::minutes(1));
        flows::accept_late_payment(&wang.op, on("let off after all"), "b")
            .await
            .unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            decisions(&wang, &payment).await,
            [Decision::Rejected, Decision::Accepted]
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_another_amount_brought_no_money_and_is_only_rejected() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        let mut code = code_issued(&payment, house.now() + days(3));
        code.amount = twd(1);
        hear(&house, &code).await.unwrap();
        let accept: Result<_> =
            flows::resolve_payment(&wang.op, because(&payment, "?"), Verdict::Accept, "a").await;
        assert_eq!(refusal(accept), "INVALID_STATE");
        flows::resolve_payment(&wang.op, because(&payment, "odd"), Verdict::Reject, "b")
            .await
            .unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Failed, PaymentStatus::Failed)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_silent_for_a_day_is_told_to_a_person() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        house.gateway.falls_silent(true);
        wait_until_asked(&house, &payment).await;
        janitor(&house).await;
        assert!(waiting(&house, &wang).await.is_empty(), "it is early");
        house.wait(days(1));
        assert_eq!(
            waiting(&house, &wang).await,
            [(PaymentStatus::Unknown, Reason::NoAnswer)]
        );
        house.gateway.falls_silent(false);
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert!(waiting(&house, &wang).await.is_empty());
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_of_staff_who_decide_at_once_settle_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let staff = [house.staff("wang").await, house.staff("chen").await];
        let plan = once(&house).await;
        let (order, payment) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k").await;
        hear(&house, &declined(&payment)).await.unwrap();
        house.wait(days(2));
        flows::expire_orders(&house.job(), 10).await.unwrap();
        plans::archive_plan(&house.job(), plan.id).await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let tasks = staff.map(|who| {
            let on = because(&payment, "it is right");
            tokio::spawn(async move { flows::accept_late_payment(&who.op, on, "a").await })
        });
        let mut accepted = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => accepted += 1,
                Err(error) => assert_eq!(error.code(), "INVALID_STATE"),
            }
        }
        assert_eq!(accepted, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
