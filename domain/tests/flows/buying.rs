//! What can be bought, how, and how often.

use domain::{
    flows,
    plans::{self, PlanChanges},
};
use entity::{
    orders::OrderStatus, payments::PaymentMethod, plans::BillingCycle,
    subscriptions::SubscriptionStatus,
};

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn a_free_plan_begins_at_once_without_payment_or_invoice() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let free = plan(&house, "free", 0, BillingCycle::Monthly).await;
        let (subscription, order) = subscribe(&mei, &free, "k1").await.unwrap();
        assert_eq!(order.status, OrderStatus::Completed);
        assert_eq!(order.payment_method, Some(PaymentMethod::Free));
        assert_eq!(subscription.status, SubscriptionStatus::Active);
        assert_eq!(
            subscription.current_period_end,
            Some(house.now() + days(30))
        );
        let [settlement] = &settlements(&house).await[..] else {
            panic!("one settlement")
        };
        assert_eq!((settlement.payment_id, settlement.amount_minor), (None, 0));
        let [_, payments, _, _, _, invoices, ..] = sizes(&house).await;
        assert_eq!((payments, invoices), (0, 0));
        assert_eq!(
            refusal(begin(&mei, order.id, PaymentMethod::CreditCard, "k2").await),
            "INVALID_STATE"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_paid_once_is_ordered_by_the_piece() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for odd in [0, -1, 1001, i32::MAX] {
            assert_eq!(
                refusal(buy(&mei, &manual, odd, "odd").await),
                "OUT_OF_RANGE",
                "{odd}"
            );
        }
        let order = buy(&mei, &manual, 3, "k1").await.unwrap();
        assert_eq!(order.total(), twd(3 * PRICE));
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        assert_eq!(payment.amount(), twd(3 * PRICE));
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            scene::order(&house, &order).await.status,
            OrderStatus::Completed
        );
        let [invoice] = &scene::invoices(&house).await[..] else {
            panic!("one invoice")
        };
        assert_eq!(
            (invoice.total_minor, invoice.subscription_id),
            (3 * PRICE, None)
        );
        // The same again: a thing can be bought twice.
        assert!(buy(&mei, &manual, 1, "k3").await.is_ok());
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_plan_has_its_own_way_in_and_only_what_is_for_sale_is_sold() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (pro, manual) = (monthly(&house).await, once(&house).await);
        let before = sizes(&house).await;
        assert_eq!(
            refusal(subscribe(&mei, &manual, "k1").await),
            "PLAN_NOT_RECURRING"
        );
        assert_eq!(refusal(buy(&mei, &pro, 1, "k2").await), "PLAN_RECURRING");
        let hidden = PlanChanges {
            is_active: Some(false),
            ..PlanChanges::default()
        };
        plans::update_plan(&house.job(), pro.id, hidden)
            .await
            .unwrap();
        assert_eq!(
            refusal(subscribe(&mei, &pro, "k3").await),
            "PLAN_NOT_FOR_SALE"
        );
        assert_eq!(sizes(&house).await[..7], before[..7], "nothing was made");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_changes_after_the_order_does_not_change_the_order() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let pro = monthly(&house).await;
        let (_, order) = subscribe(&mei, &pro, "k1").await.unwrap();
        let dearer = PlanChanges {
            price: Some(twd(2 * PRICE)),
            ..PlanChanges::default()
        };
        plans::update_plan(&house.job(), pro.id, dearer)
            .await
            .unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        assert_eq!(payment.amount(), twd(PRICE));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_clicks_at_once_make_one_subscription() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let pro = monthly(&house).await;
        let clicks = (0..20).map(|click| {
            let (op, plan_id) = (mei.op.clone(), pro.id);
            tokio::spawn(async move {
                let new = flows::NewSubscriptionOrder {
                    plan_id,
                    auto_renew: true,
                    notes: String::new(),
                };
                flows::create_subscription(&op, new, &format!("click-{click}")).await
            })
        });
        let clicks: Vec<_> = clicks.collect();
        let mut made = 0;
        for click in clicks {
            match click.await.unwrap() {
                Ok(_) => made += 1,
                Err(refused) => assert_eq!(refused.code(), "ALREADY_SUBSCRIBED", "{refused:?}"),
            }
        }
        assert_eq!(made, 1);
        let [orders, _, subscriptions, ..] = sizes(&house).await;
        assert_eq!(
            (orders, subscriptions),
            (1, 1),
            "a refused click leaves no order"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cancelled_may_subscribe_again_and_whoever_subscribed_may_not() {
    on_each_engine(|house| async move {
        let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
        let pro = monthly(&house).await;
        let (first, order) = subscribe(&mei, &pro, "k1").await.unwrap();
        assert_eq!(
            refusal(subscribe(&mei, &pro, "k2").await),
            "ALREADY_SUBSCRIBED"
        );
        assert!(
            subscribe(&kim, &pro, "k1").await.is_ok(),
            "another person's is no hindrance"
        );

        let cancelled = flows::cancel_order(&mei.op, order.id, "k3").await.unwrap();
        assert_eq!(cancelled.status, OrderStatus::Cancelled);
        assert_eq!(cancelled.cancelled_at, Some(house.now()));
        let ended = scene::subscription(&house, &first).await;
        assert_eq!(
            (ended.status, ended.ended_at),
            (SubscriptionStatus::Cancelled, Some(house.now()))
        );
        let (second, order) = subscribe(&mei, &pro, "k2").await.unwrap();
        assert_ne!(second.id, first.id);

        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k4")
            .await
            .unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            refusal(subscribe(&mei, &pro, "k5").await),
            "ALREADY_SUBSCRIBED"
        );
        assert_eq!(
            refusal(flows::cancel_order(&mei.op, order.id, "k6").await),
            "INVALID_STATE"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
