//! The answers of `QueryCreditCardPeriodInfo`, which is JSON and unsigned, and of `CreditCardPeriodAction`.

use serde_json::{Value, json};

use super::{
    contract::{Contract, ContractState},
    settings::SimulatorSettings,
    trade::Trade,
};
use crate::ecpay::{check_mac, taipei_time};

/// How a contract stands; an answer without a contract for a number that is not known.
#[must_use]
pub fn report(settings: &SimulatorSettings, number: &str, trade: Option<&Trade>) -> String {
    let found = trade.and_then(|trade| Some((trade, trade.contract.as_ref()?)));
    let Some((trade, contract)) = found else {
        return json!({
            "MerchantID": settings.merchant_id, "MerchantTradeNo": number, "RtnCode": 10_200_047,
        })
        .to_string();
    };
    let latest = contract.charges.last();
    let amount = trade.amount;
    let succeeded = u32::try_from(contract.successes()).unwrap_or(u32::MAX);
    json!({
        "MerchantID": settings.merchant_id,
        "MerchantTradeNo": number,
        "TradeNo": trade.trade_no,
        "RtnCode": latest.map_or(0, |charge| code(&charge.code)),
        "PeriodType": contract.period_type,
        "Frequency": contract.frequency,
        "ExecTimes": contract.exec_times,
        "PeriodAmount": amount,
        "amount": amount,
        "gwsr": latest.map_or(0, |charge| code(&charge.gwsr)),
        "process_date": latest.map_or(String::new(), |charge| taipei_time::to_text(charge.at)),
        "auth_code": "777777",
        "card4no": "2222",
        "card6no": "431195",
        "TotalSuccessTimes": succeeded,
        "TotalSuccessAmount": u64::from(amount) * u64::from(succeeded),
        "ExecStatus": match contract.state {
            ContractState::Offered | ContractState::Stopped => "0",
            ContractState::Running => "1",
            ContractState::Complete => "2",
        },
        "ExecLog": log(trade, contract),
    })
    .to_string()
}

fn log(trade: &Trade, contract: &Contract) -> Vec<Value> {
    contract
        .charges
        .iter()
        .map(|charge| {
            json!({
                "RtnCode": code(&charge.code),
                "amount": trade.amount,
                "gwsr": code(&charge.gwsr),
                "process_date": taipei_time::to_text(charge.at),
                "auth_code": if charge.succeeded() { "777777" } else { "" },
                "TradeNo": trade.trade_no,
            })
        })
        .collect()
}

fn code(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// What an action came to, signed. A number that is not known is left out of the answer, as ECPay leaves it.
#[must_use]
pub fn action_answer(settings: &SimulatorSettings, number: &str, outcome: ActionOutcome) -> String {
    let (merchant_id, number, code, message) = match outcome {
        ActionOutcome::Done => (settings.merchant_id.as_str(), number, "1", "成功"),
        ActionOutcome::Refused => (
            settings.merchant_id.as_str(),
            number,
            "10100141",
            "The contract is over, or nothing failed",
        ),
        ActionOutcome::Unknown => ("", "", "10100140", "order not found"),
    };
    let mut fields: Vec<(String, String)> = [
        ("MerchantID", merchant_id),
        ("MerchantTradeNo", number),
        ("RtnCode", code),
        ("RtnMsg", message),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
    fields.push((check_mac::FIELD.to_owned(), signature));
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionOutcome {
    /// It was done.
    Done,
    /// It cannot be done.
    Refused,
    /// No contract has this number.
    Unknown,
}
