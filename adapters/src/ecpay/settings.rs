//! What an operator sets for ECPay.

use entity::{
    money::{Currency, Money},
    payments::PaymentMethod,
};
use secrecy::{ExposeSecret as _, SecretString};

/// The merchant of the stage environment that ECPay publishes for everybody.
pub const STAGE_MERCHANT_ID: &str = "3002607";
/// Its hash key; public, so no secret.
pub const STAGE_HASH_KEY: &str = "pwFHCqoQZGmho4w6";
/// Its hash iv; public, so no secret.
pub const STAGE_HASH_IV: &str = "EkRm7iFT261dpevs";

/// The check code that the simulator asks for; public, so no secret.
pub const SIMULATOR_CREDIT_CHECK_CODE: &str = "59997889";

/// Which ECPay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The one in this house.
    Simulator,
    /// ECPay's test environment.
    Stage,
    /// Where the money is real.
    Production,
}

/// What a method takes at least and at most, in whole TWD. Contracts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At least.
    pub least: i64,
    /// At most.
    pub most: i64,
}

/// The limits of each method offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodLimits {
    /// Cards.
    pub card: Limits,
    /// Bank transfers.
    pub atm: Limits,
    /// Store codes.
    pub cvs: Limits,
    /// Store barcodes.
    pub barcode: Limits,
}

/// The limits of a personal member, the narrowest contract there is.
impl Default for MethodLimits {
    fn default() -> Self {
        let limits = |least, most| Limits { least, most };
        Self {
            card: limits(5, 199_999),
            atm: limits(11, 49_999),
            cvs: limits(33, 6_000),
            barcode: limits(17, 20_000),
        }
    }
}

/// How long a code to pay with is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeLifetimes {
    /// ATM, in days (1 to 60).
    pub atm_days: u32,
    /// CVS, in minutes (1 to 43,200).
    pub cvs_minutes: u32,
    /// BARCODE, in days (1 to 30).
    pub barcode_days: u32,
}

/// ECPay's own defaults.
impl Default for CodeLifetimes {
    fn default() -> Self {
        Self {
            atm_days: 3,
            cvs_minutes: 10_080,
            barcode_days: 7,
        }
    }
}

/// What an operator sets for ECPay.
#[derive(Clone, Debug)]
pub struct EcpaySettings {
    /// Which ECPay.
    pub environment: Environment,
    /// Where it is, without a slash at the end.
    pub base_url: String,
    /// Who we are there.
    pub merchant_id: String,
    /// The first half of the signing secret.
    pub hash_key: SecretString,
    /// The second half.
    pub hash_iv: SecretString,
    /// The merchant's check code, which questions about cards carry (商家檢查碼, from ECPay's console). `None`
    /// when no card is ever given back through ECPay.
    pub credit_check_code: Option<SecretString>,
    /// Where ECPay and browsers reach us, without a slash at the end.
    pub public_url: String,
    /// What each method takes.
    pub limits: MethodLimits,
    /// How long codes are good.
    pub code_lifetimes: CodeLifetimes,
    /// How many charges a contract may have.
    pub most_charges: MostCharges,
}

/// How many charges a contract may have at most, the first included. ECPay's own pages disagree: 999, 99 and 9
/// hold under all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostCharges {
    /// Counted in days.
    pub daily: u32,
    /// Counted in months.
    pub monthly: u32,
    /// Counted in years.
    pub yearly: u32,
}

impl Default for MostCharges {
    fn default() -> Self {
        Self {
            daily: 999,
            monthly: 99,
            yearly: 9,
        }
    }
}

/// A setting that cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {rule}")]
pub struct BadSetting {
    /// Which.
    pub name: &'static str,
    /// What it must be.
    pub rule: &'static str,
}

impl EcpaySettings {
    /// Settings for the simulator that this server serves below `/simulator`, under the public stage keys.
    #[must_use]
    pub fn simulator(public_url: &str) -> Self {
        Self {
            credit_check_code: Some(SIMULATOR_CREDIT_CHECK_CODE.into()),
            ..Self::stage_account(
                Environment::Simulator,
                format!("{public_url}/simulator"),
                public_url,
            )
        }
    }

    /// Settings for ECPay's stage, under the account that everybody shares.
    #[must_use]
    pub fn stage(public_url: &str) -> Self {
        let base_url = "https://payment-stage.ecpay.com.tw".to_owned();
        Self::stage_account(Environment::Stage, base_url, public_url)
    }

