//! What somebody else may send to the gateway's addresses.

use adapters::ecpay::check_mac;
use entity::payments::{NoticeState, PaymentStatus};

use super::notice::{Fields, body, paid, signed, value, with};
use crate::kit::{Shop, both_engines, customer::Attempt};

both_engines!(
    forged_notices_change_nothing,
    what_is_no_form_is_refused,
    genuine_notices_about_nothing_of_ours_are_set_aside,
);

const WRONG_SIGNATURE: &str = "0|CheckMacValue Error";
const MALFORMED: &str = "0|Malformed";

async fn attempt(shop: &Shop) -> Attempt {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    mei.begin_payment(&purchase, "CREDIT_CARD").await
}

/// Every forgery of a genuine notice, with the answer it must get.
fn forgeries(genuine: &Fields) -> Vec<(&'static str, String, &'static str)> {
    let signature = value(genuine, check_mac::FIELD);
    let without = |name: &str| {
        let mut fields = genuine.clone();
        fields.retain(|(known, _)| known != name);
        fields
    };
    let another = paid("SOMEBODYELSES01", 899);
    let of_another = value(&another, check_mac::FIELD);
    let mut extra = genuine.clone();
    extra.push(("Extra".to_owned(), "1".to_owned()));
    let mut twice = genuine.clone();
    twice.push(("RtnCode".to_owned(), "1".to_owned()));
    let mut two_signatures = genuine.clone();
    two_signatures.push((check_mac::FIELD.to_owned(), signature.clone()));
    let zeros = "0".repeat(64);
    vec![
        (
            "made-up",
            body(&with(genuine.clone(), check_mac::FIELD, &zeros)),
            WRONG_SIGNATURE,
        ),
        (
            "empty",
            body(&with(genuine.clone(), check_mac::FIELD, "")),
            WRONG_SIGNATURE,
        ),
        ("missing", body(&without(check_mac::FIELD)), WRONG_SIGNATURE),
        (
            "of other fields",
            body(&with(genuine.clone(), check_mac::FIELD, &of_another)),
            WRONG_SIGNATURE,
        ),
        (
            "in lower case",
            body(&with(
                genuine.clone(),
                check_mac::FIELD,
                &signature.to_lowercase(),
            )),
            WRONG_SIGNATURE,
        ),
        (
            "as short as MD5",
            body(&with(genuine.clone(), check_mac::FIELD, &signature[..32])),
            WRONG_SIGNATURE,
        ),
        ("a field more", body(&extra), WRONG_SIGNATURE),
        ("a field less", body(&without("StoreID")), WRONG_SIGNATURE),
        (
            "another amount",
            body(&with(genuine.clone(), "TradeAmt", "1")),
            WRONG_SIGNATURE,
        ),
        ("a field twice", body(&twice), MALFORMED),
        ("the signature twice", body(&two_signatures), MALFORMED),
        (
            "another merchant, rightly signed",
            body(&signed(with(genuine.clone(), "MerchantID", "2000132"))),
            "0|MerchantID Error",
        ),
    ]
}

async fn forged_notices_change_nothing(shop: Shop) {
    let attempt = attempt(&shop).await;
    let genuine = paid(&attempt.trade_no, 899);
    let before = shop.database.counts().await;
    for (what, body, answer) in forgeries(&genuine) {
        for path in ["/ecpay/notify", "/ecpay/payment-info"] {
            let (status, text) = shop.post(path, body.clone()).await;
            assert_eq!((status, text.as_str()), (400, answer), "{what} at {path}");
        }
        let (status, page) = shop.post("/ecpay/result", body).await;
        assert_eq!(status, 400, "{what}");
        assert!(page.contains("無法確認"), "{what}: {page}");
    }
    assert_eq!(shop.database.counts().await, before);
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!(
        (payment.status, payment.version),
        (PaymentStatus::Pending, 1)
    );

    // and the genuine one is still taken
    let (status, text) = shop.post("/ecpay/notify", body(&genuine)).await;
    assert_eq!((status, text.as_str()), (200, "1|OK"));
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!(payment.status, PaymentStatus::Paid);
}

async fn what_is_no_form_is_refused(shop: Shop) {
    let attempt = attempt(&shop).await;
    let genuine = body(&paid(&attempt.trade_no, 899));
    let before = shop.database.counts().await;
    let many: Vec<String> = (0..1000).map(|number| format!("f{number}=1")).collect();
    let ten_thousand: Vec<String> = (0..10_000).map(|number| format!("f{number}=1")).collect();
    let big5 = genuine.replace("%E4%BA%A4%E6%98%93", "%A5%E6%A9%F6");
    assert_ne!(big5, genuine);
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("nothing", Vec::new(), 400, WRONG_SIGNATURE),
        ("JSON", br#"{"RtnCode":1}"#.to_vec(), 400, WRONG_SIGNATURE),
        (
            "a broken escape",
            format!("{genuine}&x=%zz").into_bytes(),
            400,
            MALFORMED,
        ),
        ("Big5", big5.into_bytes(), 400, MALFORMED),
        (
            "raw Big5 bytes",
            b"RtnMsg=\xa5\xe6\xa9\xf6".to_vec(),
            400,
            MALFORMED,
        ),
        (
            "a thousand fields",
            many.join("&").into_bytes(),
            400,
            MALFORMED,
        ),
        (
            "full-width digits",
            genuine
                .replace("RtnCode=1", "RtnCode=%EF%BC%91")
                .into_bytes(),
            400,
            WRONG_SIGNATURE,
        ),
    ];
    for (what, body, status, answer) in cases {
        let got = shop.post("/ecpay/notify", body).await;
        assert_eq!(got, (status, answer.to_owned()), "{what}");
    }
    let just_too_long = format!("x={}", "a".repeat(16 * 1024 - 1));
    let megabyte = "a".repeat(1024 * 1024);
    for (what, body) in [
        ("16 KiB and a byte", just_too_long),
        ("10,000 fields", ten_thousand.join("&")),
        ("a megabyte", megabyte),
    ] {
        for path in ["/ecpay/notify", "/ecpay/payment-info", "/ecpay/result"] {
            assert_eq!(
                shop.post(path, body.clone()).await.0,
                413,
                "{what} at {path}"
            );
        }
    }
    let answer = shop
        .http
        .get(format!("{}/ecpay/notify", shop.url))
        .send()
        .await;
    assert_eq!(answer.unwrap().status().as_u16(), 405);
    assert_eq!(shop.database.counts().await, before);
}

async fn genuine_notices_about_nothing_of_ours_are_set_aside(shop: Shop) {
    let (status, text) = shop
        .post("/ecpay/notify", body(&paid("NOTOURS0001", 899)))
        .await;
    assert_eq!(
        (status, text.as_str()),
        (200, "1|OK"),
        "a re-send would not help"
    );
    let notices = shop.database.notices("NOTOURS0001").await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].state, NoticeState::Quarantined);
    assert_eq!(notices[0].reason.as_deref(), Some("unknown_trade"));
}
