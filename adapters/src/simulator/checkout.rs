//! Reads the form that a browser posts, as strictly as ECPay does.

use std::collections::BTreeMap;

use entity::payments::PaymentMethod;

use super::{
    contract::{Contract, ContractState},
    settings::SimulatorSettings,
    trade::Method,
};
use crate::ecpay::{check_mac, form_body, settings::EcpaySettings, taipei_time};

/// Why a form is refused. Codes are ECPay's; fields that only we name have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// ECPay's code; empty when its code is not known.
    pub code: &'static str,
    /// What is wrong, for the developer.
    pub message: String,
}

/// A form that may become a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutForm {
    /// The shop's number.
    pub merchant_trade_no: String,
    /// How it is paid.
    pub method: Method,
    /// How much, in whole dollars.
    pub amount: u32,
    /// The contract to charge the card again.
    pub contract: Option<Contract>,
    /// How long a code is to be good, in the method's unit.
    pub lifetime: Option<i64>,
    /// All fields, without the signature.
    pub fields: BTreeMap<String, String>,
}

/// The fields of a form with the right signature.
///
/// # Errors
/// [`Refusal`] for a body that is no form of our merchant.
pub fn open(
    body: &[u8],
    settings: &SimulatorSettings,
) -> Result<BTreeMap<String, String>, Refusal> {
    let fields = form_body::parse(body).map_err(|cause| refusal("", cause.to_string()))?;
    let is = |name: &str, expected: &str| {
        fields
            .iter()
            .any(|(known, value)| known == name && value == expected)
    };
    if !is("MerchantID", &settings.merchant_id) {
        return Err(refusal("", "MerchantID is not known here"));
    }
    if !check_mac::verify(&fields, &settings.hash_key, &settings.hash_iv) {
        return Err(refusal("10200073", "CheckMacValue Error"));
    }
    Ok(fields
        .into_iter()
        .filter(|(name, _)| name != check_mac::FIELD)
        .collect())
}

/// The form, once its number is known to be new.
///
/// # Errors
/// [`Refusal`] for the first field that ECPay would not take.
pub fn read(fields: BTreeMap<String, String>) -> Result<CheckoutForm, Refusal> {
    let get = |name: &str| fields.get(name).map_or("", String::as_str);
    check_texts(&get)?;
    let amount: u32 = get("TotalAmount")
        .parse()
        .map_err(|_| refusal("", "TotalAmount must be a whole number"))?;
    let (method, kind, lifetime) = match get("ChoosePayment") {
        "Credit" => (Method::Credit, PaymentMethod::CreditCard, None),
        "ATM" => (Method::Atm, PaymentMethod::Atm, Some(("ExpireDate", 60))),
        "CVS" => (
            Method::Cvs,
            PaymentMethod::Cvs,
            Some(("StoreExpireDate", 43_200)),
        ),
        "BARCODE" => (
            Method::Barcode,
            PaymentMethod::Barcode,
            Some(("StoreExpireDate", 30)),
        ),
        _ => {
            return Err(refusal(
                "10300023",
                "ChoosePayment: no such method is offered",
            ));
        }
    };
    let limits = EcpaySettings::stage("").limits_of(kind);
    let fits =
        limits.is_some_and(|(least, most)| (least.minor..=most.minor).contains(&i64::from(amount)));
    if !fits {
        return Err(refusal(
            "5100070",
            "TotalAmount is out of this method's range",
        ));
    }
    let lifetime = match lifetime {
        Some((name, most)) if !get(name).is_empty() => Some(
            get(name)
                .parse()
                .ok()
                .filter(|units| (1..=most).contains(units))
                .ok_or_else(|| refusal("", format!("{name} must be 1 to {most}")))?,
        ),
        _ => None,
    };
    let contract = read_contract(&get, method, amount)?;
    Ok(CheckoutForm {
        contract,
        merchant_trade_no: get("MerchantTradeNo").to_owned(),
        method,
        amount,
        lifetime,
        fields,
    })
}

/// Whether a number may stand in a form at all.
#[must_use]
pub fn is_trade_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The contract of a form; the fields of one come together, and with a card alone.
fn read_contract<'f>(
    get: &impl Fn(&str) -> &'f str,
    method: Method,
    amount: u32,
) -> Result<Option<Contract>, Refusal> {
    let names = [
        "PeriodAmount",
        "PeriodType",
        "Frequency",
        "ExecTimes",
        "PeriodReturnURL",
    ];
    if names.iter().all(|name| get(name).is_empty()) {
        return Ok(None);
    }
    let within = |name: &str, least: u32, most: u32| {
        get(name)
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| refusal("", format!("{name} must be {least} to {most}")))
    };
    if method != Method::Credit {
        return Err(refusal("", "a contract goes with ChoosePayment=Credit"));
    }
    if get("PeriodAmount") != amount.to_string() {
        return Err(refusal("", "PeriodAmount must be TotalAmount"));
    }
    let (most_frequency, most_times) = match get("PeriodType") {
        "D" => (365, 999),
        "M" => (12, 999),
        "Y" => (1, 99),
        _ => return Err(refusal("", "PeriodType must be D, M or Y")),
    };
    Ok(Some(Contract {
        period_type: get("PeriodType").to_owned(),
        frequency: within("Frequency", 1, most_frequency)?,
        exec_times: within("ExecTimes", 2, most_times)?,
        state: ContractState::Offered,
        tries: 0,
        charges: Vec::new(),
    }))
}

fn check_texts<'f>(get: &impl Fn(&str) -> &'f str) -> Result<(), Refusal> {
    let wrong = |name: &str, rule: &str| Err(refusal("", format!("{name} {rule}")));
    for (name, expected) in [("PaymentType", "aio"), ("EncryptType", "1")] {
        if get(name) != expected {
            return wrong(name, &format!("must be {expected}"));
        }
    }
    if taipei_time::from_text(get("MerchantTradeDate")).is_none() {
        return wrong("MerchantTradeDate", "must be yyyy/MM/dd HH:mm:ss");
    }
    for (name, most) in [("TradeDesc", 200), ("ItemName", 400)] {
        if !(1..=most).contains(&get(name).chars().count()) {
            return wrong(name, &format!("must have 1 to {most} characters"));
        }
    }
    for name in [
        "ReturnURL",
        "OrderResultURL",
        "PaymentInfoURL",
        "ClientRedirectURL",
        "ClientBackURL",
        "PeriodReturnURL",
    ] {
        let value = get(name);
        if value.is_empty() && name != "ReturnURL" {
            continue;
        }
        let is_web =
            url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web || value.len() > 200 {
            return wrong(name, "must be a web address of at most 200 characters");
        }
    }
    if get("ReturnURL") == get("OrderResultURL") {
        return wrong("OrderResultURL", "must differ from ReturnURL");
    }
    Ok(())
}

pub(super) fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
    }
}
