//! Tells ECPay what to do with a contract: to end it, or to try the charge that failed again.

use chrono::{DateTime, Utc};
use domain::ports::{ContractAnswer, Unanswered};

use super::{
    call::{ask, unanswered},
    query::{self, verified},
    settings::EcpaySettings,
};

/// What ECPay is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// End the contract, for good.
    Cancel,
    /// Charge again what failed the last time. ECPay's stage does not do this.
    ReAuth,
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::Cancel => "Cancel",
            Self::ReAuth => "ReAuth",
        }
    }
}

/// Has ECPay do it.
///
/// # Errors
/// [`Unanswered`] whenever it is not certain what became of it.
pub async fn act(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
    action: Action,
    now: DateTime<Utc>,
) -> Result<ContractAnswer, Unanswered> {
    let path = "/Cashier/CreditCardPeriodAction";
    let mut fields = query::request(settings, merchant_trade_no, now);
    fields.push(("Action".to_owned(), action.word().to_owned()));
    let text = ask(client, settings, path, fields).await?;
    read_answer(&text, settings, merchant_trade_no)
}

/// Reads the answer.
///
/// # Errors
/// [`Unanswered`] for an answer that is unsigned, about something else, or not understood.
pub fn read_answer(
    text: &str,
    settings: &EcpaySettings,
    merchant_trade_no: &str,
) -> Result<ContractAnswer, Unanswered> {
    let fields = verified(text, settings)?;
    let get = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let code = get("RtnCode")
        .filter(|code| !code.is_empty())
        .ok_or_else(|| unanswered("no RtnCode"))?;
    let is_about = |name: &str, expected: &str| match get(name) {
        Some(value) if value == expected => true,
        // ECPay leaves these empty for a number that it does not know; a success always names them.
        Some("") => code != "1",
        _ => false,
    };
    if !is_about("MerchantID", &settings.merchant_id)
        || !is_about("MerchantTradeNo", merchant_trade_no)
    {
        return Err(unanswered("the answer is about another contract"));
    }
    Ok(match code {
        "1" => ContractAnswer::Done,
        other => ContractAnswer::Refused {
            code: other.chars().take(40).collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecpay::check_mac;

    const CONTRACT: &str = "SUB20260115A01";

    fn settings() -> EcpaySettings {
        EcpaySettings::stage("https://shop.example")
    }

    fn answer(merchant_id: &str, trade_no: &str, code: &str) -> String {
        let mut fields: Vec<(String, String)> = [
            ("MerchantID", merchant_id),
            ("MerchantTradeNo", trade_no),
            ("RtnCode", code),
            ("RtnMsg", "成功"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let settings = settings();
        let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
        fields.push((check_mac::FIELD.to_owned(), signature));
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }

    #[test]
    fn a_signed_answer_about_this_contract_counts() {
        let done = read_answer(&answer("3002607", CONTRACT, "1"), &settings(), CONTRACT);
        assert_eq!(done.unwrap(), ContractAnswer::Done);
        let unknown = read_answer(&answer("", "", "10100140"), &settings(), CONTRACT);
        let code = "10100140".to_owned();
        assert_eq!(unknown.unwrap(), ContractAnswer::Refused { code });
    }

    #[test]
    fn everything_else_is_no_answer() {
        let good = answer("3002607", CONTRACT, "1");
        for useless in [
            String::new(),
            "<html>".to_owned(),
            good.replace("RtnCode=1", "RtnCode=2"),
            answer("3002607", "OTHER1", "1"),
            answer("2000132", CONTRACT, "1"),
            answer("", "", "1"),
            answer("3002607", CONTRACT, ""),
        ] {
            let answer = read_answer(&useless, &settings(), CONTRACT);
            assert!(answer.is_err(), "{useless}");
        }
    }
}
