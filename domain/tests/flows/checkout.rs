//! From an order to its settlement, when all goes well; and what is left when it does not.

use chrono::{DateTime, Utc};
use domain::{audit, flows, flows::receive_notice::Received, invoices};
use entity::{
    orders::OrderStatus,
    payments::{NoticeState, PaymentMethod, PaymentStatus},
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
