//! From an order to its settlement, when all goes well; and what is left when it does not.

use chrono::{DateTime, Utc};
use domain::{
    audit, flows,
    flows::receive_notice::Received,
    invoices,
    plans::{self, PlanChanges},
};
use entity::{
    orders::OrderStatus,
    payments::{NoticeState, PaymentMethod, PaymentStatus},
    plans::BillingCycle,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use crate::kit::{House, invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_subscription_begins_and_is_invoiced() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = monthly(&house).await;

        let (subscription, order) = subscribe(&mei, &plan, "k1").await.unwrap();
        assert_eq!(order.status, OrderStatus::Pending);
        assert_eq!(order.total(), twd(PRICE));
        assert_eq!(subscription.status, SubscriptionStatus::Pending);
        assert_eq!(subscription.current_period_start, None);

        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        assert_eq!(payment.amount(), twd(PRICE));
        let callback = house.callback();
        let answer = flows::receive_notice(&callback, &paid(&payment, house.now())).await;
        assert_eq!(answer.unwrap(), Received::Done);

        let payment = attempt(&house, &payment).await;
        assert_eq!(payment.status, PaymentStatus::Paid);
        assert_eq!(payment.paid_at, Some(house.now()));
        assert_eq!(payment.fee_minor, Some(18));
        assert_eq!(
            payment.next_check_at, None,
            "there is nothing to ask any more"
        );
        let order = scene::order(&house, &order).await;
        assert_eq!(order.status, OrderStatus::Completed);
        assert_eq!(order.paid_at, Some(house.now()));
        assert_eq!(order.payment_method, Some(PaymentMethod::CreditCard));
        let subscription = scene::subscription(&house, &subscription).await;
        assert_eq!(subscription.status, SubscriptionStatus::Active);
        assert_eq!(subscription.current_period_start, Some(house.now()));
        assert_eq!(
            subscription.current_period_end,
            Some(house.now() + days(30)),
            "November"
        );

        assert_eq!(
            moves(&house, order.id).await,
            [
                "1 PENDING create_order",
                "2 PROCESSING begin_payment",
                "3 PAID notice",
                "4 COMPLETED fulfilled"
            ]
        );
        assert_eq!(
            moves(&house, payment.id).await,
            ["1 PENDING begin_payment", "2 PAID notice"]
        );
        assert_eq!(
            moves(&house, subscription.id).await,
            ["1 PENDING create_subscription", "2 ACTIVE settlement"]
        );
        assert_eq!(
            kinds_of(&house, callback.request_id()).await,
            [
                "invoice.issued",
                "order.status_changed",
                "order.status_changed",
                "payment.status_changed",
                "subscription.status_changed"
            ]
        );
        assert_eq!(
            inbox(&house).await,
            [(NoticeState::Done, Some("settled".to_owned()))]
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoice_says_what_was_bought_by_whom_with_the_tax_that_is_in_the_price() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();

        let [settlement] = &settlements(&house).await[..] else {
            panic!("one settlement")
        };
        assert_eq!(settlement.order_id, order.id);
        assert_eq!(settlement.payment_id, Some(payment.id));
        assert_eq!(settlement.amount_minor, PRICE);

        let [invoice] = &scene::invoices(&house).await[..] else {
            panic!("one invoice")
        };
        assert_eq!(invoice.number, "INV-2026-000001");
        assert_eq!(
            (invoice.net_minor, invoice.tax_minor, invoice.total_minor),
            (856, 43, 899)
        );
        assert_eq!(invoice.tax_rate_basis_points, 500);
        assert_eq!(invoice.user_id, mei.user.id);
        assert_eq!(invoice.buyer.name, "Mei Lin");
        assert_eq!(invoice.buyer.email, "mei@shop.example");
        assert_eq!(invoice.subscription_id, Some(subscription.id));
        assert_eq!(invoice.period_start, Some(house.now()));
        assert_eq!(invoice.period_end, Some(house.now() + days(30)));
        assert_eq!(invoice.paid_at, Some(house.now()));

        let lines = invoices::query::lines_of(&mei.op, &[invoice.id])
            .await
            .unwrap();
        let [line] = &lines[&invoice.id][..] else {
            panic!("one line")
        };
        assert_eq!((line.description.as_str(), line.quantity), ("Pro", 1));
        assert_eq!((line.amount_minor, line.tax_minor), (899, 43));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_stands_in_the_audit_trail_with_who_did_it() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();

        let filter = audit::AuditFilter {
            subject: Some(order.id.to_string()),
            ..Default::default()
        };
        let lines = audit::query::matching(house.job().actor(), &filter);
        let lines = lines.all(house.app.database.reader()).await.unwrap();
        let mut told: Vec<String> = lines
            .into_iter()
            .map(|line| {
                let to = line.details["to"].as_str().unwrap_or("-").to_owned();
                let person = line.actor_user_id.is_some_and(|id| id == mei.user.id);
                format!(
                    "{} {to} {} {} {person}",
                    line.action, line.actor, line.origin
                )
            })
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "order.placed - user graphql true",
                "order.status_changed COMPLETED system:callback callback false",
                "order.status_changed PAID system:callback callback false",
                "order.status_changed PROCESSING user graphql true",
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn periods_and_invoice_years_are_taipei_s() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        // Half past midnight in Taipei, on the last of January 2027; still the 30th in UTC.
        let midnight: DateTime<Utc> = "2027-01-30T16:30:00Z".parse().unwrap();
        house.wait(midnight - house.now());
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&payment, midnight)).await.unwrap();
        let subscription = scene::subscription(&house, &subscription).await;
        let end = subscription.current_period_end.unwrap();
        assert_eq!(
            end.to_rfc3339(),
            "2027-02-27T16:30:00+00:00",
            "28 February in Taipei"
        );

        // New Year in Taipei, while it is still the old year in UTC.
        let new_year: DateTime<Utc> = "2027-12-31T16:00:00Z".parse().unwrap();
        house.wait(new_year - house.now());
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k3").await;
        hear(&house, &paid(&payment, new_year)).await.unwrap();
        let numbers: Vec<String> = scene::invoices(&house)
            .await
            .into_iter()
            .map(|i| i.number)
            .collect();
        assert_eq!(numbers, ["INV-2027-000001", "INV-2028-000001"]);
        invariants::assert_hold(&house).await;
    })
    .await;
}

