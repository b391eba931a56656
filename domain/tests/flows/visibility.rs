//! What is not one's own is not there; staff see all, and nobody sees nothing.

use domain::{
    base::{Error, Op},
    flows::{self, BeginPayment, NewPlanOrder, NewSubscriptionOrder},
    invoices, orders, payments, subscriptions,
};
use entity::{
    invoices::invoice,
    orders::{OrderStatus, order},
    payments::{PaymentMethod, payment},
    subscriptions::subscription,
};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// All that one person has.
struct Belongings {
    order: order::Model,
    payment: payment::Model,
    subscription: subscription::Model,
    invoice: invoice::Model,
}

/// The person subscribes and pays.
async fn belongings(house: &House, who: &Person, plan: &entity::plans::plan::Model) -> Belongings {
    let (row, order) = subscribe(who, plan, "k1").await.unwrap();
    let payment = begin(who, order.id, PaymentMethod::CreditCard, "k2")
        .await
        .unwrap();
    hear(house, &paid(&payment, house.now())).await.unwrap();
    let invoices = scene::invoices(house).await;
    let invoice = invoices
        .into_iter()
        .find(|invoice| invoice.order_id == order.id)
        .unwrap();
    Belongings {
        order: scene::order(house, &order).await,
        payment: attempt(house, &payment).await,
        subscription: scene::subscription(house, &row).await,
        invoice,
    }
}

/// Which of the four this operation finds, by each of the ways to look.
async fn finds(op: &Op, things: &Belongings) -> Vec<(&'static str, bool)> {
    let Belongings {
        order,
        payment,
        subscription,
        invoice,
    } = things;
    let found = |name, answer: Result<bool, Error>| match answer {
        Ok(is_right) => (name, is_right),
        Err(Error::NotFound(_)) => (name, false),
        Err(other) => panic!("{name}: {other:?}"),
    };
    let database = op.reader();
    vec![
        found(
            "order",
            orders::query::get(op, order.id)
                .await
                .map(|row| row == *order),
        ),
        found(
            "payment",
            payments::query::get(op, payment.id)
                .await
                .map(|row| row == *payment),
        ),
        found(
            "subscription",
            subscriptions::query::get(op, subscription.id)
                .await
                .map(|row| row == *subscription),
        ),
        found(
            "invoice",
            invoices::query::get(op, invoice.id)
                .await
                .map(|row| row == *invoice),
        ),
        found(
            "payment by number",
            payments::query::by_trade_no(op, &payment.merchant_trade_no)
                .await
                .map(|row| row.as_ref() == Some(payment)),
        ),
        found(
            "orders by ids",
            orders::query::by_ids(op, &[order.id])
                .await
                .map(|rows| rows.contains_key(&order.id)),
        ),
        found(
            "subscriptions by ids",
            subscriptions::query::by_ids(op, &[subscription.id])
                .await
                .map(|rows| rows.contains_key(&subscription.id)),
        ),
        (
            "orders in the list",
            all(orders::query::visible_to(op.actor()), database)
                .await
                .contains(order),
        ),
        (
            "payments in the list",
            all(payments::query::visible_to(op.actor()), database)
                .await
                .contains(payment),
        ),
        (
            "subscriptions in the list",
            all(subscriptions::query::visible_to(op.actor()), database)
                .await
                .contains(subscription),
        ),
        (
            "invoices in the list",
            all(invoices::query::visible_to(op.actor()), database)
                .await
                .contains(invoice),
        ),
    ]
}

async fn all<E: sea_orm::EntityTrait>(
    select: sea_orm::Select<E>,
    database: &sea_orm::DatabaseConnection,
) -> Vec<E::Model> {
    select.all(database).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_their_own_staff_see_all_and_nobody_sees_nothing() {
    on_each_engine(|house| async move {
        let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
        let (staff, admin) = (house.staff("sam").await, house.admin("ada").await);
        let pro = monthly(&house).await;
        let meis = Box::pin(belongings(&house, &mei, &pro)).await;
        let kims = Box::pin(belongings(&house, &kim, &pro)).await;
        let nobody = house.nobody();
        let job = house.job();
        for (who, op, things, sees) in [
            ("mei, her own", &mei.op, &meis, true),
            ("mei, Kim's", &mei.op, &kims, false),
            ("kim, Mei's", &kim.op, &meis, false),
            ("kim, his own", &kim.op, &kims, true),
            ("staff, Mei's", &staff.op, &meis, true),
            ("admin, Kim's", &admin.op, &kims, true),
            ("nobody, Mei's", &nobody, &meis, false),
            ("the clockwork, Mei's", &job, &meis, true),
        ] {
            for (what, found) in finds(op, things).await {
                assert_eq!(found, sees, "{who}: {what}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_or_cancels_what_is_another_s() {
    on_each_engine(|house| async move {
        let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        let before = sizes(&house).await;
        let paying = begin(&kim, order.id, PaymentMethod::CreditCard, "k1").await;
        assert_eq!(refusal(paying), "NOT_FOUND");
        assert_eq!(
            refusal(flows::cancel_order(&kim.op, order.id, "k2").await),
            "NOT_FOUND"
        );
        // An order that never was is refused in the same words.
        let never = house.job().new_id();
        let missing = flows::cancel_order(&kim.op, never, "k3").await.unwrap_err();
        let foreign = flows::cancel_order(&kim.op, order.id, "k2")
            .await
            .unwrap_err();
        assert_eq!(missing.to_string(), foreign.to_string());
        assert_eq!(sizes(&house).await, before);
        assert_eq!(scene::order(&house, &order).await, order);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_logged_in_buys_nothing() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (pro, manual) = (monthly(&house).await, once(&house).await);
        let order = buy(&mei, &manual, 1, "k").await.unwrap();
        let nobody = house.nobody();
        let new = NewPlanOrder {
            plan_id: manual.id,
            quantity: 1,
            notes: String::new(),
        };
        assert_eq!(
            refusal(flows::create_order(&nobody, new, "k").await),
            "UNAUTHENTICATED"
        );
        let new = NewSubscriptionOrder {
            plan_id: pro.id,
            auto_renew: true,
            notes: String::new(),
        };
        assert_eq!(
            refusal(flows::create_subscription(&nobody, new, "k").await),
            "UNAUTHENTICATED"
        );
        let begin = BeginPayment {
            order_id: order.id,
            method: PaymentMethod::Atm,
        };
        assert_eq!(
            refusal(flows::begin_payment(&nobody, begin, "k").await),
            "UNAUTHENTICATED"
        );
        assert_eq!(
            refusal(flows::cancel_order(&nobody, order.id, "k").await),
            "UNAUTHENTICATED"
        );
        assert_eq!(scene::order(&house, &order).await, order);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_call_anybody_s_order_off_and_it_is_told_that_it_was_them() {
    on_each_engine(|house| async move {
        let (mei, sam) = (house.customer("mei").await, house.staff("sam").await);
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        let cancelled = flows::cancel_order(&sam.op, order.id, "k").await.unwrap();
        assert_eq!(
            (cancelled.status, cancelled.user_id),
            (OrderStatus::Cancelled, mei.user.id)
        );
        let filter = domain::audit::AuditFilter {
            actor_user_id: Some(sam.user.id),
            subject: Some(order.id.to_string()),
            ..Default::default()
        };
        let lines = domain::audit::query::matching(sam.op.actor(), &filter);
        assert_eq!(all(lines, house.app.database.reader()).await.len(), 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}
