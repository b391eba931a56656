//! The simulator over real HTTP: a browser that posts forms, a shop that is called, a clock moved by hand.

#![expect(
    clippy::unwrap_used,
    reason = "a failing step fails the test; clippy sees only `#[test]` functions as tests"
)]

mod faults;
mod kit;
mod odd_answers;
mod periodic;
mod process;
mod refunds;

use domain::base::clock::Clock as _;
use domain::ports::{Gateway as _, Outcome, PayCode, TradeState};
use entity::{
    money::{Currency, Money},
    payments::{NoticeKind, PaymentMethod},
};

use kit::{World, form_of};

const GOOD_CARD: &str = "4311-9522-2222-2222";

#[tokio::test]
async fn a_card_payment_is_told_until_the_shop_has_answered() {
    let world = World::new("card").await;
    world.will_answer(&["0|no", "\"1|OK\""]);
    let page = world.check_out("CARD1", PaymentMethod::CreditCard).await;
    assert!(
        page.contains("NT$ 1,280") && page.contains("4311-9522-2222-2222"),
        "{page}"
    );

    // When the shopper pays
    let page = world.pay_by_card("CARD1", GOOD_CARD).await;

    // Then the browser brings a signed result
    let (action, body) = form_of(&page);
    assert!(action.ends_with("/ecpay/result"), "{action}");
    let result = world.ecpay.verify_result(&body).unwrap();
    assert_eq!(
        (result.merchant_trade_no.as_str(), result.rtn_code.as_str()),
        ("CARD1", "1")
    );

    // and the shop is told, again and again, until it answers exactly `1|OK`
    world.after_seconds(0).await;
    let first = world.notice();
    world.after_seconds(4).await;
    assert!(world.received().is_empty(), "too early");
    world.after_seconds(1).await;
    let second = world.notice();
    world.after_seconds(5).await;
    let third = world.notice();
    world.after_seconds(500).await;
    assert!(world.received().is_empty(), "acknowledged");

    let message = |notice: &domain::ports::Notice| {
        let mut found = notice.fields.iter().filter(|(name, _)| name == "RtnMsg");
        found.next().unwrap().1.clone()
    };
    assert_eq!(
        [&first, &second, &third].map(message),
        ["交易成功", "paid", "paid"]
    );
    assert_eq!(first.dedupe_key, third.dedupe_key);
    assert_eq!(first.kind, NoticeKind::Payment);
    assert_eq!(first.amount, Money::new(1280, Currency::Twd));
    assert_eq!(first.fee, Some(Money::new(26, Currency::Twd)));
    let at = "2026-01-15T01:30:00Z".parse().unwrap();
    assert_eq!(first.outcome, Outcome::Paid { at });
    assert_eq!(
        first.fields.len(),
        16 + 11,
        "with every documented field, empty ones too, and what a refund needs"
    );

    // and a question is answered the same
    let report = world
        .ecpay
        .query_trade("CARD1", world.clock.now())
        .await
        .unwrap();
    assert_eq!(report.state, TradeState::Paid { at });
    assert_eq!(report.amount, first.amount);
    assert_eq!(report.gateway_trade_no, first.gateway_trade_no);
}

#[tokio::test]
async fn a_second_click_pays_nothing_twice() {
    let world = World::new("click").await;
    world.buy("TWICE1").await;
    world.pay_by_card("TWICE1", GOOD_CARD).await;
    let page = world.pay_by_card("TWICE1", "4000-2011-1111-1111").await;
    let result = world.ecpay.verify_result(&form_of(&page).1).unwrap();
    assert_eq!(result.rtn_code, "1");
    assert_eq!(world.simulator.deliveries("TWICE1").len(), 1);
}

#[tokio::test]
async fn another_card_is_declined_and_everybody_hears_it() {
    let world = World::new("declined").await;
    world.check_out("BAD1", PaymentMethod::CreditCard).await;
    let page = world.pay_by_card("BAD1", "4242-4242-4242-4242").await;

    let result = world.ecpay.verify_result(&form_of(&page).1).unwrap();
    assert_eq!(result.rtn_code, "10100058");
    world.after_seconds(0).await;
    let outcome = world.notice().outcome;
    assert!(matches!(outcome, Outcome::Failed { code, .. } if code == "10100058"));
    let report = world
        .ecpay
        .query_trade("BAD1", world.clock.now())
        .await
        .unwrap();
    let code = "10200095".to_owned();
    assert_eq!(report.state, TradeState::Failed { code });
}

