//! The fields of notices, in the order and with the empty ones that ECPay sends.

use chrono::{DateTime, Utc};

use super::{
    contract::{Charge, Contract},
    trade::{Code, Method, Trade},
};
use crate::ecpay::taipei_time;

/// How a payment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentResult {
    /// The money is there.
    Paid,
    /// A rehearsal: no money moved.
    Simulated,
    /// The card was declined.
    Declined,
}

/// The notice about a payment, unsigned.
#[must_use]
pub fn payment(
    trade: &Trade,
    merchant_id: &str,
    result: PaymentResult,
    at: DateTime<Utc>,
) -> Vec<(String, String)> {
    let (code, message) = match result {
        PaymentResult::Paid | PaymentResult::Simulated => ("1", "交易成功"),
        PaymentResult::Declined => ("10100058", "Pay Fail 付款失敗"),
    };
    let fee = match result {
        PaymentResult::Paid => trade.method.fee(trade.amount),
        PaymentResult::Simulated | PaymentResult::Declined => 0,
    };
    let simulated = if result == PaymentResult::Simulated {
        "1"
    } else {
        "0"
    };
    let mut fields = named(&[
        ("CustomField1", trade.field("CustomField1")),
        ("CustomField2", trade.field("CustomField2")),
        ("CustomField3", trade.field("CustomField3")),
        ("CustomField4", trade.field("CustomField4")),
        ("MerchantID", merchant_id),
        ("MerchantTradeNo", &trade.merchant_trade_no),
        ("PaymentDate", &taipei_time::to_text(at)),
        ("PaymentType", trade.method.payment_type()),
        ("PaymentTypeChargeFee", &fee.to_string()),
        ("RtnCode", code),
        ("RtnMsg", message),
        ("SimulatePaid", simulated),
        ("StoreID", trade.field("StoreID")),
        ("TradeAmt", &trade.amount.to_string()),
        ("TradeDate", &taipei_time::to_text(trade.created_at)),
        ("TradeNo", &trade.trade_no),
    ]);
    fields.extend(card_details(trade));
    fields
}

/// What a shop that asked for it is told of a card payment besides; nothing before it was paid.
#[must_use]
pub fn card_details(trade: &Trade) -> Vec<(String, String)> {
    let Some(card) = trade
        .card
        .as_ref()
        .filter(|_| trade.field("NeedExtraPaidInfo") == "Y")
    else {
        return Vec::new();
    };
    let number = card.authorization_no.to_string();
    let amount = trade.amount.to_string();
    named(&[
        ("gwsr", &number),
        ("process_date", &taipei_time::to_text(card.authorized_at)),
        ("auth_code", "777777"),
        ("amount", &amount),
        ("stage", "0"),
        ("stast", "0"),
        ("staed", "0"),
        ("eci", "2"),
        ("card4no", "2222"),
        ("card6no", "431195"),
        ("red_dan", "0"),
        ("red_de_amt", "0"),
        ("red_ok_amt", "0"),
        ("red_yet", "0"),
    ])
}

/// The notice about a code, unsigned.
#[must_use]
pub fn payment_info(trade: &Trade, merchant_id: &str, code: &Code) -> Vec<(String, String)> {
    let (rtn_code, message) = match trade.method {
        Method::Atm => ("2", "Get VirtualAccount Succeeded"),
        Method::Credit | Method::Cvs | Method::Barcode => ("10100073", "Get CVS Code Succeeded."),
    };
    let mut fields = named(&[
        ("MerchantID", merchant_id),
        ("MerchantTradeNo", &trade.merchant_trade_no),
        ("StoreID", trade.field("StoreID")),
        ("RtnCode", rtn_code),
        ("RtnMsg", message),
        ("TradeNo", &trade.trade_no),
        ("TradeAmt", &trade.amount.to_string()),
        ("PaymentType", trade.method.payment_type()),
        ("TradeDate", &taipei_time::to_text(trade.created_at)),
        ("ExpireDate", &code.expire_date),
    ]);
    fields.extend(code.fields.iter().cloned());
    fields.extend(named(&[
        ("CustomField1", trade.field("CustomField1")),
        ("CustomField2", trade.field("CustomField2")),
        ("CustomField3", trade.field("CustomField3")),
        ("CustomField4", trade.field("CustomField4")),
    ]));
    fields
}

/// The notice about a charge by a contract, unsigned.
#[must_use]
pub fn period(
    trade: &Trade,
    contract: &Contract,
    charge: &Charge,
    merchant_id: &str,
) -> Vec<(String, String)> {
    let (message, auth_code) = if charge.succeeded() {
        ("成功", "777777")
    } else {
        ("授權失敗", "")
    };
    // As of this charge: the contract may have gone on since.
    let successes = contract
        .charges
        .iter()
        .filter(|other| other.succeeded() && other.at <= charge.at)
        .count();
    let amount = trade.amount.to_string();
    named(&[
        ("MerchantID", merchant_id),
        ("MerchantTradeNo", &trade.merchant_trade_no),
        ("StoreID", trade.field("StoreID")),
        ("RtnCode", &charge.code),
        ("RtnMsg", message),
        ("PeriodType", &contract.period_type),
        ("Frequency", &contract.frequency.to_string()),
        ("ExecTimes", &contract.exec_times.to_string()),
        ("Amount", &amount),
        ("Gwsr", &charge.gwsr),
        ("ProcessDate", &taipei_time::to_text(charge.at)),
        ("AuthCode", auth_code),
        ("FirstAuthAmount", &amount),
        ("TotalSuccessTimes", &successes.to_string()),
        ("CustomField1", trade.field("CustomField1")),
        ("CustomField2", trade.field("CustomField2")),
        ("CustomField3", trade.field("CustomField3")),
        ("CustomField4", trade.field("CustomField4")),
    ])
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