async fn set_subscription(house: &House, row: &subscription::Model, status: SubscriptionStatus) {
    let changed = subscription::ActiveModel {
        id: Set(row.id),
        status: Set(status),
        ..Default::default()
    };
    changed.update(house.app.database.writer()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_that_fails_leaves_nothing_and_is_made_later_from_the_stored_notice() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        let money = paid(&payment, house.now());
        // Somebody damaged the row by hand: a subscription that ended cannot begin.
        set_subscription(&house, &subscription, SubscriptionStatus::Expired).await;
        let before = sizes(&house).await;

        assert_eq!(hear(&house, &money).await.unwrap(), Received::Stored);

        let mut expected = before;
        expected[3] += 1;
        assert_eq!(sizes(&house).await, expected, "the notice and nothing else");
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Processing, PaymentStatus::Pending)
        );
        assert_eq!(inbox(&house).await, [(NoticeState::Received, None)]);

        // While the damage lasts, the job tries and fails, and keeps count.
        let read = |_: &entity::payments::notice::Model| Some(money.clone());
        assert_eq!(
            flows::apply_notices(&house.job(), 10, read).await.unwrap(),
            0
        );
        let stored = entity::payments::notice::Entity::find();
        let stored = stored
            .one(house.app.database.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.attempts, stored.last_error.as_deref()),
            (2, Some("INVALID_STATE"))
        );

        set_subscription(&house, &subscription, SubscriptionStatus::Pending).await;
        assert_eq!(
            flows::apply_notices(&house.job(), 10, read).await.unwrap(),
            1
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Active
        );
        assert_eq!(
            inbox(&house).await,
            [(NoticeState::Done, Some("settled".to_owned()))]
        );
        assert_eq!(
            scene::invoices(&house).await[0].number,
            "INV-2026-000001",
            "no number was lost"
        );
        assert_eq!(
            flows::apply_notices(&house.job(), 10, read).await.unwrap(),
            0
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

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
