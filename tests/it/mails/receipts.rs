//! A code to pay with, and a receipt with the invoice.

use lopdf::Document;

use crate::kit::{Browser, Shop, both_engines};

both_engines!(a_code_and_then_a_receipt_with_the_invoice_are_mailed);

async fn a_code_and_then_a_receipt_with_the_invoice_are_mailed(shop: Shop) {
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let attempt = lin.begin_payment(&purchase, "BARCODE").await;
    let browser = Browser::new();
    let at_gateway = browser.go_to_gateway(&attempt.redirect_url).await;
    let order = lin.order_becomes(&purchase, "AWAITING_PAYMENT").await;

    // The code comes as text and as pictures
    let mail = shop.mail_to("lin@shopper.example", "前繳費").await;
    for barcode in order["payments"][0]["code"]["barcodes"].as_array().unwrap() {
        let barcode = barcode.as_str().unwrap();
        assert!(mail.text.contains(barcode) && mail.html.contains(barcode));
    }
    assert_eq!(mail.html.matches("data:image/png;base64,").count(), 3);
    assert!(mail.text.contains(&purchase.number) && mail.text.contains("NT$899"));

    // and when the money comes, so does the invoice
    browser.submit(&at_gateway, &at_gateway.form()).await;
    let order = lin.order_becomes(&purchase, "COMPLETED").await;
    let mail = shop.mail_to("lin@shopper.example", "已收到您的付款").await;
    let number = order["invoice"]["number"].as_str().unwrap();
    assert_eq!(mail.parts.len(), 1);
    assert_eq!(mail.parts[0].name, format!("{number}.pdf"));
    assert_eq!(mail.parts[0].content_type, "application/pdf");
    let pdf = Document::load_mem(&mail.parts[0].bytes).unwrap();
    assert!(pdf.extract_text(&[1]).unwrap().contains(number));
}
