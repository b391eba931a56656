//! The published and calculated examples: every one that must hold does.

use std::path::Path;

use domain::ports::gateway::{Outcome, PayCode, TradeState};
use entity::{
    money::{Currency, Money},
    payments::NoticeKind,
};
use md5::{Digest as _, Md5};
use reqwest::Client;
use secrecy::SecretString;
use serde_json::Value;

use super::{
    Ecpay, EcpaySettings, Rejected, check_mac, form_body, query::read_report, taipei_time,
};

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/ecpay")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn fields(params: &Value) -> Vec<(String, String)> {
    let pair =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
    params.as_object().unwrap().iter().map(pair).collect()
}

fn settings(vector: &Value) -> EcpaySettings {
    EcpaySettings {
        hash_key: text(vector, "hash_key").into(),
        hash_iv: text(vector, "hash_iv").into(),
        ..EcpaySettings::stage("https://shop.example")
    }
}

fn ecpay(vector: &Value) -> Ecpay {
    let settings = EcpaySettings {
        merchant_id: text(vector, "our_merchant_id").to_owned(),
        ..settings(vector)
    };
    let client: Client = crate::http::client().unwrap();
    Ecpay::new(settings, client).unwrap()
}

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

#[test]
fn every_character_is_encoded_as_ecpay_encodes_it() {
    let file = fixture("checkmac.json");
    let table = file["url_encode_table"].as_object().unwrap();
    assert_eq!(table.len(), 95);
    for (name, entry) in table {
        let encoded = check_mac::encode(text(entry, "char"));
        assert_eq!(encoded, text(entry, "encoded_lower"), "{name}");
    }
}

#[test]
fn every_signature_is_the_one_that_ecpay_makes() {
    let file = fixture("checkmac.json");
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 93);
    for vector in vectors {
        let id = text(vector, "id");
        let (key, iv) = (text(vector, "hash_key"), text(vector, "hash_iv"));
        let expected = text(vector, "expected");
        let mut fields = fields(&vector["params"]);
        let pre_image = check_mac::pre_image(&fields, key, iv);
        assert_eq!(pre_image, text(vector, "encoded_preimage"), "{id}");
        let (key, iv): (SecretString, SecretString) = (key.into(), iv.into());
        match text(vector, "method") {
            "sha256" => {
                assert_eq!(check_mac::sign(&fields, &key, &iv), expected, "{id}");
                fields.retain(|(name, _)| name != check_mac::FIELD);
                fields.push((check_mac::FIELD.to_owned(), expected.to_owned()));
                assert!(check_mac::verify(&fields, &key, &iv), "{id}");
            }
            "md5" => {
                let digest = hex::encode_upper(Md5::digest(&pre_image));
                assert_eq!(digest, expected, "{id}");
                fields.push((check_mac::FIELD.to_owned(), expected.to_owned()));
                assert!(
                    !check_mac::verify(&fields, &key, &iv),
                    "{id}: never accepted"
                );
            }
            other => panic!("{id}: unknown method {other}"),
        }
    }
}

#[test]
fn nothing_is_verified_with_empty_keys() {
    let empty: SecretString = "".into();
    let key: SecretString = "pwFHCqoQZGmho4w6".into();
    for (key, iv) in [(&empty, &key), (&key, &empty), (&empty, &empty)] {
        let mut fields = vec![("RtnCode".to_owned(), "1".to_owned())];
        let signature = check_mac::sign(&fields, key, iv);
        fields.push((check_mac::FIELD.to_owned(), signature));
        assert!(!check_mac::verify(&fields, key, iv));
    }
}

/// What a notice comes to, in the words of the examples.
fn decision(vector: &Value) -> (&'static str, Option<&'static str>) {
    let ecpay = ecpay(vector);
    let body = text(vector, "raw_body").as_bytes();
    let kind = match text(vector, "endpoint") {
        "ReturnURL" => NoticeKind::Payment,
        "PaymentInfoURL" => NoticeKind::PaymentInfo,
        "PeriodReturnURL" => NoticeKind::Period,
        "OrderResultURL" => {
            return match ecpay.verify_result(body) {
                Ok(_) => ("show_result_only", None),
                Err(Rejected::CheckMacValue) => ("reject_mac", None),
                Err(other) => panic!("{other:?}"),
            };
        }
        other => panic!("unknown address {other}"),
    };
    let notice = match ecpay.read_notice(kind, body) {
        Ok(notice) => notice,
        Err(rejected) => {
            let word = match rejected {
                Rejected::CheckMacValue => "reject_mac",
                Rejected::MerchantId => "reject_merchant",
                Rejected::Malformed(why) => panic!("malformed: {why}"),
            };
            return (word, Some(rejected.reply()));
        }
    };
    let expected = dollars(vector["order"]["total_amount"].as_i64().unwrap());
    let word = match notice.outcome {
        _ if notice.is_simulated => "simulated_do_not_ship",
        Outcome::Paid { .. } if notice.amount != expected => "amount_mismatch_alert",
        Outcome::Paid { .. } if kind == NoticeKind::Period => "period_paid",
        Outcome::Failed { .. } if kind == NoticeKind::Period => "period_failed",
        Outcome::Paid { .. } => "paid",
        Outcome::CodeIssued(_) => "code_issued_not_paid",
        Outcome::Failed { .. } if kind == NoticeKind::PaymentInfo => "code_failed",
        Outcome::Failed { .. } => "not_paid",
    };
    (word, Some("1|OK"))
}

