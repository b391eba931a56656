//! What ECPay told us, in the words that every gateway's messages are translated into.

use domain::ports::{Charge, Notice, Outcome, PayCode};
use entity::payments::NoticeKind;

use super::{
    amount, card_facts, gateway::NAME, rejected::Rejected, signed_form::SignedForm, taipei_time,
};

/// The gateway's words are kept up to here.
const LONGEST_MESSAGE: usize = 200;

/// Reads what came to `/ecpay/notify`, the only address where `RtnCode` 1 is money.
///
/// # Errors
/// [`Rejected::Malformed`] when a field that we need is missing or unreadable.
pub fn read_payment(form: SignedForm) -> Result<Notice, Rejected> {
    read(form, NoticeKind::Payment)
}

/// Reads what came to `/ecpay/payment-info`. Nothing that comes there is ever money.
///
/// # Errors
/// [`Rejected::Malformed`] when a field that we need is missing or unreadable.
pub fn read_payment_info(form: SignedForm) -> Result<Notice, Rejected> {
    read(form, NoticeKind::PaymentInfo)
}

/// Reads what came to `/ecpay/period`: a charge by a contract, after the first.
///
/// `TotalSuccessTimes` counts successes, so a success of one month is told from the next by it. Failures leave it
/// as it is: what tells one from another is the charge's own number and date.
///
/// # Errors
/// [`Rejected::Malformed`] when a field that we need is missing or unreadable.
pub fn read_period(form: SignedForm) -> Result<Notice, Rejected> {
    let code = form.require_filled("RtnCode")?;
    let contract = form.require_filled("MerchantTradeNo")?.to_owned();
    let gwsr = form.require("Gwsr")?.to_owned();
    let date = form.require_filled("ProcessDate")?;
    let at = taipei_time::from_text(date).ok_or(Rejected::Malformed("ProcessDate"))?;
    let successes = form.require_filled("TotalSuccessTimes")?;
    let successes: u32 = successes
        .parse()
        .ok()
        .filter(|successes| *successes < 10_000)
        .ok_or(Rejected::Malformed("TotalSuccessTimes"))?;
    let amount = amount::from_text(form.require("Amount")?).ok_or(Rejected::Malformed("Amount"))?;
    let is_simulated = is_simulated(&form);
    let sim = if is_simulated { "sim:" } else { "" };
    let (outcome, number, dedupe_key) = if code == "1" {
        if successes == 0 || gwsr.is_empty() {
            return Err(Rejected::Malformed("TotalSuccessTimes"));
        }
        let key = format!("{sim}period:{contract}:{successes}:{gwsr}");
        (Outcome::Paid { at }, successes, key)
    } else {
        let key = format!("{sim}period:{contract}:{successes}:{gwsr}:{code}:{date}");
        (failed(&form, code), successes + 1, key)
    };
    Ok(Notice {
        gateway: NAME,
        kind: NoticeKind::Period,
        dedupe_key,
        merchant_trade_no: contract,
        gateway_trade_no: String::new(),
        gateway_method: "Credit_CreditCard".to_owned(),
        amount,
        outcome,
        charge: Some(Charge {
            gateway_charge_no: gwsr,
            number,
            at,
        }),
        is_simulated,
        fee: None,
        card: None,
        fields: form.into_fields(),
    })
}

fn read(form: SignedForm, kind: NoticeKind) -> Result<Notice, Rejected> {
    let outcome = read_outcome(&form, kind)?;
    let merchant_trade_no = form.require_filled("MerchantTradeNo")?.to_owned();
    let gateway_trade_no = form.require("TradeNo")?.to_owned();
    let is_simulated = is_simulated(&form);
    let amount =
        amount::from_text(form.require("TradeAmt")?).ok_or(Rejected::Malformed("TradeAmt"))?;
    let dedupe_key = format!(
        "{}{}:{merchant_trade_no}:{gateway_trade_no}:{}",
        // A rehearsal must never pass for the real notice that follows it.
        if is_simulated { "sim:" } else { "" },
        match kind {
            NoticeKind::Payment => "pay",
            NoticeKind::PaymentInfo | NoticeKind::Period => "info",
        },
        form.require_filled("RtnCode")?,
    );
    Ok(Notice {
        gateway: NAME,
        kind,
        dedupe_key,
        merchant_trade_no,
        gateway_trade_no,
        gateway_method: form.get("PaymentType").unwrap_or_default().to_owned(),
        amount,
        outcome,
        charge: None,
        is_simulated,
        fee: form
            .get("PaymentTypeChargeFee")
            .and_then(amount::fee_from_text),
        card: card_facts::read(|name| form.get(name)),
        fields: form.into_fields(),
    })
}

fn read_outcome(form: &SignedForm, kind: NoticeKind) -> Result<Outcome, Rejected> {
    let code = form.require_filled("RtnCode")?;
    // `ATM_CHINATRUST`, `CVS_IBON`, `BARCODE_BARCODE`
    let method = form.get("PaymentType").unwrap_or_default();
    let method = method.split('_').next().unwrap_or_default();
    match (code, method, kind) {
        ("1", _, NoticeKind::Payment) => {
            form.require_filled("TradeNo")?;
            let at = taipei_time::from_text(form.require("PaymentDate")?)
                .ok_or(Rejected::Malformed("PaymentDate"))?;
            Ok(Outcome::Paid { at })
        }
        ("2", "ATM", _) => Ok(Outcome::CodeIssued(PayCode::Atm {
            bank_code: form.require_filled("BankCode")?.to_owned(),
            account: form.require_filled("vAccount")?.to_owned(),
            expires_at: expiry(form)?,
        })),
        ("10100073", "CVS", _) => Ok(Outcome::CodeIssued(PayCode::Cvs {
            code: form.require_filled("PaymentNo")?.to_owned(),
            expires_at: expiry(form)?,
        })),
        ("10100073", "BARCODE", _) => Ok(Outcome::CodeIssued(PayCode::Barcode {
            parts: [
                form.require_filled("Barcode1")?.to_owned(),
                form.require_filled("Barcode2")?.to_owned(),
                form.require_filled("Barcode3")?.to_owned(),
            ],
            expires_at: expiry(form)?,
        })),
        _ => Ok(failed(form, code)),
    }
}

/// Anything but a plain "0" is a rehearsal: a doubt must not ship goods.
fn is_simulated(form: &SignedForm) -> bool {
    !matches!(form.get("SimulatePaid"), None | Some("0" | ""))
}

fn failed(form: &SignedForm, code: &str) -> Outcome {
    let cut = |text: &str| text.chars().take(LONGEST_MESSAGE).collect();
    Outcome::Failed {
        code: cut(code),
        message: cut(form.get("RtnMsg").unwrap_or_default()),
    }
}

fn expiry(form: &SignedForm) -> Result<chrono::DateTime<chrono::Utc>, Rejected> {
    taipei_time::end_from_text(form.require("ExpireDate")?).ok_or(Rejected::Malformed("ExpireDate"))
}