    /// Settings for real money.
    #[must_use]
    pub fn production(
        public_url: &str,
        merchant_id: String,
        hash_key: SecretString,
        hash_iv: SecretString,
    ) -> Self {
        Self {
            merchant_id,
            hash_key,
            hash_iv,
            ..Self::stage_account(
                Environment::Production,
                "https://payment.ecpay.com.tw".to_owned(),
                public_url,
            )
        }
    }

    fn stage_account(environment: Environment, base_url: String, public_url: &str) -> Self {
        Self {
            environment,
            base_url,
            merchant_id: STAGE_MERCHANT_ID.to_owned(),
            hash_key: STAGE_HASH_KEY.into(),
            hash_iv: STAGE_HASH_IV.into(),
            credit_check_code: None,
            public_url: public_url.to_owned(),
            limits: MethodLimits::default(),
            code_lifetimes: CodeLifetimes::default(),
            most_charges: MostCharges::default(),
        }
    }

    /// Refuses settings that would fail at the first payment.
    ///
    /// # Errors
    /// The first setting that cannot work.
    pub fn check(&self) -> Result<(), BadSetting> {
        let bad = |name, rule| Err(BadSetting { name, rule });
        let is_plain = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !is_plain(&self.merchant_id, 1..=10) {
            return bad("ECPAY_MERCHANT_ID", "one to ten letters or digits");
        }
        // A blank that was pasted along is the commonest cause of wrong signatures.
        if !is_plain(self.hash_key.expose_secret(), 8..=64) {
            return bad("ECPAY_HASH_KEY", "letters and digits, without blanks");
        }
        if !is_plain(self.hash_iv.expose_secret(), 8..=64) {
            return bad("ECPAY_HASH_IV", "letters and digits, without blanks");
        }
        if let Some(code) = &self.credit_check_code {
            let code = code.expose_secret();
            if !(1..=10).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                return bad("ECPAY_CREDIT_CHECK_CODE", "one to ten digits");
            }
        }
        for (name, url) in [
            ("ECPAY_BASE_URL", &self.base_url),
            ("FABRICA_PUBLIC_URL", &self.public_url),
        ] {
            if url::Url::parse(url).is_err() || url.ends_with('/') || url.len() > 150 {
                return bad(name, "a URL without a slash at its end, at most 150 bytes");
            }
        }
        if self.environment == Environment::Production && self.has_public_keys() {
            return bad("ECPAY_HASH_KEY", "a key of your own: this one is public");
        }
        Ok(())
    }

    /// Whether the keys are the ones that ECPay prints in its documentation.
    #[must_use]
    pub fn has_public_keys(&self) -> bool {
        self.hash_key.expose_secret() == STAGE_HASH_KEY
            || self.hash_iv.expose_secret() == STAGE_HASH_IV
    }

    /// What the method takes; `None` when it is not offered.
    #[must_use]
    pub fn limits_of(&self, method: PaymentMethod) -> Option<(Money, Money)> {
        let limits = match method {
            PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic => self.limits.card,
            PaymentMethod::Atm => self.limits.atm,
            PaymentMethod::Cvs => self.limits.cvs,
            PaymentMethod::Barcode => self.limits.barcode,
            PaymentMethod::Free => return None,
        };
        let dollars = |minor| Money::new(minor, Currency::Twd);
        Some((dollars(limits.least), dollars(limits.most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_cannot_work_is_named() {
        let good = EcpaySettings::simulator("https://shop.example");
        assert_eq!(good.check(), Ok(()));
        let name = |change: fn(&mut EcpaySettings)| {
            let mut settings = good.clone();
            change(&mut settings);
            settings.check().unwrap_err().name
        };
        assert_eq!(name(|s| s.merchant_id.clear()), "ECPAY_MERCHANT_ID");
        assert_eq!(name(|s| s.hash_key = "".into()), "ECPAY_HASH_KEY");
        assert_eq!(
            name(|s| s.hash_iv = "EkRm7iFT261dpevs ".into()),
            "ECPAY_HASH_IV"
        );
        assert_eq!(name(|s| s.public_url.push('/')), "FABRICA_PUBLIC_URL");
        assert_eq!(name(|s| s.base_url.clear()), "ECPAY_BASE_URL");
        assert_eq!(
            name(|s| s.environment = Environment::Production),
            "ECPAY_HASH_KEY",
            "everybody knows this key"
        );
    }

    #[test]
    fn secrets_are_not_printed() {
        let text = format!("{:?}", EcpaySettings::simulator("https://shop.example"));
        assert!(
            !text.contains(STAGE_HASH_KEY) && !text.contains(STAGE_HASH_IV),
            "{text}"
        );
    }
}
