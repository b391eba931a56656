//! The two addresses for card payments: `CreditDetail/QueryTrade/V2` and `CreditDetail/DoAction`. Their answers
//! carry no signature, as ECPay's do not.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    card_ledger::{Action, CardLedger, CardState, ClosingStatus},
    faults::CardFault,
    settings::SimulatorSettings,
    store::State,
};
use crate::ecpay::{check_mac, form_body, settings::SIMULATOR_CREDIT_CHECK_CODE, taipei_time};

/// What is answered; `None` when the answer is lost on the way.
pub type Answer = Option<String>;

/// Answers `DoAction`.
pub fn act(
    state: &mut State,
    body: &[u8],
    settings: &SimulatorSettings,
    now: DateTime<Utc>,
) -> Answer {
    let fields = form_body::parse(body).unwrap_or_default();
    let get = |name: &str| field(&fields, name);
    let say = |trade_no: &str, code: &str, message: &str| {
        format!(
            "Merchant={0}&MerchantID={0}&MerchantTradeNo={1}&TradeNo={trade_no}&RtnCode={code}&RtnMsg={message}",
            settings.merchant_id,
            get("MerchantTradeNo"),
        )
    };
    if !is_signed(&fields, settings) {
        return Some(say("", "10200073", "CheckMacValue Error"));
    }
    let fault = match state.faults.card_actions.is_empty() {
        true => None,
        false => Some(state.faults.card_actions.remove(0)),
    };
    match fault {
        Some(CardFault::LoseRequest) => return None,
        Some(CardFault::Garble) => return Some("<html>502</html>".to_owned()),
        Some(CardFault::Refuse) => return Some(say(get("TradeNo"), "0", "refused by the plan")),
        Some(CardFault::LoseAnswer) | None => {}
    }
    let number = get("MerchantTradeNo");
    let found = state
        .trades
        .get_mut(number)
        .filter(|trade| trade.trade_no == get("TradeNo"));
    let Some(trade) = found else {
        return Some(say("", "10200047", "not found"));
    };
    let obeyed = match (
        Action::from_letter(get("Action")),
        get("TotalAmount").parse(),
        &mut trade.card,
    ) {
        (Some(action), Ok(amount), Some(card)) => card.obey(action, amount, now),
        _ => Err("not a card payment, or not an action"),
    };
    let answer = match obeyed {
        Ok(()) => say(get("TradeNo"), "1", "Success"),
        Err(reason) => say(get("TradeNo"), "0", reason),
    };
    (fault != Some(CardFault::LoseAnswer)).then_some(answer)
}

/// Answers `QueryTrade/V2`.
pub fn report(
    state: &mut State,
    body: &[u8],
    settings: &SimulatorSettings,
    now: DateTime<Utc>,
) -> Answer {
    let fields = form_body::parse(body).unwrap_or_default();
    let get = |name: &str| field(&fields, name);
    let failure = |reason: &str| Some(json!({ "RtnMsg": reason, "RtnValue": "" }).to_string());
    if state.faults.card_queries > 0 {
        state.faults.card_queries -= 1;
        return None;
    }
    if !is_signed(&fields, settings) || get("CreditCheckCode") != SIMULATOR_CREDIT_CHECK_CODE {
        return failure("error");
    }
    let found = state
        .trades
        .values_mut()
        .filter_map(|trade| trade.card.as_mut())
        .find(|card| card.authorization_no.to_string() == get("CreditRefundId"));
    match found {
        Some(card) if card.amount.to_string() == get("CreditAmount") => {
            card.catch_up(now);
            Some(describe(card))
        }
        _ => failure("error_nopay"),
    }
}

fn describe(card: &CardLedger) -> String {
    let word = |status| match status {
        ClosingStatus::Waiting => "要關帳",
        ClosingStatus::Closed => "已關帳",
        ClosingStatus::CalledOff => "操作取消",
    };
    let closings: Vec<_> = card
        .closings
        .iter()
        .map(|closing| {
            json!({
                "status": word(closing.status), "sno": closing.number, "amount": closing.amount,
                "datetime": taipei_time::to_text(closing.at),
            })
        })
        .collect();
    let closed: i64 = card
        .closings
        .iter()
        .filter(|closing| closing.status == ClosingStatus::Closed)
        .map(|closing| closing.amount)
        .sum();
    let status = match card.state {
        CardState::Authorized if card.closings.is_empty() => "已授權",
        CardState::Authorized => "操作取消",
        CardState::ToBeCaptured => "要關帳",
        CardState::Captured => "已關帳",
        CardState::Abandoned => "已取消",
    };
    json!({ "RtnMsg": "", "RtnValue": {
        "TradeID": card.authorization_no, "amount": card.amount, "clsamt": closed,
        "authtime": taipei_time::to_text(card.authorized_at), "status": status, "close_data": closings,
    } })
    .to_string()
}

fn is_signed(fields: &[(String, String)], settings: &SimulatorSettings) -> bool {
    field(fields, "MerchantID") == settings.merchant_id
        && check_mac::verify(fields, &settings.hash_key, &settings.hash_iv)
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}