#[tokio::test]
async fn a_code_is_issued_at_once_and_paid_later() {
    let world = World::new("codes").await;
    for (number, method, gateway_method) in [
        ("ATM1", PaymentMethod::Atm, "ATM_CHINATRUST"),
        ("CVS1", PaymentMethod::Cvs, "CVS_CVS"),
        ("BAR1", PaymentMethod::Barcode, "BARCODE_BARCODE"),
    ] {
        // Given a code
        let page = world.check_out(number, method).await;
        world.after_seconds(0).await;
        let notice = world.notice();
        assert_eq!(notice.kind, NoticeKind::PaymentInfo);
        assert_eq!(notice.gateway_method, gateway_method);
        let Outcome::CodeIssued(code) = notice.outcome else {
            panic!("{:?}", notice.outcome);
        };
        assert!(code.expires_at() > world.clock.now());
        match &code {
            PayCode::Atm { account, .. } => {
                assert!(page.replace(' ', "").contains(account));
            }
            PayCode::Cvs { code, .. } => assert!(page.contains(code)),
            PayCode::Barcode { parts, .. } => {
                assert_eq!(page.matches("<svg").count(), 3);
                assert!(parts.iter().all(|part| page.contains(part)));
            }
        }
        let back = page
            .rsplit_once("<form")
            .map(|(_, form)| format!("<form{form}"))
            .unwrap();
        let (action, body) = form_of(&back);
        assert!(action.ends_with("/ecpay/client-redirect"), "{action}");
        assert_eq!(
            world.ecpay.verify_result(&body).unwrap().merchant_trade_no,
            number
        );
        let report = world
            .ecpay
            .query_trade(number, world.clock.now())
            .await
            .unwrap();
        assert_eq!(report.state, TradeState::Unpaid);

        // When it is paid an hour later
        world.after_seconds(3600).await;
        world.pay_code(number).await;

        // Then the shop hears of it
        world.after_seconds(0).await;
        let at = world.clock.now();
        assert_eq!(world.notice().outcome, Outcome::Paid { at });
        let report = world.ecpay.query_trade(number, at).await.unwrap();
        assert_eq!(report.state, TradeState::Paid { at });
    }
}

#[tokio::test]
async fn a_code_that_is_over_cannot_be_paid() {
    let world = World::new("over").await;
    world.check_out("OVER1", PaymentMethod::Atm).await;
    world.after_seconds(4 * 86_400).await;
    world.notice();
    let page = world.pay_code("OVER1").await;
    assert!(page.contains("This code is over"), "{page}");
    world.after_seconds(0).await;
    assert!(world.received().is_empty());
}

#[tokio::test]
async fn a_form_that_ecpay_would_refuse_is_refused_with_its_code() {
    let world = World::new("refused").await;
    let card = |number: &str| world.form(number, PaymentMethod::CreditCard);
    let refusal = async |form: &domain::ports::CheckoutForm| {
        let (status, page) = world.post(&form.action, &form.fields).await;
        assert_eq!(status, 400, "{page}");
        page
    };

    let mut forged = card("FORGED1");
    forged.fields[4].1 = "1".to_owned();
    assert!(refusal(&forged).await.contains("10200073"));
    // A forged form does not use the number up.
    world.check_out("FORGED1", PaymentMethod::CreditCard).await;
    assert!(refusal(&card("FORGED1")).await.contains("10300028"));

    let small = world.re_signed(card("SMALL1"), "TotalAmount", "1");
    assert!(refusal(&small).await.contains("5100070"));
    assert!(
        refusal(&card("SMALL1")).await.contains("10300028"),
        "used up although refused"
    );

    for (name, value) in [
        ("MerchantTradeNo", "has-hyphen"),
        ("MerchantTradeDate", "2026-01-15 09:30:00"),
        ("PaymentType", "all"),
        ("TotalAmount", "12.80"),
        ("TradeDesc", ""),
        ("ItemName", ""),
        ("ReturnURL", "shop.example"),
        ("EncryptType", "0"),
        ("ChoosePayment", "Cash"),
    ] {
        let changed = world.re_signed(card(&format!("W{name}")), name, value);
        assert!(refusal(&changed).await.contains(name), "{name}");
    }
    assert!(world.received().is_empty());
}

#[tokio::test]
async fn a_question_needs_a_known_number_a_fresh_stamp_and_the_right_key() {
    let world = World::new("query").await;
    let now = world.clock.now();
    let report = world.ecpay.query_trade("NOSUCH1", now).await.unwrap();
    assert_eq!(report.state, TradeState::NotFound);

    let stale = now - chrono::TimeDelta::seconds(181);
    assert!(world.ecpay.query_trade("NOSUCH1", stale).await.is_err());

    let mut settings = world.ecpay.settings().clone();
    settings.hash_key = "0000000000000000".into();
    let stranger = adapters::ecpay::Ecpay::new(settings.clone(), world.browser.clone()).unwrap();
    assert!(stranger.query_trade("NOSUCH1", now).await.is_err());

    settings.base_url = "http://127.0.0.1:9".to_owned();
    let nowhere = adapters::ecpay::Ecpay::new(settings, world.browser.clone()).unwrap();
    let unanswered = nowhere.query_trade("NOSUCH1", now).await.unwrap_err();
    assert_eq!(unanswered.to_string(), "no usable answer: no connection");
}
