//! Notices written by hand, signed with the public keys of ECPay's stage.

use adapters::ecpay::{check_mac, settings};

/// A list of fields.
pub type Fields = Vec<(String, String)>;

/// A notice that a card payment of this many dollars succeeded, signed.
pub fn paid(trade_no: &str, amount: i64) -> Fields {
    let amount = amount.to_string();
    let fields = [
        ("CustomField1", ""),
        ("CustomField2", ""),
        ("CustomField3", ""),
        ("CustomField4", ""),
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", trade_no),
        ("PaymentDate", "2026/01/15 09:32:11"),
        ("PaymentType", "Credit_CreditCard"),
        ("PaymentTypeChargeFee", "26"),
        ("RtnCode", "1"),
        ("RtnMsg", "交易成功"),
        ("SimulatePaid", "0"),
        ("StoreID", ""),
        ("TradeAmt", &amount),
        ("TradeDate", "2026/01/15 09:30:05"),
        ("TradeNo", "2601150930054567"),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    signed(fields.to_vec())
}

/// The same fields with their right signature at the end.
pub fn signed(mut fields: Fields) -> Fields {
    fields.retain(|(name, _)| name != check_mac::FIELD);
    let signature = check_mac::sign(
        &fields,
        &settings::STAGE_HASH_KEY.into(),
        &settings::STAGE_HASH_IV.into(),
    );
    fields.push((check_mac::FIELD.to_owned(), signature));
    fields
}

/// The same fields, one of them with another value; the signature stays.
pub fn with(mut fields: Fields, name: &str, value: &str) -> Fields {
    let field = fields.iter_mut().find(|(known, _)| known == name);
    value.clone_into(&mut field.unwrap().1);
    fields
}

/// The value of a field.
pub fn value(fields: &Fields, name: &str) -> String {
    let field = fields.iter().find(|(known, _)| known == name);
    field.unwrap().1.clone()
}

/// As a form is posted.
pub fn body(fields: &Fields) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
