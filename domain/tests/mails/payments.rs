//! Mails about money: codes to pay with, receipts, failures.

use chrono::Duration;
use entity::payments::PaymentMethod;

use crate::{
    kit::{House, on_each_engine},
    post,
    scene::{begin, code_issued, days, declined, hear, invoices, once, order_being_paid, paid},
    states,
};

fn told(house: &House) -> Vec<String> {
    house.mailer.subjects_to("mei@shop.example")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_mailed_and_then_a_receipt_with_the_invoice() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let (_, payment) = order_being_paid(&mei, &manual, PaymentMethod::Atm, "k").await;
        // Whatever is told twice is mailed once
        for _ in 0..3 {
            hear(&house, &code_issued(&payment, house.now() + days(7)))
                .await
                .unwrap();
        }
        while post(&house).await > 0 {}
        assert_eq!(told(&house), ["verification code", "payment code"]);
        let text = house.mailer.newest_to("mei@shop.example").unwrap();
        assert!(text.contains("9103522175887271"), "{text}");

        for _ in 0..3 {
            hear(&house, &paid(&payment, house.now())).await.unwrap();
        }
        while post(&house).await > 0 {}
        assert_eq!(
            told(&house),
            ["verification code", "payment code", "payment received"]
        );
        let receipt = house.mailer.sent().pop().unwrap();
        let number = &invoices(&house).await[0].number;
        assert_eq!(receipt.attachments.len(), 1);
        assert_eq!(receipt.attachments[0].name, format!("{number}.pdf"));
        assert_eq!(receipt.attachments[0].bytes, number.as_bytes());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_paid_meanwhile_is_not_mailed_any_more() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        post(&house).await;
        let manual = once(&house).await;
        let (_, payment) = order_being_paid(&mei, &manual, PaymentMethod::Cvs, "k").await;
        hear(&house, &code_issued(&payment, house.now() + days(7)))
            .await
            .unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        while post(&house).await > 0 {}
        assert_eq!(told(&house), ["verification code", "payment received"]);
        use entity::notify::DeliveryState::{Done, Skipped};
        assert_eq!(states(&house).await, [Done, Skipped, Done]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_is_told_while_the_order_can_still_be_paid() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        post(&house).await;
        let manual = once(&house).await;
        let (order, first) = order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k").await;
        hear(&house, &declined(&first)).await.unwrap();
        while post(&house).await > 0 {}
        assert_eq!(told(&house), ["verification code", "payment failed"]);

        // A second one fails, but a third has paid before anybody writes.
        let second = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &declined(&second)).await.unwrap();
        let third = begin(&mei, order.id, PaymentMethod::CreditCard, "k3")
            .await
            .unwrap();
        house.wait(Duration::minutes(1));
        hear(&house, &paid(&third, house.now())).await.unwrap();
        while post(&house).await > 0 {}
        assert_eq!(
            told(&house),
            ["verification code", "payment failed", "payment received"]
        );
    })
    .await;
}
