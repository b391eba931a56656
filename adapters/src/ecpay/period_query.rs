//! Asks ECPay how a contract stands. This answer is the one that ECPay does not sign, so it counts only over TLS
//! to the address in the settings, and only when it is about our merchant and this contract.

use chrono::{DateTime, Utc};
use domain::ports::{Charge, ContractReport, ContractState, LoggedCharge, Unanswered};
use entity::money::Money;
use serde_json::Value;

use super::{
    amount,
    call::{ask, unanswered},
    query,
    settings::{EcpaySettings, Environment},
    taipei_time,
};

/// Asks about one contract.
///
/// # Errors
/// [`Unanswered`] whenever nothing certain came back.
pub async fn query_contract(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
    now: DateTime<Utc>,
) -> Result<ContractReport, Unanswered> {
    let is_ours = settings.environment == Environment::Simulator;
    if !is_ours && !settings.base_url.starts_with("https://") {
        return Err(unanswered("an unsigned answer is asked for over TLS alone"));
    }
    let path = "/Cashier/QueryCreditCardPeriodInfo";
    let fields = query::request(settings, merchant_trade_no, now);
    let text = ask(client, settings, path, fields).await?;
    read_report(&text, settings, merchant_trade_no)
}

/// Reads the answer to a question about one contract.
///
/// # Errors
/// [`Unanswered`] for an answer that is about something else, or not understood.
pub fn read_report(
    text: &str,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
) -> Result<ContractReport, Unanswered> {
    let answer: Value = serde_json::from_str(text).map_err(|_| unanswered("not JSON"))?;
    if word(&answer, "MerchantID").as_deref() != Some(settings.merchant_id.as_str())
        || word(&answer, "MerchantTradeNo").as_deref() != Some(merchant_trade_no)
    {
        return Err(unanswered("the answer is about another contract"));
    }
    let state = match word(&answer, "ExecStatus").as_deref() {
        Some("0") => ContractState::Stopped,
        Some("1") => ContractState::Running,
        Some("2") => ContractState::Complete,
        _ => return Err(unanswered("an unknown ExecStatus")),
    };
    let entries = match answer.get("ExecLog") {
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(Value::Null) | None => &[],
        Some(_) => return Err(unanswered("ExecLog is no list")),
    };
    Ok(ContractReport {
        state,
        amount: dollars(&answer, "PeriodAmount")?,
        charges: read_log(entries)?,
    })
}

/// The charges, oldest first and numbered: the n-th success is charge n, and a failure failed to be the next.
fn read_log(entries: &[Value]) -> Result<Vec<LoggedCharge>, Unanswered> {
    let mut charges = entries
        .iter()
        .map(read_charge)
        .collect::<Result<Vec<_>, _>>()?;
    charges.sort_by_key(|logged| logged.charge.at);
    let mut successes = 0;
    for logged in &mut charges {
        logged.charge.number = successes + 1;
        if logged.failure_code.is_none() {
            successes += 1;
        }
    }
    Ok(charges)
}

fn read_charge(entry: &Value) -> Result<LoggedCharge, Unanswered> {
    let code = word(entry, "RtnCode").ok_or_else(|| unanswered("a charge without RtnCode"))?;
    let at = word(entry, "process_date")
        .and_then(|text| taipei_time::from_text(&text))
        .ok_or_else(|| unanswered("a charge without a date"))?;
    Ok(LoggedCharge {
        charge: Charge {
            gateway_charge_no: word(entry, "gwsr").unwrap_or_default(),
            number: 0,
            at,
        },
        amount: dollars(entry, "amount")?,
        failure_code: (code != "1").then(|| code.chars().take(40).collect()),
        gateway_trade_no: word(entry, "TradeNo").unwrap_or_default(),
    })
}

/// A value, whether ECPay wrote it as text or as a whole number.
fn word(of: &Value, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

fn dollars(of: &Value, name: &str) -> Result<Money, Unanswered> {
    word(of, name)
        .and_then(|text| amount::from_text(&text))
        .ok_or_else(|| unanswered("an amount is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::money::Currency;
    use serde_json::json;

    const CONTRACT: &str = "SUB20260115A01";

    fn settings() -> EcpaySettings {
        EcpaySettings::stage("https://shop.example")
    }

    fn answer() -> Value {
        let charge = |code: u32, date: &str, gwsr: u32| {
            json!({
                "RtnCode": code, "amount": 299, "gwsr": gwsr, "process_date": date,
                "auth_code": "777777", "TradeNo": "2601150930054567",
            })
        };
        json!({
            "MerchantID": "3002607", "MerchantTradeNo": CONTRACT, "TradeNo": "2601150930054567",
            "RtnCode": 1, "PeriodType": "M", "Frequency": 1, "ExecTimes": 12, "PeriodAmount": 299,
            "amount": 299, "gwsr": 13475885, "process_date": "2026/01/15 09:32:11",
            "TotalSuccessTimes": 2, "TotalSuccessAmount": 598, "ExecStatus": "1",
            "ExecLog": [
                charge(1, "2026/03/15 06:00:00", 13_476_777),
                charge(10_100_058, "2026/02/15 06:00:00", 13_475_999),
                charge(1, "2026/01/15 09:32:11", 13_475_885),
            ],
        })
    }

    fn read(answer: &Value) -> Result<ContractReport, Unanswered> {
        read_report(&answer.to_string(), &settings(), CONTRACT)
    }

    #[test]
    fn the_log_is_told_in_order_and_only_successes_count() {
        let report = read(&answer()).unwrap();
        assert_eq!(report.state, ContractState::Running);
        assert_eq!(report.amount, Money::new(299, Currency::Twd));
        let told: Vec<_> = report
            .charges
            .iter()
            .map(|logged| {
                let charge = &logged.charge;
                (
                    charge.number,
                    charge.gateway_charge_no.as_str(),
                    logged.failure_code.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, "13475885", None),
                (2, "13475999", Some("10100058")),
                (2, "13476777", None),
            ]
        );
    }

    #[test]
    fn numbers_written_as_text_are_read_the_same() {
        let mut texts = answer();
        texts["PeriodAmount"] = json!("299");
        texts["ExecStatus"] = json!(2);
        let report = read(&texts).unwrap();
        assert_eq!(report.state, ContractState::Complete);
        assert_eq!(report.amount, Money::new(299, Currency::Twd));
    }

    #[test]
    fn what_is_about_something_else_or_not_understood_is_no_answer() {
        for (name, value) in [
            ("MerchantID", json!("2000132")),
            ("MerchantTradeNo", json!("OTHER1")),
            ("MerchantTradeNo", json!("")),
            ("ExecStatus", json!("3")),
            ("ExecStatus", json!(null)),
            ("PeriodAmount", json!(-299)),
            ("PeriodAmount", json!(299.5)),
            ("ExecLog", json!("none")),
            ("ExecLog", json!([{"RtnCode": 1, "amount": 299}])),
        ] {
            let mut odd = answer();
            odd[name] = value.clone();
            assert!(read(&odd).is_err(), "{name}: {value}");
        }
        assert!(read_report("<html>", &settings(), CONTRACT).is_err());
    }

    #[tokio::test]
    async fn an_unsigned_answer_is_never_asked_for_without_tls() {
        let mut plain = settings();
        plain.base_url = "http://payment.example".to_owned();
        let client = crate::http::client().unwrap();
        let now = "2026-01-15T01:30:00Z".parse().unwrap();
        let answer = query_contract(&client, &plain, CONTRACT, now).await;
        assert!(answer.is_err_and(|silence| silence.0.contains("TLS")));
    }
}
