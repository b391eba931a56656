//! What a stranger, a broken line or a future version of ECPay might send.

use std::sync::LazyLock;

use domain::ports::gateway::{Outcome, TradeState};
use entity::payments::NoticeKind;
use proptest::prelude::*;
use secrecy::SecretString;

use super::{
    Ecpay, EcpaySettings, Rejected, check_mac, form_body,
    query::read_report,
    vectors::{notice_vector, text},
};

fn signed_body(fields: &[(&str, &str)]) -> Vec<u8> {
    let settings = EcpaySettings::stage("https://shop.example");
    let mut fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
    fields.push((check_mac::FIELD.to_owned(), signature));
    encode_body(&fields)
}

fn encode_body(fields: &[(String, String)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
        .into_bytes()
}

fn house() -> &'static Ecpay {
    // Setting up TLS takes a while; once is enough.
    static HOUSE: LazyLock<Ecpay> = LazyLock::new(|| {
        let settings = EcpaySettings::stage("https://shop.example");
        Ecpay::new(settings, crate::http::client().unwrap()).unwrap()
    });
    &HOUSE
}

const PAID: [(&str, &str); 8] = [
    ("MerchantID", "3002607"),
    ("MerchantTradeNo", "T1"),
    ("PaymentDate", "2026/01/15 09:32:11"),
    ("PaymentType", "CVS_CVS"),
    ("RtnCode", "1"),
    ("SimulatePaid", "1"),
    ("TradeAmt", "100"),
    ("TradeNo", "26"),
];

#[test]
fn a_field_cannot_be_hidden_under_a_signature_that_does_not_cover_borders_and_case() {
    let read = |body: &[u8]| house().read_notice(NoticeKind::Payment, body);
    let honest = String::from_utf8(signed_body(&PAID)).unwrap();
    assert!(read(honest.as_bytes()).unwrap().is_simulated);
    for changed in [
        honest.replace("SimulatePaid=", "simulatepaid="),
        honest.replace("RtnCode=1&SimulatePaid=1", "RtnCode=1%26SimulatePaid%3D1"),
        honest.replace("RtnCode=1&SimulatePaid=1", "RtnCode=1%26SIMULATEPAID%3D1"),
        honest.replace("RtnCode=1&SimulatePaid=1", "RtnCode%3D1%26SimulatePaid=1"),
    ] {
        assert_ne!(changed, honest);
        let rejected = read(changed.as_bytes()).unwrap_err();
        assert_eq!(rejected.reply(), "0|Malformed", "{changed}");
    }
}

const CHARGED: [(&str, &str); 8] = [
    ("Amount", "100"),
    ("Gwsr", "13475999"),
    ("MerchantID", "3002607"),
    ("MerchantTradeNo", "T1"),
    ("ProcessDate", "2026/02/15 06:00:00"),
    ("RtnCode", "1"),
    ("SimulatePaid", "1"),
    ("TotalSuccessTimes", "2"),
];

#[test]
fn a_charge_cannot_be_disguised_and_counts_at_its_own_address_alone() {
    let read = |body: &[u8]| house().read_notice(NoticeKind::Period, body);
    let honest = String::from_utf8(signed_body(&CHARGED)).unwrap();
    assert!(read(honest.as_bytes()).unwrap().is_simulated);
    for (from, to) in [
        ("Gwsr=", "gwsr="),
        ("Amount=", "amount="),
        ("TotalSuccessTimes=", "totalsuccesstimes="),
        ("RtnCode=1&SimulatePaid=1", "RtnCode=1%26SimulatePaid%3D1"),
        (
            "SimulatePaid=1&TotalSuccessTimes=2",
            "SimulatePaid=1%26TotalSuccessTimes%3D2",
        ),
    ] {
        let changed = honest.replace(from, to);
        assert_ne!(changed, honest);
        let rejected = read(changed.as_bytes()).unwrap_err();
        assert_eq!(rejected.reply(), "0|Malformed", "{changed}");
    }
    // What was signed for one address is nothing at another.
    assert!(read(&signed_body(&PAID)).is_err());
    for kind in [NoticeKind::Payment, NoticeKind::PaymentInfo] {
        assert!(house().read_notice(kind, honest.as_bytes()).is_err());
    }
    for (missing, _) in CHARGED {
        let rest: Vec<_> = CHARGED
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        let read = read(&signed_body(&rest));
        match missing {
            "SimulatePaid" => assert!(!read.unwrap().is_simulated),
            "MerchantID" => assert_eq!(read.unwrap_err(), Rejected::MerchantId),
            _ => assert_eq!(read.unwrap_err(), Rejected::Malformed(missing)),
        }
    }
}

