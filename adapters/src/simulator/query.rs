//! The answer of `QueryTradeInfo`.

use chrono::{DateTime, Utc};

use super::{
    notices,
    settings::SimulatorSettings,
    trade::{Status, Trade},
};
use crate::ecpay::{check_mac, form_body, taipei_time};

/// A question's time stamp may be this old, or this early, in seconds.
const MOST_SECONDS: u64 = 3 * 60;

/// The number asked about.
///
/// # Errors
/// The text to answer instead.
pub fn read(
    body: &[u8],
    settings: &SimulatorSettings,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let fields = form_body::parse(body).map_err(|cause| format!("0|{cause}"))?;
    let get = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    };
    let number = get("MerchantTradeNo").to_owned();
    if get("MerchantID") != settings.merchant_id {
        return Err("0|MerchantID Error".to_owned());
    }
    if !check_mac::verify(&fields, &settings.hash_key, &settings.hash_iv) {
        return Err(answer(settings, &number, None, "10200073"));
    }
    let is_fresh = get("TimeStamp")
        .parse::<i64>()
        .is_ok_and(|asked| asked.abs_diff(now.timestamp()) <= MOST_SECONDS);
    if !is_fresh {
        return Err("0|TimeStamp Error".to_owned());
    }
    Ok(number)
}

/// The answer about a trade, or about a number that is not known.
#[must_use]
pub fn report(settings: &SimulatorSettings, number: &str, trade: Option<&Trade>) -> String {
    let status = match trade.map(|trade| trade.status) {
        None => "10200047",
        Some(Status::Unpaid) => "0",
        Some(Status::Paid(_)) => "1",
        Some(Status::Failed(_)) => "10200095",
    };
    answer(settings, number, trade, status)
}

fn answer(
    settings: &SimulatorSettings,
    number: &str,
    trade: Option<&Trade>,
    status: &str,
) -> String {
    let of_form = |name: &str| trade.map_or("", |trade| trade.field(name)).to_owned();
    let paid_at = match trade.map(|trade| trade.status) {
        Some(Status::Paid(at)) => Some(at),
        _ => None,
    };
    let fee = match (trade, paid_at) {
        (Some(trade), Some(_)) => trade.method.fee(trade.amount),
        _ => 0,
    };
    let mut fields: Vec<(String, String)> = [
        ("CustomField1", of_form("CustomField1")),
        ("CustomField2", of_form("CustomField2")),
        ("CustomField3", of_form("CustomField3")),
        ("CustomField4", of_form("CustomField4")),
        ("HandlingCharge", fee.to_string()),
        ("ItemName", of_form("ItemName")),
        ("MerchantID", settings.merchant_id.clone()),
        ("MerchantTradeNo", number.to_owned()),
        (
            "PaymentDate",
            paid_at.map(taipei_time::to_text).unwrap_or_default(),
        ),
        (
            "PaymentType",
            trade
                .map_or("", |trade| trade.method.payment_type())
                .to_owned(),
        ),
        ("PaymentTypeChargeFee", fee.to_string()),
        ("StoreID", of_form("StoreID")),
        (
            "TradeAmt",
            trade.map_or(0, |trade| trade.amount).to_string(),
        ),
        (
            "TradeDate",
            trade
                .map(|trade| taipei_time::to_text(trade.created_at))
                .unwrap_or_default(),
        ),
        (
            "TradeNo",
            trade.map_or("", |trade| &trade.trade_no).to_owned(),
        ),
        ("TradeStatus", status.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    fields.extend(trade.map(notices::card_details).unwrap_or_default());
    let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
    fields.insert(0, (check_mac::FIELD.to_owned(), signature));
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}
