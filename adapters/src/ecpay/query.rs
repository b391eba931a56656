//! Asks ECPay how a trade stands. An answer counts only when it is signed and about what was asked.

use chrono::{DateTime, Utc};
use domain::ports::gateway::{TradeReport, TradeState, Unanswered};
use entity::money::{Currency, Money};

use super::{
    amount,
    call::{ask, parse, unanswered},
    card_facts, check_mac,
    settings::EcpaySettings,
    taipei_time,
};

/// Asks about one trade.
///
/// # Errors
/// [`Unanswered`] whenever nothing certain came back.
pub async fn query_trade(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
    now: DateTime<Utc>,
) -> Result<TradeReport, Unanswered> {
    let fields = request(settings, merchant_trade_no, now);
    let text = ask(client, settings, "/Cashier/QueryTradeInfo/V5", fields).await?;
    read_report(&text, settings, merchant_trade_no)
}

/// The fields of every question about one trade.
pub(super) fn request(
    settings: &EcpaySettings,
    merchant_trade_no: &str,
    now: DateTime<Utc>,
) -> Vec<(String, String)> {
    vec![
        ("MerchantID".to_owned(), settings.merchant_id.clone()),
        ("MerchantTradeNo".to_owned(), merchant_trade_no.to_owned()),
        ("TimeStamp".to_owned(), now.timestamp().to_string()),
    ]
}

/// Reads the answer to a question about one trade.
///
/// # Errors
/// [`Unanswered`] for an answer that is unsigned, about something else, or not understood.
pub fn read_report(
    text: &str,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
) -> Result<TradeReport, Unanswered> {
    let fields = verified(text, settings)?;
    let get = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let status = get("TradeStatus").ok_or_else(|| unanswered("no TradeStatus"))?;
    let is_about = |name: &str, expected: &str| match get(name) {
        Some(value) if value == expected => true,
        // ECPay's answers about numbers it does not know leave these empty at times.
        Some("") => status == "10200047",
        _ => false,
    };
    if !is_about("MerchantID", &settings.merchant_id)
        || !is_about("MerchantTradeNo", merchant_trade_no)
    {
        return Err(unanswered("the answer is about another trade"));
    }
    let state = match status {
        "1" => TradeState::Paid {
            at: get("PaymentDate")
                .and_then(taipei_time::from_text)
                .ok_or_else(|| unanswered("paid, but without a date"))?,
        },
        "0" => TradeState::Unpaid,
        "10200095" => TradeState::Failed {
            code: status.to_owned(),
        },
        "10200047" => TradeState::NotFound,
        _ => return Err(unanswered("an unknown TradeStatus")),
    };
    let amount = match state {
        TradeState::NotFound => Money::zero(Currency::Twd),
        _ => get("TradeAmt")
            .and_then(amount::from_text)
            .ok_or_else(|| unanswered("no TradeAmt"))?,
    };
    Ok(TradeReport {
        state,
        gateway_trade_no: get("TradeNo").unwrap_or_default().to_owned(),
        gateway_method: get("PaymentType").unwrap_or_default().to_owned(),
        amount,
        fee: get("PaymentTypeChargeFee").and_then(amount::fee_from_text),
        card: card_facts::read(get),
    })
}

/// The signed fields of an answer. Whether ECPay escapes them is not documented, so the signature
/// decides: first as they stand, then with their escapes resolved. A plus is a plus either way.
pub(super) fn verified(
    text: &str,
    settings: &EcpaySettings,
) -> Result<Vec<(String, String)>, Unanswered> {
    let is_signed = |fields: &[(String, String)]| {
        check_mac::verify(fields, &settings.hash_key, &settings.hash_iv)
    };
    let plain = parse(text).ok_or_else(|| unanswered("not a list of fields"))?;
    if is_signed(&plain) {
        return Ok(plain);
    }
    let resolve = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
    };
    let resolved: Result<Vec<_>, _> = plain
        .iter()
        .map(|(name, value)| Ok::<_, std::str::Utf8Error>((resolve(name)?, resolve(value)?)))
        .collect();
    match resolved {
        Ok(resolved) if is_signed(&resolved) => Ok(resolved),
        _ => Err(unanswered("the signature is wrong")),
    }
}
