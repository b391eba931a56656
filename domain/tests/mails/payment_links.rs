//! Links in mails that lead to an order's payment, without a log-in.

use chrono::Duration;
use domain::{
    base::{Actor, links::Purpose},
    flows::{self, BeginPayment},
};
use entity::{
    orders::{OrderStatus, order},
    payments::PaymentMethod,
};

use crate::{
    kit::{House, on_each_engine},
    scene::{self, *},
};

/// The page that has checked a link.
fn page(house: &House) -> domain::base::Op {
    house.op(Actor::System("pay_link"))
}

/// Whether the link opens now.
fn opens(house: &House, order: &order::Model, link: &str) -> bool {
    let token = link.rsplit('/').next().unwrap();
    let id = order.id.to_string();
    let links = &house.app.links;
    links.open(Purpose::Order, token, house.now()) == Some(id.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_by_its_link_and_shows_so_afterwards() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 2, "o").await.unwrap();
        let link = flows::pay_by_link::link(&page(&house), &order);
        assert!(opens(&house, &order, &link));
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        use PaymentMethod::{Atm, Barcode, CreditCard, Cvs};
        assert_eq!(seen.methods, [CreditCard, Atm, Cvs, Barcode]);
        assert_eq!((seen.pay_until, seen.lines.len()), (order.expires_at, 1));
        assert!(seen.under_way.is_none());

        // When it is pressed twice, it is one attempt
        let press = |key: &'static str| {
            let (op, order_id) = (page(&house), order.id);
            let method = CreditCard;
            async move {
                flows::begin_linked_payment(&op, BeginPayment { order_id, method }, key).await
            }
        };
        let first = press("n1").await.unwrap();
        let again = press("n1").await.unwrap();
        assert_eq!(first.payment.id, again.payment.id);
        assert_eq!(first.redirect_url, again.redirect_url);
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        assert_eq!(seen.under_way.unwrap().id, first.payment.id);

        // And once it is paid, nothing is offered any more
        hear(&house, &paid(&first.payment, house.now())).await.unwrap();
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        assert_eq!(seen.order.status, OrderStatus::Completed);
        assert!(seen.methods.is_empty() && seen.under_way.is_none());
        assert_eq!(refusal(press("n2").await), "INVALID_STATE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_for_a_month_that_the_time_is_over() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 1, "o").await.unwrap();
        let link = flows::pay_by_link::link(&page(&house), &order);
        house.wait(days(1) + Duration::minutes(1));
        // The clockwork has not closed it yet
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        assert_eq!(seen.order.status, OrderStatus::Pending);
        assert!(seen.methods.is_empty());
        assert!(opens(&house, &order, &link));
        house.wait(days(31));
        assert!(!opens(&house, &order, &link));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_a_period_can_be_paid_until_the_subscription_is_given_up() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        pass(&house, 28).await;
        let order = renewals(&house, &row).await.remove(0);
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        assert_eq!(day(Some(seen.pay_until)), "2026-12-28");
        pass(&house, 20).await;
        let gone = scene::order(&house, &order).await;
        assert_eq!(gone.status, OrderStatus::Expired);
        let seen = flows::linked_order(&page(&house), order.id).await.unwrap();
        assert!(seen.methods.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_page_pays_by_a_link() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 1, "o").await.unwrap();
        for op in [house.nobody(), mei.op] {
            let begin = BeginPayment {
                order_id: order.id,
                method: PaymentMethod::Atm,
            };
            let refused = flows::begin_linked_payment(&op, begin, "k").await;
            assert_eq!(refusal(refused), "UNAUTHENTICATED");
        }
    })
    .await;
}