#[test]
fn every_notice_is_read_as_the_published_rules_say() {
    let file = fixture("callbacks.json");
    let vectors = file["notifications"].as_array().unwrap();
    assert_eq!(vectors.len(), 35);
    let mut decided = 0;
    for vector in vectors {
        let id = text(vector, "id");
        let settings = settings(vector);
        let parsed = form_body::parse(text(vector, "raw_body").as_bytes()).unwrap();
        let sorted = |mut fields: Vec<(String, String)>| {
            fields.sort();
            fields
        };
        assert_eq!(
            sorted(parsed.clone()),
            sorted(fields(&vector["params"])),
            "{id}"
        );
        let is_signed = check_mac::verify(&parsed, &settings.hash_key, &settings.hash_iv);
        assert_eq!(
            is_signed,
            vector["expected_mac_valid"].as_bool().unwrap(),
            "{id}"
        );
        decided += 1;
        let (word, reply) = decision(vector);
        let expected = match text(vector, "expected_decision") {
            // What was paid already is not known from the form: the inbox knows, by the key.
            "already_paid_no_effect" => "period_paid".to_owned(),
            other => other.replace("_strict", ""),
        };
        assert_eq!(word, expected, "{id}");
        match (reply, text(vector, "reply")) {
            (Some(reply), "1|OK") => assert_eq!(reply, "1|OK", "{id}"),
            (Some(reply), "0|<reason>") => assert!(reply.starts_with("0|"), "{id}: {reply}"),
            (None, "html page") => {}
            other => panic!("{id}: {other:?}"),
        }
    }
    assert_eq!(decided, 35);
}

pub(super) fn notice_vector(id: &str) -> Value {
    let file = fixture("callbacks.json");
    let vectors = file["notifications"].as_array().unwrap();
    vectors
        .iter()
        .find(|vector| vector["id"] == id)
        .unwrap()
        .clone()
}

fn read(id: &str, kind: NoticeKind) -> domain::ports::gateway::Notice {
    let vector = notice_vector(id);
    ecpay(&vector)
        .read_notice(kind, text(&vector, "raw_body").as_bytes())
        .unwrap()
}

#[test]
fn a_payment_notice_tells_who_paid_what_when() {
    let notice = read("cb01-valid-credit", NoticeKind::Payment);
    assert_eq!(notice.gateway, "ecpay");
    assert_eq!(notice.merchant_trade_no, "TPE20260115A0001");
    assert_eq!(notice.gateway_trade_no, "2601150930054567");
    assert_eq!(notice.gateway_method, "Credit_CreditCard");
    assert_eq!(notice.amount, dollars(1280));
    assert_eq!(notice.fee, Some(dollars(26)));
    assert_eq!(notice.dedupe_key, "pay:TPE20260115A0001:2601150930054567:1");
    let at = "2026-01-15T01:32:11Z".parse().unwrap();
    assert_eq!(notice.outcome, Outcome::Paid { at });
    assert_eq!(notice.fields.len(), 16);
    assert!(
        notice
            .fields
            .iter()
            .all(|(name, _)| name != "CheckMacValue")
    );
}

#[test]
fn a_re_send_has_the_same_key_and_a_rehearsal_another() {
    let first = read("cb01-valid-credit", NoticeKind::Payment);
    let again = read("cb02-resend-rtnmsg-paid", NoticeKind::Payment);
    let rehearsal = read("cb24-simulated", NoticeKind::Payment);
    assert_ne!(first.fields, again.fields);
    assert_eq!(first.dedupe_key, again.dedupe_key);
    assert_eq!(rehearsal.dedupe_key, format!("sim:{}", first.dedupe_key));
}

