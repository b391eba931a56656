//! Codes that are paid later, and attempts after attempts.

use chrono::Duration;
use domain::{
    flows,
    ports::{NotAccepted, TradeState},
};
use entity::{
    orders::OrderStatus::{AwaitingPayment, Completed, Expired, Failed, Processing},
    payments::{PaymentMethod, PaymentStatus},
};

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_shown_and_can_be_paid_until_its_end_and_a_little_longer() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for (method, grace) in [
            (PaymentMethod::Atm, days(1)),
            (PaymentMethod::Cvs, days(1)),
            (PaymentMethod::Barcode, days(3)),
        ] {
            let (order, payment) =
                order_being_paid(&mei, &manual, method, &format!("{method:?}")).await;
            let until = house.now() + days(7);
            hear(&house, &code_issued(&payment, until)).await.unwrap();

            let waiting = attempt(&house, &payment).await;
            assert_eq!(waiting.status, PaymentStatus::AwaitingPayment);
            assert_eq!(waiting.code_expires_at, Some(until));
            assert_eq!(waiting.expires_at, until + grace, "{method:?}");
            let shown = [
                waiting.bank_code.as_deref(),
                waiting.virtual_account.as_deref(),
                waiting.payment_code.as_deref(),
                waiting.barcode_1.as_deref(),
                waiting.barcode_2.as_deref(),
                waiting.barcode_3.as_deref(),
            ];
            let expected = match method {
                PaymentMethod::Atm => [
                    Some("812"),
                    Some("9103522175887271"),
                    None,
                    None,
                    None,
                    None,
                ],
                PaymentMethod::Cvs => [None, None, Some("LLL22251222013"), None, None, None],
                _ => [
                    None,
                    None,
                    None,
                    Some("150731C01"),
                    Some("FB00000000000001"),
                    Some("0731000000000899"),
                ],
            };
            assert_eq!(shown, expected);
            let order = scene::order(&house, &order).await;
            assert_eq!(
                (order.status, order.expires_at),
                (AwaitingPayment, until + grace)
            );
            assert_eq!(order.payment_method, Some(method));

            // Three days later, long after an order without a code would be over.
            house.wait(days(3));
            assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 0);
            hear(&house, &paid(&waiting, house.now())).await.unwrap();
            assert_eq!(
                standing(&house, &order, &payment).await,
                (Completed, PaymentStatus::Paid)
            );
        }
        assert_eq!(scene::invoices(&house).await.len(), 3);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_told_after_its_money_changes_nothing() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let (paid_order, paid_attempt) = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );

        hear(&house, &code_issued(&payment, house.now() + days(7)))
            .await
            .unwrap();

        assert_eq!(scene::order(&house, &order).await, paid_order);
        assert_eq!(attempt(&house, &payment).await, paid_attempt);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_code_decides_how_long_an_order_can_be_paid() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, first) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Cvs, "k").await;
        let second = begin(&mei, order.id, PaymentMethod::Atm, "k2")
            .await
            .unwrap();
        hear(&house, &code_issued(&first, house.now() + days(2)))
            .await
            .unwrap();
        let until = house.now() + days(7);
        hear(&house, &code_issued(&second, until)).await.unwrap();
        assert_eq!(
            scene::order(&house, &order).await.expires_at,
            until + days(1)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_nobody_pays_ends_and_the_order_with_it() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Cvs, "k").await;
        hear(&house, &code_issued(&payment, house.now() + days(2)))
            .await
            .unwrap();
        gateway_knows(&house, &payment, TradeState::Unpaid);
        house.wait(days(3) - Duration::minutes(1));
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &payment).await,
            (AwaitingPayment, PaymentStatus::AwaitingPayment)
        );
        house.wait(Duration::minutes(1));
        assert_eq!(
            flows::expire_orders(&house.job(), 10).await.unwrap(),
            0,
            "the gateway is asked first"
        );
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Failed, PaymentStatus::Expired)
        );
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Expired, PaymentStatus::Expired)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_declined_card_the_order_is_paid_with_a_second_attempt_under_another_number() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, first) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &declined(&first)).await.unwrap();
        let failed = attempt(&house, &first).await;
        assert_eq!(failed.status, PaymentStatus::Failed);
        assert_eq!(failed.failure_code.as_deref(), Some("10100058"));
        assert_eq!(failed.failure_message.as_deref(), Some("card declined"));
        assert_eq!(scene::order(&house, &order).await.status, Failed);

        let second = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        assert_eq!((first.attempt, second.attempt), (1, 2));
        assert_ne!(first.merchant_trade_no, second.merchant_trade_no);
        assert_eq!(scene::order(&house, &order).await.status, Processing);
        hear(&house, &paid(&second, house.now())).await.unwrap();

        assert_eq!(
            standing(&house, &order, &second).await,
            (Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            attempt(&house, &first).await,
            failed,
            "the first one stays as it was"
        );
        assert_eq!(scene::invoices(&house).await[0].payment_id, second.id);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_does_not_take_the_code_away_that_still_waits_to_be_paid() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, code) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        hear(&house, &code_issued(&code, house.now() + days(3)))
            .await
            .unwrap();
        let card = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        assert_eq!(scene::order(&house, &order).await.status, Processing);
        hear(&house, &declined(&card)).await.unwrap();
        assert_eq!(
            standing(&house, &order, &card).await,
            (AwaitingPayment, PaymentStatus::Failed)
        );
        hear(&house, &paid(&code, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &code).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_code_failed_goes_on_with_the_attempt_that_is_still_open() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, card) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let code = begin(&mei, order.id, PaymentMethod::Cvs, "k2")
            .await
            .unwrap();
        hear(&house, &code_issued(&code, house.now() + days(3)))
            .await
            .unwrap();
        hear(&house, &declined(&code)).await.unwrap();
        assert_eq!(
            standing(&house, &order, &card).await,
            (Processing, PaymentStatus::Pending),
            "no code waits any more"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_tried_when_its_time_is_over_or_the_gateway_does_not_take_the_amount() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        house.gateway.refuses(Some(NotAccepted::Amount {
            least: twd(16),
            most: twd(20),
        }));
        let refused = begin(&mei, order.id, PaymentMethod::Atm, "k1")
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "METHOD_NOT_AVAILABLE");
        assert_eq!(refused.to_string(), "This method takes 16 TWD to 20 TWD.");
        house.gateway.refuses(None);
        house.wait(order.expires_at - house.now());
        assert_eq!(
            refusal(begin(&mei, order.id, PaymentMethod::Atm, "k2").await),
            "ORDER_EXPIRED"
        );
        assert_eq!(sizes(&house).await[1], 0, "no attempt was made");
        assert_eq!(moves(&house, order.id).await.len(), 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shopper_is_sent_to_the_gateway_with_the_number_amount_and_items_of_the_attempt() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let order = buy(&mei, &once(&house).await, 2, "k").await.unwrap();
        let asked = flows::BeginPayment {
            order_id: order.id,
            method: PaymentMethod::CreditCard,
        };
        let begun = flows::begin_payment(&mei.op, asked, "k1").await.unwrap();
        let number = begun.payment.merchant_trade_no.clone();
        let field = |name: &str| {
            begun
                .form
                .fields
                .iter()
                .find(|(field, _)| field == name)
                .unwrap()
        };
        assert_eq!(field("MerchantTradeNo").1, number);
        assert_eq!(field("TotalAmount").1, (2 * PRICE).to_string());
        let [checkout] = &house.gateway.checkouts()[..] else {
            panic!("one form")
        };
        assert_eq!(checkout.items, ["Pro x 2"]);
        assert!(
            begun
                .redirect_url
                .starts_with("https://shop.example/pay/pay_")
        );

        // The same click again: the same attempt and the same form.
        let again = flows::begin_payment(&mei.op, asked, "k1").await.unwrap();
        assert_eq!(again.payment, begun.payment);
        assert_eq!(again.form, begun.form);
        assert_eq!(
            flows::checkout_form(&mei.op, &begun.payment).await.unwrap(),
            begun.form
        );
        assert_eq!(sizes(&house).await[1], 1);
    })
    .await;
}
