//! Answers about card payments: what is understood, and what leaves everything open.

use domain::ports::{CardAnswer, CardInstruction, CardQuestion, CardState};
use entity::{
    money::{Currency, Money},
    refunds::CardAction,
};
use serde_json::{Value, json};

use super::{
    EcpaySettings, Environment,
    refund::{check_code, read_answer, read_state},
};

const fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn question() -> CardQuestion {
    CardQuestion {
        authorization_no: "11304112".to_owned(),
        amount: twd(899),
    }
}

fn answer(status: &str, closings: Value) -> Value {
    json!({ "RtnMsg": "", "RtnValue": {
        "TradeID": 11_304_112, "amount": 899, "clsamt": 0, "authtime": "2026/11/21 12:00:00",
        "status": status, "close_data": closings,
    } })
}

fn closing(status: &str, number: u32, amount: i64) -> Value {
    json!({ "status": status, "sno": number, "amount": amount, "datetime": "2026/11/21 20:15:00" })
}

fn state(answer: &Value) -> Option<(CardState, i64)> {
    let report = read_state(&answer.to_string(), &question()).ok()?;
    Some((report.state, report.refunded.minor))
}

#[test]
fn the_words_and_their_entries_say_how_far_a_payment_is() {
    use CardState::{Abandoned, Authorized, Captured, NotAuthorized, ToBeCaptured};
    for (status, closings, expected) in [
        ("未授權", json!([]), (NotAuthorized, 0)),
        ("已授權", json!([]), (Authorized, 0)),
        ("已授權", Value::Null, (Authorized, 0)),
        (
            "已授權",
            json!([closing("要關帳", 1, 899)]),
            (ToBeCaptured, 0),
        ),
        (
            "要關帳",
            json!([closing("要關帳", 1, 899)]),
            (ToBeCaptured, 0),
        ),
        (
            "操作取消",
            json!([closing("操作取消", 1, 899)]),
            (Authorized, 0),
        ),
        ("已關帳", json!([closing("已關帳", 1, 899)]), (Captured, 0)),
        ("已取消", json!([]), (Abandoned, 0)),
        (
            "已關帳",
            json!([
                closing("已關帳", 1, 899),
                closing("要關帳", 2, -300),
                closing("已關帳", 3, -99)
            ]),
            (Captured, 399),
        ),
        (
            "已關帳",
            json!([closing("已關帳", 1, 899), closing("操作取消", 2, -300)]),
            (Captured, 0),
        ),
    ] {
        assert_eq!(state(&answer(status, closings)), Some(expected), "{status}");
    }
}

#[test]
fn numbers_may_be_texts_and_objects_may_be_texts_of_objects() {
    let plain = answer("已關帳", json!([closing("已關帳", 1, 899)]));
    let mut value = plain["RtnValue"].clone();
    value["amount"] = json!("899");
    value["TradeID"] = json!("11304112");
    value["close_data"] = json!(value["close_data"].to_string());
    let wrapped = json!({ "RtnMsg": "", "RtnValue": value.to_string() });
    assert_eq!(state(&wrapped), Some((CardState::Captured, 0)));
}

#[test]
fn whatever_is_missing_or_unknown_leaves_everything_open() {
    let good = answer("已關帳", json!([closing("已關帳", 1, 899)]));
    assert!(state(&good).is_some());
    for (pointer, wrong) in [
        ("/RtnMsg", json!("error_nopay")),
        ("/RtnMsg", Value::Null),
        ("/RtnValue", json!("")),
        ("/RtnValue/TradeID", json!(11_304_113)),
        ("/RtnValue/amount", json!(898)),
        ("/RtnValue/amount", json!(899.5)),
        ("/RtnValue/clsamt", Value::Null),
        ("/RtnValue/status", json!("退款中")),
        ("/RtnValue/close_data", json!({})),
        ("/RtnValue/close_data/0/status", json!("要退款")),
        ("/RtnValue/close_data/0/amount", json!("")),
        ("/RtnValue/close_data/0/amount", json!(0)),
        ("/RtnValue/close_data/0/sno", Value::Null),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(state(&changed), None, "{pointer}: {changed}");
    }
    for text in ["", "error", "<html>", "[]", "\"\""] {
        assert!(read_state(text, &question()).is_err(), "{text}");
    }
}

#[test]
fn a_trace_changes_with_every_part_of_the_answer_and_not_with_its_order() {
    let trace = |answer: &Value| read_state(&answer.to_string(), &question()).unwrap().trace;
    let first = closing("已關帳", 1, 899);
    let second = closing("要關帳", 2, -300);
    let both = trace(&answer("已關帳", json!([first, second])));
    assert_eq!(both, trace(&answer("已關帳", json!([second, first]))));
    assert_ne!(both, trace(&answer("已關帳", json!([first]))));
    let done = closing("已關帳", 2, -300);
    assert_ne!(both, trace(&answer("已關帳", json!([first, done]))));
    let mut closed = answer("已關帳", json!([first, second]));
    closed["RtnValue"]["clsamt"] = json!(899);
    assert_ne!(both, trace(&closed));
}

fn told(text: &str) -> Option<CardAnswer> {
    let settings = EcpaySettings::simulator("https://shop.example");
    let instruction = CardInstruction {
        action: CardAction::Refund,
        merchant_trade_no: "FB1".to_owned(),
        gateway_trade_no: "2611211200000001".to_owned(),
        amount: twd(300),
    };
    read_answer(text, &settings, &instruction).ok()
}

#[test]
fn a_yes_must_name_the_payment() {
    let yes = "MerchantID=3002607&MerchantTradeNo=FB1&TradeNo=2611211200000001&RtnCode=1&RtnMsg=OK";
    assert_eq!(told(yes), Some(CardAnswer::Done));
    assert_eq!(
        told(&yes.replace("MerchantID", "Merchant")),
        Some(CardAnswer::Done)
    );
    for (from, to) in [
        ("FB1", "FB2"),
        ("FB1", ""),
        ("2611211200000001", ""),
        ("3002607", "3002608"),
        ("RtnCode=1", "RtnCode="),
        ("&RtnMsg=OK", "&RtnMsg=OK&RtnCode=1"),
    ] {
        assert_eq!(told(&yes.replace(from, to)), None, "{from} {to}");
    }
    for text in ["", "1", "1|OK", "RtnCode=1", "<html></html>"] {
        assert_eq!(told(text), None, "{text}");
    }
}

#[test]
fn a_no_is_a_no_even_when_it_names_nothing() {
    let refused = |text| match told(text) {
        Some(CardAnswer::Refused { code, message }) => Some((code, message)),
        _ => None,
    };
    assert_eq!(
        refused("Merchant=&MerchantTradeNo=&TradeNo=&RtnCode=10200047&RtnMsg=not found"),
        Some(("10200047".to_owned(), "not found".to_owned()))
    );
    assert_eq!(
        refused("MerchantID=3002607&MerchantTradeNo=FB2&TradeNo=&RtnCode=0&RtnMsg=no"),
        None,
        "about another payment"
    );
}

#[test]
fn the_stage_and_a_missing_check_code_give_nothing_back() {
    let simulator = EcpaySettings::simulator("https://shop.example");
    assert!(check_code(&simulator).is_ok());
    let stage = EcpaySettings {
        environment: Environment::Stage,
        ..simulator.clone()
    };
    assert!(check_code(&stage).is_err());
    let without = EcpaySettings {
        credit_check_code: None,
        ..simulator
    };
    assert!(check_code(&without).is_err());
}