#[test]
fn codes_to_pay_with_are_read_with_their_ends() {
    let atm = read("cb37-atm-code-issued", NoticeKind::PaymentInfo);
    assert_eq!(atm.dedupe_key, "info:TPE20260115A0001:2601150930054568:2");
    assert_eq!(
        atm.outcome,
        Outcome::CodeIssued(PayCode::Atm {
            bank_code: "822".to_owned(),
            account: "9103522175887271".to_owned(),
            expires_at: taipei_time::from_text("2026/01/22 23:59:59").unwrap(),
        })
    );
    let barcode = read("cb41-barcode-issued", NoticeKind::PaymentInfo);
    assert_eq!(
        barcode.outcome,
        Outcome::CodeIssued(PayCode::Barcode {
            parts: ["150122C7E", "3453010045670001", "011532000001280"].map(str::to_owned),
            expires_at: taipei_time::from_text("2026/01/22 23:59:59").unwrap(),
        })
    );
}

#[test]
fn a_charge_by_a_contract_tells_its_number_and_a_repeat_has_the_same_key() {
    let second = read("cb43-period-success", NoticeKind::Period);
    let at = taipei_time::from_text("2026/02/15 06:00:00").unwrap();
    assert_eq!(second.merchant_trade_no, "SUB20260115A01");
    assert_eq!(second.amount, dollars(299));
    assert_eq!(second.outcome, Outcome::Paid { at });
    let charge = second.charge.clone().unwrap();
    assert_eq!((charge.number, charge.at), (2, at));
    assert_eq!(charge.gateway_charge_no, "13475999");
    assert_eq!(second.dedupe_key, "period:SUB20260115A01:2:13475999");
    let again = read("cb46-period-repeat-times", NoticeKind::Period);
    assert_eq!(again.dedupe_key, second.dedupe_key);

    let failed = read("cb44-period-failed", NoticeKind::Period);
    assert_eq!(
        failed.charge.unwrap().number,
        2,
        "what it would have been, had it succeeded"
    );
    assert_eq!(
        failed.dedupe_key,
        "period:SUB20260115A01:1:13475999:10100058:2026/02/15 06:00:00"
    );
}

#[test]
fn a_failure_of_a_later_month_is_no_repeat_and_another_gwsr_is_no_re_send() {
    let key = |id: &str, change: (&str, &str)| {
        let mut fields = fields(&notice_vector(id)["params"]);
        for field in &mut fields {
            if field.0 == change.0 {
                change.1.clone_into(&mut field.1);
            }
        }
        Ecpay::reread_notice(NoticeKind::Period, fields)
            .unwrap()
            .dedupe_key
    };
    let failed = "cb44-period-failed";
    let (this, next) = ("2026/02/15 06:00:00", "2026/03/15 06:00:00");
    assert_ne!(
        key(failed, ("ProcessDate", this)),
        key(failed, ("ProcessDate", next))
    );
    let paid = "cb43-period-success";
    assert_ne!(key(paid, ("Gwsr", "13475999")), key(paid, ("Gwsr", "9")));
    assert_eq!(key(paid, ("RtnMsg", "paid")), key(paid, ("RtnMsg", "成功")));
}

#[test]
fn success_is_money_at_the_payment_address_alone() {
    let notice = read("cb01-valid-credit", NoticeKind::PaymentInfo);
    assert!(matches!(notice.outcome, Outcome::Failed { code, .. } if code == "1"));
}

#[test]
fn every_answer_to_a_query_is_read_as_the_published_rules_say() {
    let file = fixture("callbacks.json");
    let vectors = file["query_responses"].as_array().unwrap();
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let id = text(vector, "id");
        let asked = text(&vector["expected_params"], "MerchantTradeNo");
        let report = read_report(text(vector, "raw_body"), &settings(vector), asked);
        if !vector["expected_mac_valid"].as_bool().unwrap() {
            assert!(report.is_err(), "{id}");
            continue;
        }
        let report = report.unwrap();
        let at = taipei_time::from_text("2026/01/15 09:32:11").unwrap();
        let (state, amount) = match text(&vector["expected_params"], "TradeStatus") {
            "1" => (TradeState::Paid { at }, 1280),
            "10200095" => (
                TradeState::Failed {
                    code: "10200095".to_owned(),
                },
                1280,
            ),
            "10200047" => (TradeState::NotFound, 0),
            other => panic!("{id}: {other}"),
        };
        assert_eq!(
            (report.state, report.amount),
            (state, dollars(amount)),
            "{id}"
        );
        let other = read_report(text(vector, "raw_body"), &settings(vector), "OTHER1");
        assert!(other.is_err(), "{id}: about another trade");
    }
}

#[test]
fn an_answer_with_escapes_is_read_when_its_signature_says_so() {
    let file = fixture("callbacks.json");
    let vector = &file["query_responses"][0];
    let escaped = text(vector, "raw_body")
        .replace("咖啡豆 x 2", "%E5%92%96%E5%95%A1%E8%B1%86%20x%202")
        .replace("2026/01/15", "2026%2F01%2F15");
    let report = read_report(&escaped, &settings(vector), "TPE20260115A0001").unwrap();
    assert!(matches!(report.state, TradeState::Paid { .. }));
}
