//! What an office narrows lists by.

use domain::{
    flows, invoices, invoices::query::InvoiceFilter, orders, orders::query::OrderFilter, payments,
    payments::query::PaymentFilter, subscriptions, subscriptions::query::SubscriptionFilter,
};
use entity::{
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus},
    subscriptions::SubscriptionStatus,
};
use sea_orm::{EntityTrait, Select};

use crate::kit::{House, on_each_engine};

use super::scene::{self, *};

async fn ids<E: EntityTrait>(
    house: &House,
    select: Select<E>,
    id: fn(&E::Model) -> String,
) -> Vec<String> {
    let rows = select.all(house.app.database.reader()).await.unwrap();
    let mut ids: Vec<String> = rows.iter().map(id).collect();
    ids.sort();
    ids
}

/// The ids of these, sorted.
fn these<T: ToString>(ids: &[T]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_narrows_lists_by_what_it_looks_for() {
    on_each_engine(|house| async move {
        let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
        let sam = house.staff("sam").await;
        let (pro, manual) = (monthly(&house).await, once(&house).await);
        let (subscription, first) = subscribe(&mei, &pro, "k1").await.unwrap();
        let card = begin(&mei, first.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&card, house.now())).await.unwrap();
        house.wait(days(1));
        let (second, code) = order_being_paid(&kim, &manual, PaymentMethod::Atm, "k1").await;
        let third = buy(&kim, &manual, 1, "k3").await.unwrap();
        flows::cancel_order(&kim.op, third.id, "k4").await.unwrap();
        let invoice = scene::invoices(&house).await.remove(0);
        let (day, actor) = (house.now(), sam.op.actor());

        for (filter, expected) in [
            (
                OrderFilter::default(),
                these(&[first.id, second.id, third.id]),
            ),
            (
                OrderFilter {
                    statuses: Some(vec![OrderStatus::Completed, OrderStatus::Cancelled]),
                    ..Default::default()
                },
                these(&[first.id, third.id]),
            ),
            (
                OrderFilter {
                    statuses: Some(Vec::new()),
                    ..Default::default()
                },
                these::<String>(&[]),
            ),
            (
                OrderFilter {
                    user_id: Some(kim.user.id),
                    payment_method: Some(PaymentMethod::Atm),
                    ..Default::default()
                },
                these(&[second.id]),
            ),
            (
                OrderFilter {
                    number: Some(format!(" {} ", third.number.to_lowercase())),
                    ..Default::default()
                },
                these(&[third.id]),
            ),
            (
                OrderFilter {
                    placed_from: Some(day),
                    ..Default::default()
                },
                these(&[second.id, third.id]),
            ),
            (
                OrderFilter {
                    placed_before: Some(day),
                    ..Default::default()
                },
                these(&[first.id]),
            ),
        ] {
            let select = filter.clone().apply(orders::query::visible_to(actor));
            assert_eq!(
                ids(&house, select, |row| row.id.to_string()).await,
                expected,
                "{filter:?}"
            );
        }
        for (filter, expected) in [
            (PaymentFilter::default(), these(&[card.id, code.id])),
            (
                PaymentFilter {
                    statuses: Some(vec![PaymentStatus::Paid]),
                    ..Default::default()
                },
                these(&[card.id]),
            ),
            (
                PaymentFilter {
                    methods: Some(vec![PaymentMethod::Atm]),
                    order_id: Some(second.id),
                    ..Default::default()
                },
                these(&[code.id]),
            ),
            (
                PaymentFilter {
                    trade_no: Some(code.merchant_trade_no.clone()),
                    ..Default::default()
                },
                these(&[code.id]),
            ),
            (
                PaymentFilter {
                    trade_no: Some(format!("G{}", card.merchant_trade_no)),
                    ..Default::default()
                },
                these(&[card.id]),
            ),
            (
                PaymentFilter {
                    created_from: Some(day),
                    ..Default::default()
                },
                these(&[code.id]),
            ),
            (
                PaymentFilter {
                    created_before: Some(day),
                    ..Default::default()
                },
                these(&[card.id]),
            ),
        ] {
            let select = filter.clone().apply(payments::query::visible_to(actor));
            assert_eq!(
                ids(&house, select, |row| row.id.to_string()).await,
                expected,
                "{filter:?}"
            );
        }
        let end = scene::subscription(&house, &subscription)
            .await
            .current_period_end
            .unwrap();
        for (filter, found) in [
            (SubscriptionFilter::default(), true),
            (
                SubscriptionFilter {
                    statuses: Some(vec![SubscriptionStatus::Active]),
                    user_id: Some(mei.user.id),
                    plan_id: Some(pro.id),
                    auto_renew: Some(true),
                    is_parked: Some(false),
                    past_due_before: None,
                    period_ends_before: Some(end + days(1)),
                },
                true,
            ),
            (
                SubscriptionFilter {
                    statuses: Some(vec![SubscriptionStatus::Pending]),
                    ..Default::default()
                },
                false,
            ),
            (
                SubscriptionFilter {
                    user_id: Some(kim.user.id),
                    ..Default::default()
                },
                false,
            ),
            (
                SubscriptionFilter {
                    plan_id: Some(manual.id),
                    ..Default::default()
                },
                false,
            ),
            (
                SubscriptionFilter {
                    auto_renew: Some(false),
                    ..Default::default()
                },
                false,
            ),
            (
                SubscriptionFilter {
                    period_ends_before: Some(end),
                    ..Default::default()
                },
                false,
            ),
        ] {
            let select = filter
                .clone()
                .apply(subscriptions::query::visible_to(actor));
            let rows = ids(&house, select, |row| row.id.to_string()).await;
            assert_eq!(!rows.is_empty(), found, "{filter:?}");
        }
        for (filter, found) in [
            (InvoiceFilter::default(), true),
            (
                InvoiceFilter {
                    user_id: Some(mei.user.id),
                    subscription_id: Some(subscription.id),
                    number: Some("inv-2026-000001".to_owned()),
                    status: Some(entity::invoices::InvoiceStatus::Issued),
                    issued_from: Some(invoice.issued_at),
                    issued_before: Some(day),
                },
                true,
            ),
            (
                InvoiceFilter {
                    user_id: Some(kim.user.id),
                    ..Default::default()
                },
                false,
            ),
            (
                InvoiceFilter {
                    number: Some("INV-2026-00000_".to_owned()),
                    ..Default::default()
                },
                false,
            ),
            (
                InvoiceFilter {
                    status: Some(entity::invoices::InvoiceStatus::Void),
                    ..Default::default()
                },
                false,
            ),
            (
                InvoiceFilter {
                    issued_from: Some(day),
                    ..Default::default()
                },
                false,
            ),
            (
                InvoiceFilter {
                    issued_before: Some(invoice.issued_at),
                    ..Default::default()
                },
                false,
            ),
        ] {
            let select = filter.clone().apply(invoices::query::visible_to(actor));
            let rows = ids(&house, select, |row| row.id.to_string()).await;
            assert_eq!(!rows.is_empty(), found, "{filter:?}");
        }
    })
    .await;
}
