//! Keys that make a repeated click harmless.

use domain::{
    base::{Code, Error},
    flows::{self, NewPlanOrder},
};
use entity::{orders::OrderStatus, payments::PaymentMethod};

use crate::kit::{invariants, on_each_engine};

use super::scene::*;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clicks_with_one_key_make_one_order_and_get_one_answer() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let clicks: Vec<_> = (0..50)
            .map(|_| {
                let (op, plan_id) = (mei.op.clone(), manual.id);
                tokio::spawn(async move {
                    let new = NewPlanOrder {
                        plan_id,
                        quantity: 2,
                        notes: "for Mei".to_owned(),
                    };
                    flows::create_order(&op, new, "the key").await
                })
            })
            .collect();
        let mut answers = Vec::new();
        for click in clicks {
            answers.push(click.await.unwrap().unwrap());
        }
        assert_eq!(answers.len(), 50);
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        let [orders, ..] = sizes(&house).await;
        assert_eq!(orders, 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_one_input_of_one_person_and_one_operation() {
    on_each_engine(|house| async move {
        let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
        let manual = once(&house).await;
        let order = buy(&mei, &manual, 1, "key").await.unwrap();

        let other_input = buy(&mei, &manual, 2, "key").await;
        assert_eq!(refusal(other_input), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(buy(&mei, &manual, 1, "key").await.unwrap(), order);
        let kims = buy(&kim, &manual, 2, "key").await.unwrap();
        assert_ne!(kims.id, order.id);
        assert!(
            begin(&mei, order.id, PaymentMethod::CreditCard, "key")
                .await
                .is_ok()
        );
        let other_method = begin(&mei, order.id, PaymentMethod::Atm, "key").await;
        assert_eq!(refusal(other_method), "IDEMPOTENCY_KEY_REUSED");

        assert!(subscribe(&mei, &monthly(&house).await, "key").await.is_ok());
        let [orders, attempts, ..] = sizes(&house).await;
        assert_eq!((orders, attempts), (3, 1));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_without_a_key() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (pro, manual) = (monthly(&house).await, once(&house).await);
        let order = buy(&mei, &manual, 1, "key").await.unwrap();
        let before = sizes(&house).await;
        for key in ["", " ", "\t\n"] {
            let refused = [
                buy(&mei, &manual, 1, key).await.unwrap_err(),
                subscribe(&mei, &pro, key).await.unwrap_err(),
                begin(&mei, order.id, PaymentMethod::Atm, key)
                    .await
                    .unwrap_err(),
                flows::cancel_order(&mei.op, order.id, key)
                    .await
                    .unwrap_err(),
            ];
            for error in refused {
                let Error::Invalid { field, code, .. } = error else {
                    panic!("{error:?}")
                };
                assert_eq!(
                    (field, code),
                    ("idempotencyKey", Code::IdempotencyKeyRequired)
                );
            }
        }
        let long = "k".repeat(201);
        assert_eq!(refusal(buy(&mei, &manual, 1, &long).await), "TOO_LONG");
        assert!(buy(&mei, &manual, 1, &long[1..]).await.is_ok());
        assert_eq!(sizes(&house).await[1..3], before[1..3]);
        assert_eq!(sizes(&house).await[0], before[0] + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_click_leaves_its_key_free_to_be_used_again() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let pro = monthly(&house).await;
        let (_, order) = subscribe(&mei, &pro, "k1").await.unwrap();
        assert_eq!(
            refusal(subscribe(&mei, &pro, "k2").await),
            "ALREADY_SUBSCRIBED"
        );
        flows::cancel_order(&mei.op, order.id, "k3").await.unwrap();
        assert!(subscribe(&mei, &pro, "k2").await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_click_is_answered_with_the_thing_as_it_is_now() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let pro = monthly(&house).await;
        let (subscription, order) = subscribe(&mei, &pro, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let (same_subscription, same_order) = subscribe(&mei, &pro, "k1").await.unwrap();
        assert_eq!(
            (same_subscription.id, same_order.id),
            (subscription.id, order.id)
        );
        assert_eq!(same_order.status, OrderStatus::Completed);
        assert!(same_subscription.current_period_end.is_some());

        let other = buy(&mei, &once(&house).await, 1, "k3").await.unwrap();
        let first = flows::cancel_order(&mei.op, other.id, "k4").await.unwrap();
        let again = flows::cancel_order(&mei.op, other.id, "k4").await.unwrap();
        assert_eq!(first, again);
        assert_eq!(moves(&house, other.id).await.len(), 2, "cancelled once");
        invariants::assert_hold(&house).await;
    })
    .await;
}
