//! A payment that failed, and the link in its mail that pays the order after all, without a log-in.

use crate::kit::{
    Browser, Shop, both_engines,
    browser::{DECLINED_CARD, GOOD_CARD},
};

both_engines!(a_declined_card_is_followed_by_the_link_in_the_mail);

async fn a_declined_card_is_followed_by_the_link_in_the_mail(shop: Shop) {
    // Given a card that the bank declined, and the mail about it
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let attempt = lin.begin_payment(&purchase, "CREDIT_CARD").await;
    let browser = Browser::new();
    browser
        .pay_by_card(&attempt.redirect_url, DECLINED_CARD)
        .await;
    lin.order_becomes(&purchase, "FAILED").await;
    let mail = shop.mail_to("lin@shopper.example", "付款沒有成功").await;
    let start = format!("{}/pay/order/", shop.url);
    let (_, rest) = mail.text.split_once(&start).unwrap();
    let token = rest.split_whitespace().next().unwrap();
    let link = format!("{start}{token}");

    // When its link is opened by a browser that nobody logged in with
    let page = Browser::new().open(&link).await;
    assert_eq!(page.status, 200);
    page.must_say(&purchase.number);
    page.must_say("NT$ 899");
    let forms = page.forms();
    let ways: Vec<&str> = forms.iter().map(|form| form.fields[1].1.as_str()).collect();
    assert_eq!(ways, ["CREDIT_CARD", "ATM", "CVS", "BARCODE"]);

    // Then a button pressed twice is one attempt, which leads to the gateway
    let first = browser.submit(&page, &forms[0]).await;
    first.must_say("前往付款 Continue");
    let again = browser.submit(&page, &forms[0]).await;
    assert_eq!(first.url, again.url);
    let attempts = shop.database.payments(purchase.order()).await;
    assert_eq!(attempts.len(), 2, "the declined one and this one");
    let page = browser.open(&link).await;
    page.must_say("請勿重複付款");

    browser.pay_by_card(first.url.as_str(), GOOD_CARD).await;
    lin.order_becomes(&purchase, "COMPLETED").await;

    // and the link says from now on that it is paid, whatever an old page still sends
    let paid = browser.open(&link).await;
    paid.must_say("付款完成 Payment received");
    assert!(paid.forms().is_empty());
    let late = browser.submit(&page, &page.forms()[1]).await;
    assert_eq!(late.status, 409);
    late.must_say("付款完成 Payment received");
    assert_eq!(shop.database.payments(purchase.order()).await.len(), 2);

    // and a changed link opens nothing, nor does one to another page.
    let changed = browser.open(&link.replacen("ord_", "ord_0", 1)).await;
    assert_eq!(changed.status, 404);
    let other = browser
        .open(&link.replacen("/pay/order/", "/pay/result/", 1))
        .await;
    assert_eq!(other.status, 404);
    let headers = shop.http.get(&link).send().await.unwrap();
    let headers = headers.headers();
    assert_eq!(headers["cache-control"], "no-store");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
}
