//! What a forger costs: a signature is looked at before any database is asked.

use adapters::ecpay::{check_mac, settings};
use axum::body::Body;

use super::kit::{Answer, Place, place};

fn notice(signature: Option<&str>) -> String {
    let fields = [
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", "FB0000000000000001"),
        ("PaymentDate", "2026/01/15 09:32:11"),
        ("PaymentType", "Credit_CreditCard"),
        ("RtnCode", "1"),
        ("RtnMsg", "Succeeded"),
        ("SimulatePaid", "0"),
        ("TradeAmt", "899"),
        ("TradeDate", "2026/01/15 09:30:05"),
        ("TradeNo", "2601150930054567"),
    ];
    let mut fields: Vec<(String, String)> = fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let (key, iv) = (
        settings::STAGE_HASH_KEY.into(),
        settings::STAGE_HASH_IV.into(),
    );
    let right = check_mac::sign(&fields, &key, &iv);
    let signature = signature.map_or(right, ToOwned::to_owned);
    fields.push((check_mac::FIELD.to_owned(), signature));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

async fn hears(place: &Place, path: &str, body: String) -> Answer {
    let request = http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body));
    place.send(request.unwrap()).await
}

#[tokio::test]
async fn a_forgery_is_refused_where_there_is_no_database_and_a_genuine_notice_is_not() {
    // Given a house that has lost its database
    let place = place(&[]).await;
    let database = &place.house.app.database;
    database.reader().close_by_ref().await.unwrap();
    database.writer().close_by_ref().await.unwrap();

    // Then a forger is told so at each address
    let forged = notice(Some(&"0".repeat(64)));
    for path in ["/ecpay/notify", "/ecpay/payment-info", "/ecpay/period"] {
        let answer = hears(&place, path, forged.clone()).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (400, "0|CheckMacValue Error"),
            "{path}"
        );
    }

    // and the gateway to come again: its notice would have needed it
    let answer = hears(&place, "/ecpay/notify", notice(None)).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (503, "0|Try again later")
    );
}
