//! Paying by card.

use entity::payments::PaymentStatus;
use serde_json::json;

use super::documents::read_pdf;
use crate::kit::{
    Browser, Said, Shop, both_engines,
    browser::{DECLINED_CARD, GOOD_CARD},
};

both_engines!(
    a_newcomer_subscribes_pays_and_gets_an_invoice,
    a_declined_card_can_be_followed_by_a_good_one,
);

async fn a_newcomer_subscribes_pays_and_gets_an_invoice(shop: Shop) {
    // Given somebody who has just opened an account and ordered a plan, and watches the order
    let lin = shop.newcomer("lin").await;
    let plans = "{ plans(first: 20) { nodes { slug price { amount } } } }";
    let plans = lin.ask(plans, json!({})).await["plans"]["nodes"].clone();
    let pro = json!({ "slug": "pro", "price": { "amount": "899" } });
    assert!(plans.as_array().unwrap().contains(&pro), "{plans}");
    let purchase = lin.subscribe("pro").await;
    let mut live = shop.live(&lin).await;
    live.watch(&purchase.order_id).await;
    let first = live.change().await;
    assert_eq!((first.status.as_str(), first.version), ("PENDING", 1));

    // When they follow the payment link and type a card
    let attempt = lin.begin_payment(&purchase, "CREDIT_CARD").await;
    let page = Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;

    // Then they are back at the shop, and hear of every move in order
    assert!(page.url.as_str().starts_with(&shop.url), "{}", page.url);
    assert_eq!(page.status, 200);
    page.must_say(&purchase.number);
    let changes = live.changes_until("COMPLETED").await;
    let moves: Vec<(&str, i64)> = changes
        .iter()
        .map(|change| (change.status.as_str(), change.version))
        .collect();
    assert_eq!(moves, [("PROCESSING", 2), ("PAID", 3), ("COMPLETED", 4)]);

    // and the subscription runs
    let order = lin.order(&purchase).await;
    assert_eq!(order["status"], "COMPLETED");
    assert_eq!(order["lines"][0]["subscription"]["status"], "ACTIVE");
    assert_eq!(order["payments"][0]["status"], "PAID");
    assert!(order["gatewayTradeNo"].is_string(), "{order}");

    // and there is an invoice, with its PDF
    let query = "{ me { invoices(first: 5) { nodes { number pdfUrl total { amount } net { amount } tax { amount } } } } }";
    let invoices = lin.ask(query, json!({})).await["me"]["invoices"]["nodes"].clone();
    assert_eq!(invoices.as_array().unwrap().len(), 1);
    let invoice = &invoices[0];
    assert_eq!(invoice["total"]["amount"], "899");
    assert_eq!(invoice["net"]["amount"], "856");
    assert_eq!(invoice["tax"]["amount"], "43");
    let link = invoice["pdfUrl"].as_str().unwrap();
    let answer = shop.http.get(link).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let text = read_pdf(&answer.bytes().await.unwrap());
    for expected in [
        invoice["number"].as_str().unwrap(),
        &purchase.number,
        "綠野軟體股份有限公司",
        "統一編號",
        "12345675",
        "項目",
        "總計TotalNT$899",
    ] {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }

    // and a changed link opens nothing
    for changed in [
        link.replacen("/invoices/", "/invoices/x", 1),
        format!("{link}x"),
    ] {
        let answer = shop.http.get(&changed).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{changed}");
        assert_ne!(answer.headers()["content-type"], "application/pdf");
    }

    // and the page shows it paid from now on, whenever it is opened
    let page = Browser::new().open(page.url.as_str()).await;
    page.must_say("付款完成 Payment received");
    let again = Browser::new().open(&attempt.redirect_url).await;
    again.must_say("付款完成 Payment received");

    // and nothing more is told
    let silence = live
        .next_within(std::time::Duration::from_millis(300))
        .await;
    assert_eq!(silence, None::<Said>);
}

async fn a_declined_card_can_be_followed_by_a_good_one(shop: Shop) {
    // Given a card that the bank declined
    let mei = shop.mei().await;
    let purchase = mei.subscribe("starter").await;
    let browser = Browser::new();
    let first = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    browser
        .pay_by_card(&first.redirect_url, DECLINED_CARD)
        .await;
    let order = mei.order_becomes(&purchase, "FAILED").await;
    assert_eq!(order["payments"][0]["failureCode"], "10100058");
    assert_eq!(order["invoice"], json!(null));
    browser
        .open(&first.redirect_url)
        .await
        .must_say("付款未成功 The payment did not go through");

    // When they try again with another card
    let second = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    browser.pay_by_card(&second.redirect_url, GOOD_CARD).await;

    // Then the order is complete, with one invoice and two attempts under numbers of their own
    let order = mei.order_becomes(&purchase, "COMPLETED").await;
    assert_eq!(order["lines"][0]["subscription"]["status"], "ACTIVE");
    assert_ne!(first.trade_no, second.trade_no);
    let attempts = shop.database.payments(purchase.order()).await;
    let statuses: Vec<PaymentStatus> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [PaymentStatus::Failed, PaymentStatus::Paid]);
    assert_eq!(shop.database.invoices(purchase.order()).await.len(), 1);
}
