//! Notices that come all at once, and while the database does not answer.

use std::time::{Duration, Instant};

use entity::payments::PaymentStatus;
use futures_util::future::join_all;

use super::notice::{body, paid, signed, with};
use crate::kit::{
    Shop, both_engines,
    customer::{Attempt, Purchase},
};

both_engines!(
    a_hundred_copies_at_once_settle_once,
    while_the_database_is_silent_nothing_is_acknowledged,
);

async fn waiting(shop: &Shop) -> (Purchase, Attempt) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    (purchase, attempt)
}

async fn a_hundred_copies_at_once_settle_once(shop: Shop) {
    let (purchase, attempt) = waiting(&shop).await;
    let first = paid(&attempt.trade_no, 899);
    let again = signed(with(first.clone(), "RtnMsg", "paid"));

    // Half of them as the gateway re-sends: other words, another signature, the same trade
    let copies = (0..100).map(|number| match number % 2 {
        0 => shop.post("/ecpay/notify", body(&first)),
        _ => shop.post("/ecpay/notify", body(&again)),
    });
    for answer in join_all(copies).await {
        assert_eq!(answer, (200, "1|OK".to_owned()));
    }

    let notices = shop.database.notices(&attempt.trade_no).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].deliveries, 100);
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!((payment.status, payment.version), (PaymentStatus::Paid, 2));
    assert_eq!(shop.database.settlements(purchase.order()).await.len(), 1);
    assert_eq!(shop.database.invoices(purchase.order()).await.len(), 1);
}

async fn while_the_database_is_silent_nothing_is_acknowledged(mut shop: Shop) {
    let (purchase, attempt) = waiting(&shop).await;
    let notice = body(&paid(&attempt.trade_no, 899));
    let before = shop.database.counts().await;

    // When nothing can be written
    let held = shop.database.hold_writes().await;
    let asked = Instant::now();
    let (status, text) = shop.post("/ecpay/notify", notice.clone()).await;

    // Then the gateway is told to come again, in time
    assert_eq!((status, text.as_str()), (503, "0|Try again later"));
    assert!(
        asked.elapsed() < Duration::from_secs(4),
        "{:?}",
        asked.elapsed()
    );

    // and a kill while the notice still waits leaves no half of it
    shop.kill();
    held.rollback().await.unwrap();
    assert_eq!(shop.database.counts().await, before);
    shop.start().await;
    let (status, text) = shop.post("/ecpay/notify", notice).await;
    assert_eq!((status, text.as_str()), (200, "1|OK"));
    let order = shop.database.order(purchase.order()).await;
    assert_eq!(order.status, entity::orders::OrderStatus::Completed);
}
