//! Cards on the way back: `CreditDetail/QueryTrade/V2` says how a payment stands, `CreditDetail/DoAction` moves
//! it. Neither answer is signed, so each counts only when it is complete and about what was asked.

use domain::ports::{
    CardAnswer, CardInstruction, CardQuestion, CardReport, CardState, NotRefundedHere, Unanswered,
};
use entity::{
    money::{Currency, Money},
    refunds::CardAction,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{
    amount,
    call::{ask, parse, unanswered},
    settings::{EcpaySettings, Environment},
};

/// The settings allow card refunds; the check code that questions need.
///
/// # Errors
/// What is missing, for staff to read.
pub fn check_code(settings: &EcpaySettings) -> Result<&str, NotRefundedHere> {
    if settings.environment == Environment::Stage {
        let reason = "ECPay's stage authorises no cards, so it can give none back.";
        return Err(NotRefundedHere(reason));
    }
    let code = settings.credit_check_code.as_ref();
    code.map(|code| code.expose_secret()).ok_or(NotRefundedHere(
        "ECPAY_CREDIT_CHECK_CODE is not set, so ECPay cannot be asked about cards.",
    ))
}

/// Asks how a card payment stands.
///
/// # Errors
/// [`Unanswered`] whenever nothing certain came back.
pub async fn card_state(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    question: &CardQuestion,
) -> Result<CardReport, Unanswered> {
    let code = check_code(settings).map_err(|reason| Unanswered(reason.to_string()))?;
    let amount = amount::to_text(question.amount).ok_or_else(|| unanswered("not in TWD"))?;
    let fields = named([
        ("MerchantID", settings.merchant_id.as_str()),
        ("CreditRefundId", &question.authorization_no),
        ("CreditAmount", &amount),
        ("CreditCheckCode", code),
    ]);
    let text = ask(client, settings, "/CreditDetail/QueryTrade/V2", fields).await?;
    read_state(&text, question)
}

/// Tells ECPay one thing.
///
/// # Errors
/// [`Unanswered`] whenever nothing certain came back: it may have been done.
pub async fn instruct(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    instruction: &CardInstruction,
) -> Result<CardAnswer, Unanswered> {
    check_code(settings).map_err(|reason| Unanswered(reason.to_string()))?;
    let amount = amount::to_text(instruction.amount).ok_or_else(|| unanswered("not in TWD"))?;
    let action = match instruction.action {
        CardAction::Abandon => "N",
        CardAction::CancelCapture => "E",
        CardAction::Refund => "R",
    };
    let fields = named([
        ("MerchantID", settings.merchant_id.as_str()),
        ("MerchantTradeNo", &instruction.merchant_trade_no),
        ("TradeNo", &instruction.gateway_trade_no),
        ("Action", action),
        ("TotalAmount", &amount),
    ]);
    let text = ask(client, settings, "/CreditDetail/DoAction", fields).await?;
    read_answer(&text, settings, instruction)
}

fn named<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// Reads what came back on an instruction. A yes must name the payment; a no may leave it out, as ECPay's answers
/// about what it does not know do. A no is checked against the payment's state before anything is made of it.
///
/// # Errors
/// [`Unanswered`] for anything else.
pub fn read_answer(
    text: &str,
    settings: &EcpaySettings,
    instruction: &CardInstruction,
) -> Result<CardAnswer, Unanswered> {
    let fields = parse(text).ok_or_else(|| unanswered("not a list of fields"))?;
    let get = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let code = get("RtnCode");
    if code.is_empty() || code.len() > 20 {
        return Err(unanswered("no RtnCode"));
    }
    let is_yes = code == "1";
    let names = |name: &str, expected: &str| {
        let value = get(name);
        value == expected || (value.is_empty() && !is_yes)
    };
    let is_about_it = names("MerchantTradeNo", &instruction.merchant_trade_no)
        && names("TradeNo", &instruction.gateway_trade_no)
        && (names("MerchantID", &settings.merchant_id) || names("Merchant", &settings.merchant_id));
    match (is_about_it, is_yes) {
        (false, _) => Err(unanswered("the answer is about another payment")),
        (true, true) => Ok(CardAnswer::Done),
        (true, false) => Ok(CardAnswer::Refused {
            code: code.to_owned(),
            message: get("RtnMsg").to_owned(),
        }),
    }
}

/// One entry of `close_data`: money on its way to us, or below zero, back.
struct Closing {
    number: String,
    status: String,
    amount: i64,
}

/// Reads how a card payment stands.
///
/// # Errors
/// [`Unanswered`] for an answer that is incomplete, about something else, or not understood in every part.
pub fn read_state(text: &str, question: &CardQuestion) -> Result<CardReport, Unanswered> {
    let answer: Value = serde_json::from_str(text).map_err(|_| unanswered("not JSON"))?;
    match answer.get("RtnMsg").and_then(Value::as_str) {
        Some("") => {}
        Some(reason) if reason.len() < 40 => {
            return Err(Unanswered(format!("ECPay says {reason}")));
        }
        _ => return Err(unanswered("no RtnMsg")),
    }
    let value = nested(answer.get("RtnValue")).ok_or_else(|| unanswered("no RtnValue"))?;
    let number = text_of(value.get("TradeID"));
    if number.as_deref() != Some(question.authorization_no.as_str()) {
        return Err(unanswered("the answer is about another authorisation"));
    }
    if whole(value.get("amount")) != Some(question.amount.minor) {
        return Err(unanswered("the answer is about another amount"));
    }
    let closed = whole(value.get("clsamt")).ok_or_else(|| unanswered("no clsamt"))?;
    let status = text_of(value.get("status")).ok_or_else(|| unanswered("no status"))?;
    let closings = closings(value.get("close_data"))?;
    let refunded = closings
        .iter()
        .filter(|closing| closing.amount < 0 && counts(&closing.status))
        .map(|closing| closing.amount.unsigned_abs())
        .try_fold(0i64, i64::checked_add_unsigned)
        .ok_or_else(|| unanswered("amounts that do not fit"))?;
    Ok(CardReport {
        state: state(&status, &closings)?,
        refunded: Money::new(refunded, Currency::Twd),
        trace: trace(&status, closed, &closings),
    })
}

/// What the words come to. The payment's own word is not enough: before the capture it may lag behind its entries.
fn state(status: &str, closings: &[Closing]) -> Result<CardState, Unanswered> {
    let has = |word: &str| {
        closings
            .iter()
            .any(|closing| closing.amount > 0 && closing.status == word)
    };
    match status {
        "未授權" => Ok(CardState::NotAuthorized),
        "已取消" => Ok(CardState::Abandoned),
        "已授權" | "要關帳" | "已關帳" | "操作取消" if has("已關帳") => {
            Ok(CardState::Captured)
        }
        "已授權" | "要關帳" | "已關帳" | "操作取消" if has("要關帳") => {
            Ok(CardState::ToBeCaptured)
        }
        "要關帳" => Ok(CardState::ToBeCaptured),
        "已關帳" => Ok(CardState::Captured),
        // A capture that was called off leaves what was there before it.
        "已授權" | "操作取消" => Ok(CardState::Authorized),
        _ => Err(unanswered("an unknown status")),
    }
}

/// Whether an entry of this status moves money, or will.
fn counts(status: &str) -> bool {
    matches!(status, "要關帳" | "已關帳")
}

fn closings(value: Option<&Value>) -> Result<Vec<Closing>, Unanswered> {
    let unreadable = || unanswered("close_data is not understood");
    let parsed;
    let entries = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(Value::String(text)) if text.is_empty() => return Ok(Vec::new()),
        Some(Value::String(text)) => {
            parsed = serde_json::from_str::<Vec<Value>>(text).map_err(|_| unreadable())?;
            &parsed
        }
        Some(_) => return Err(unreadable()),
    };
    let read = |entry: &Value| {
        let status = text_of(entry.get("status"))?;
        let is_known = counts(&status) || matches!(status.as_str(), "已取消" | "操作取消");
        is_known.then_some(Closing {
            number: text_of(entry.get("sno"))?,
            amount: whole(entry.get("amount")).filter(|amount| *amount != 0)?,
            status,
        })
    };
    entries
        .iter()
        .map(|entry| read(entry).ok_or_else(unreadable))
        .collect()
}

fn trace(status: &str, closed: i64, closings: &[Closing]) -> String {
    let mut entries: Vec<String> = closings
        .iter()
        .map(|closing| format!("{}:{}:{}", closing.number, closing.status, closing.amount))
        .collect();
    entries.sort();
    format!("{status} {closed} {}", entries.join(" "))
        .trim_end()
        .to_owned()
}

/// An object, or the text of one.
fn nested(value: Option<&Value>) -> Option<Value> {
    match value? {
        object @ Value::Object(_) => Some(object.clone()),
        Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object),
        _ => None,
    }
}

/// A whole number, or the text of one.
fn whole(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
