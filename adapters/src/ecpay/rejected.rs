//! Why a message is not taken.

/// Why a message is not taken. Safe to log and to answer: it holds nothing of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Not signed by us and ECPay.
    #[error("the signature is wrong")]
    CheckMacValue,
    /// Signed, but for another merchant.
    #[error("the merchant is not ours")]
    MerchantId,
    /// Not a form, or without a field that we need.
    #[error("malformed: {0}")]
    Malformed(&'static str),
}

impl Rejected {
    /// The body of the answer, with status 400. ECPay takes everything but `1|OK` for a failure.
    #[must_use]
    pub const fn reply(self) -> &'static str {
        match self {
            Self::CheckMacValue => "0|CheckMacValue Error",
            Self::MerchantId => "0|MerchantID Error",
            Self::Malformed(_) => "0|Malformed",
        }
    }

    /// One word, for counters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CheckMacValue => "check_mac_value",
            Self::MerchantId => "merchant_id",
            Self::Malformed(_) => "malformed",
        }
    }
}