#[test]
fn a_signed_notice_without_what_we_need_is_refused() {
    for (missing, _) in PAID {
        let rest: Vec<_> = PAID
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        let read = house().read_notice(NoticeKind::Payment, &signed_body(&rest));
        match missing {
            "SimulatePaid" => assert!(!read.unwrap().is_simulated),
            "PaymentType" => assert_eq!(read.unwrap().gateway_method, ""),
            "MerchantID" => assert_eq!(read.unwrap_err(), Rejected::MerchantId),
            _ => assert_eq!(read.unwrap_err(), Rejected::Malformed(missing)),
        }
    }
    let long = vec![b'a'; 20_000];
    let refused = house().read_notice(NoticeKind::Payment, &long).unwrap_err();
    assert_eq!(refused.reply(), "0|Malformed");
    let empty = house().read_notice(NoticeKind::Payment, b"").unwrap_err();
    assert_eq!(empty, Rejected::CheckMacValue);
}

#[test]
fn the_gateways_words_are_cut() {
    let long = "錯".repeat(300);
    let body = signed_body(&[
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", "T1"),
        ("RtnCode", "10100248"),
        ("RtnMsg", &long),
        ("TradeAmt", "100"),
        ("TradeNo", ""),
    ]);
    let notice = house().read_notice(NoticeKind::Payment, &body).unwrap();
    let Outcome::Failed { code, message } = notice.outcome else {
        panic!("{:?}", notice.outcome);
    };
    assert_eq!((code.as_str(), message), ("10100248", "錯".repeat(200)));
}

#[test]
fn a_signature_must_come_exactly_once() {
    let settings = house().settings();
    let verify = |fields: &[(String, String)]| {
        check_mac::verify(fields, &settings.hash_key, &settings.hash_iv)
    };
    let mut fields = form_body::parse(&signed_body(&PAID)).unwrap();
    assert!(verify(&fields));
    let signature = fields.pop().unwrap();
    assert!(!verify(&fields), "missing");
    fields.extend([signature.clone(), signature.clone()]);
    assert!(!verify(&fields), "twice the same");
    fields.truncate(PAID.len());
    fields.extend([signature, (check_mac::FIELD.to_owned(), String::new())]);
    assert!(!verify(&fields), "and an empty one");
}

#[test]
fn an_answer_counts_only_for_the_trade_that_was_asked_about() {
    let settings = house().settings();
    let read = |merchant: &str, number: &str, status: &str| {
        let mut fields: Vec<_> = [
            ("MerchantID", merchant),
            ("MerchantTradeNo", number),
            ("TradeAmt", "100"),
            ("TradeStatus", status),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
        fields.push((check_mac::FIELD.to_owned(), signature));
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        read_report(&pairs.join("&"), settings, "T1").map(|report| report.state)
    };
    assert_eq!(read("3002607", "T1", "0").unwrap(), TradeState::Unpaid);
    assert_eq!(
        read("3002607", "T1", "10200047").unwrap(),
        TradeState::NotFound
    );
    assert_eq!(read("", "", "10200047").unwrap(), TradeState::NotFound);
    for (merchant, number, status) in [
        ("2000132", "T1", "0"),
        ("3002607", "T2", "0"),
        ("3002607", "T2", "10200047"),
        ("", "T1", "0"),
        ("3002607", "", "0"),
        ("3002607", "T1", ""),
        ("3002607", "T1", "10200073"),
        ("3002607", "T1", "1"), // paid, but nobody knows when
    ] {
        assert!(
            read(merchant, number, status).is_err(),
            "{merchant} {number} {status}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies_through_a_form_and_back(
        fields in prop::collection::btree_map("[a-zA-Z0-9_]{1,12}", any::<String>(), 0..20)
    ) {
        let (key, iv): (SecretString, SecretString) = ("k1".into(), "v1".into());
        let mut fields: Vec<_> = fields.into_iter().collect();
        let signature = check_mac::sign(&fields, &key, &iv);
        fields.push((check_mac::FIELD.to_owned(), signature));
        let parsed = form_body::parse(&encode_body(&fields)).unwrap();
        prop_assert_eq!(&parsed, &fields);
        prop_assert!(check_mac::verify(&parsed, &key, &iv));
        prop_assert!(!check_mac::verify(&parsed, &iv, &key));
    }

    /// A letter may change its case: the signature itself does not cover that.
    #[test]
    fn any_changed_byte_breaks_a_notice(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let vector = notice_vector("cb01-valid-credit");
        let body = text(&vector, "raw_body").as_bytes().to_vec();
        let mut changed = body.clone();
        let at = at.index(changed.len());
        prop_assume!(!changed[at].eq_ignore_ascii_case(&byte));
        changed[at] = byte;
        // `+` and a blank byte are the same in a form.
        prop_assume!(form_body::parse(&changed) != form_body::parse(&body));
        let read = house().read_notice(NoticeKind::Payment, &changed);
        prop_assert!(read.is_err(), "{}", changed.escape_ascii());
    }

    #[test]
    fn no_bytes_at_all_make_the_readers_stumble(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = form_body::parse(&body);
        prop_assert!(house().read_notice(NoticeKind::Payment, &body).is_err());
        let text = String::from_utf8_lossy(&body);
        prop_assert!(read_report(&text, house().settings(), "T1").is_err());
    }
}
