//! A form that ECPay signed, opened in the only safe order: body, signature, merchant, then fields.

use super::{check_mac, form_body, rejected::Rejected, settings::EcpaySettings};

/// Larger bodies are not read; ECPay's longest is about three thousand bytes.
const MOST_BYTES: usize = 16 * 1024;

/// The fields that decisions are made from.
const DECISIVE: [&str; 23] = [
    "MerchantID",
    "MerchantTradeNo",
    "RtnCode",
    "RtnMsg",
    "TradeNo",
    "TradeAmt",
    "PaymentDate",
    "PaymentType",
    "PaymentTypeChargeFee",
    "TradeDate",
    "SimulatePaid",
    "BankCode",
    "vAccount",
    "ExpireDate",
    "PaymentNo",
    "Barcode1",
    "Barcode2",
    "Barcode3",
    "StoreID",
    "gwsr",
    "stage",
    "red_dan",
    "CheckMacValue",
];

/// What ECPay tells of a card besides the number of its authorisation. Nobody here needs it, and what is not held
/// cannot leak.
const NOT_HELD: [&str; 3] = ["auth_code", "card4no", "card6no"];

/// Those that decisions about a contract's charges are made from besides. ECPay itself sends `amount` and `gwsr`
/// in small letters elsewhere, so these may be; a charge without them in the right letters is refused.
const OF_CHARGES: [&str; 4] = ["Amount", "Gwsr", "ProcessDate", "TotalSuccessTimes"];

/// A form whose signature and merchant are right.
#[derive(Debug)]
pub struct SignedForm {
    fields: Vec<(String, String)>,
}

impl SignedForm {
    /// Opens a body that came to one of our addresses.
    ///
    /// # Errors
    /// [`Rejected`], for the first reason found.
    pub fn open(body: &[u8], settings: &EcpaySettings) -> Result<Self, Rejected> {
        if body.len() > MOST_BYTES {
            return Err(Rejected::Malformed("the body is too large"));
        }
        let fields = form_body::parse(body).map_err(|cause| {
            Rejected::Malformed(match cause {
                form_body::FormError::Escape => "a percent escape is broken",
                form_body::FormError::NotUtf8 => "a field is not UTF-8",
                form_body::FormError::Nameless => "a field has no name",
                form_body::FormError::Repeated => "a field comes twice",
                form_body::FormError::TooMany => "too many fields",
            })
        })?;
        if !check_mac::verify(&fields, &settings.hash_key, &settings.hash_iv) {
            return Err(Rejected::CheckMacValue);
        }
        if hides_a_field(&fields) {
            return Err(Rejected::Malformed("a field is hidden or disguised"));
        }
        let form = Self { fields };
        if form.get("MerchantID") != Some(settings.merchant_id.as_str()) {
            return Err(Rejected::MerchantId);
        }
        Ok(form)
    }

    /// A form that was opened before and stored without its signature.
    #[must_use]
    pub const fn stored(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// The field's value, when it was sent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The field's value.
    ///
    /// # Errors
    /// [`Rejected::Malformed`] when it was not sent.
    pub fn require(&self, name: &'static str) -> Result<&str, Rejected> {
        self.get(name).ok_or(Rejected::Malformed(name))
    }

    /// The field's value, which is not empty.
    ///
    /// # Errors
    /// [`Rejected::Malformed`] when it was not sent, or was sent empty.
    pub fn require_filled(&self, name: &'static str) -> Result<&str, Rejected> {
        let value = self.require(name)?;
        if value.is_empty() {
            return Err(Rejected::Malformed(name));
        }
        Ok(value)
    }

    /// The fields as received, in order, without the signature and what is told of a card.
    #[must_use]
    pub fn into_fields(mut self) -> Vec<(String, String)> {
        self.fields
            .retain(|(name, _)| name != check_mac::FIELD && !NOT_HELD.contains(&name.as_str()));
        self.fields
    }
}

/// The signature covers the joined text in lower case: neither the borders between fields nor the case
/// of letters. Whoever sees a signed form could send `simulatepaid=1`, or hide `&SimulatePaid=1` in the
/// field before it, and keep the signature. No form of ECPay's looks like that.
fn hides_a_field(fields: &[(String, String)]) -> bool {
    fields.iter().any(|(name, value)| {
        let is_plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // `Gwsr` is the charge's and `gwsr` the payment's: who needs one does not take the other for it.
        let is_disguised = DECISIVE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name) && known != name)
            && !OF_CHARGES.contains(&name.as_str());
        let value = value.to_ascii_lowercase();
        let holds_another = value.contains('&')
            && DECISIVE
                .iter()
                .chain(&OF_CHARGES)
                .any(|known| value.contains(&format!("&{}=", known.to_ascii_lowercase())));
        !is_plain || is_disguised || holds_another
    })
}
