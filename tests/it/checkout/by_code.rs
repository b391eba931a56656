//! Paying later: by bank transfer, or at a convenience store.

use crate::kit::{Browser, Shop, both_engines};

both_engines!(
    a_bank_transfer_is_paid_later,
    codes_for_the_store_are_shown_and_paid,
);

async fn a_bank_transfer_is_paid_later(shop: Shop) {
    // Given an order to be paid by transfer
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let mut live = shop.live(&lin).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");
    let attempt = lin.begin_payment(&purchase, "ATM").await;

    // When the gateway issues an account
    let browser = Browser::new();
    let at_gateway = browser.go_to_gateway(&attempt.redirect_url).await;
    at_gateway.must_say("虛擬帳號 Account");
    let order = lin.order_becomes(&purchase, "AWAITING_PAYMENT").await;

    // Then the buyer sees it in the shop and on the page they come back to
    let code = &order["payments"][0]["code"];
    assert_eq!(code["bankCode"], "822");
    let account = code["virtualAccount"].as_str().unwrap();
    assert_eq!(account.len(), 16);
    assert!(code["expiresAt"].is_string());
    let [pay_now, way_back] = at_gateway.forms().try_into().unwrap();
    let in_shop = browser.submit(&at_gateway, &way_back).await;
    in_shop.must_say("請於期限內付款 Pay with this code");
    in_shop.must_say(account);
    assert_eq!(order["invoice"], serde_json::json!(null));

    // and when the money comes, the order is complete
    browser.submit(&at_gateway, &pay_now).await;
    let changes = live.changes_until("COMPLETED").await;
    let moves: Vec<(&str, i64)> = changes
        .iter()
        .map(|change| (change.status.as_str(), change.version))
        .collect();
    assert_eq!(
        moves,
        [
            ("PROCESSING", 2),
            ("AWAITING_PAYMENT", 3),
            ("PAID", 4),
            ("COMPLETED", 5)
        ]
    );
    browser
        .open(in_shop.url.as_str())
        .await
        .must_say("付款完成 Payment received");
    let order = lin.order(&purchase).await;
    assert_eq!(order["invoice"]["total"]["amount"], "899");
}

async fn codes_for_the_store_are_shown_and_paid(shop: Shop) {
    let mei = shop.mei().await;
    let browser = Browser::new();

    // A code to type at the machine
    let by_code = mei.subscribe("starter").await;
    let attempt = mei.begin_payment(&by_code, "CVS").await;
    let at_gateway = browser.go_to_gateway(&attempt.redirect_url).await;
    let order = mei.order_becomes(&by_code, "AWAITING_PAYMENT").await;
    let code = order["payments"][0]["code"]["code"].as_str().unwrap();
    assert!(code.starts_with("LLL") && code.len() == 14, "{code}");
    at_gateway.must_say(code);
    browser.open(&attempt.redirect_url).await.must_say(code);
    browser.submit(&at_gateway, &at_gateway.form()).await;
    mei.order_becomes(&by_code, "COMPLETED").await;

    // Three barcodes for the till
    let by_barcode = mei.subscribe("weekly-pass").await;
    let attempt = mei.begin_payment(&by_barcode, "BARCODE").await;
    let at_gateway = browser.go_to_gateway(&attempt.redirect_url).await;
    let order = mei.order_becomes(&by_barcode, "AWAITING_PAYMENT").await;
    let barcodes = order["payments"][0]["code"]["barcodes"].as_array().unwrap();
    assert_eq!(barcodes.len(), 3);
    let in_shop = browser.open(&attempt.redirect_url).await;
    for barcode in barcodes {
        at_gateway.must_say(barcode.as_str().unwrap());
        in_shop.must_say(barcode.as_str().unwrap());
    }
    browser.submit(&at_gateway, &at_gateway.form()).await;
    mei.order_becomes(&by_barcode, "COMPLETED").await;
}
