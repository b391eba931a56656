//! What is no plain text or number at the edge: money (decimal text and a currency, never a JSON number), days,
//! addresses, and JSON, which only leaves.

use async_graphql::{
    Enum, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::NaiveDate;

/// A decimal number as text, such as `"1280"` or `"12.80"`: at most 15 digits before the point and 4 after.
/// JSON numbers are refused, because many clients round them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

/// A decimal number as text, such as `"1280"` or `"12.80"`: at most 15 digits before the point and 4 after.
/// JSON numbers are refused, because many clients round them.
#[Scalar(specified_by_url = "https://www.w3.org/TR/xmlschema-2/#decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if plain(whole, 15) && plain(fraction, 4) {
            Ok(Self(text.clone()))
        } else {
            Err(InputValueError::custom(
                "a decimal is text like \"1280\" or \"12.80\", without exponent, blanks or separators",
            ))
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A day of the calendar in Taipei, such as `2026-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day of the calendar in Taipei, such as `2026-11-20`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // chrono takes shorter and longer years too.
        let day = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        day.flatten()
            .map(Self)
            .ok_or_else(|| InputValueError::custom("a day is text like \"2026-11-20\""))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// An absolute address, such as `https://shop.example/orders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

/// An absolute address, such as `https://shop.example/orders`.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if url::Url::parse(&text).is_ok() => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom(
                "an address is text like \"https://shop.example/orders\", with its scheme",
            )),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Any JSON value. Only in answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value. Only in answers.
#[Scalar(
    name = "JSON",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259"
)]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        // Every JSON value is a GraphQL value too.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// ISO 4217 currency codes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::money::Currency")]
pub enum CurrencyCode {
    /// New Taiwan dollar, in whole dollars.
    Twd,
    /// United States dollar, in cents.
    Usd,
}

/// An amount of money.
#[derive(SimpleObject, Clone, Debug)]
pub struct Money {
    /// How much, with as many decimals as the currency has in trade (TWD: none).
    pub amount: Decimal,
    /// Of which currency.
    pub currency: CurrencyCode,
}

impl From<entity::money::Money> for Money {
    fn from(money: entity::money::Money) -> Self {
        Self {
            amount: Decimal(money.to_decimal()),
            currency: money.currency.into(),
        }
    }
}

/// An amount of money.
#[derive(InputObject, Clone, Debug)]
pub struct MoneyInput {
    /// How much, with at most as many decimals as the currency has in trade (TWD: none).
    pub amount: Decimal,
    /// Of which currency.
    pub currency: CurrencyCode,
}

impl MoneyInput {
    /// The amount in minor units.
    ///
    /// # Errors
    /// More decimals than the currency has, or too large.
    pub fn into_money(self, field: &'static str) -> domain::base::Result<entity::money::Money> {
        entity::money::Money::from_decimal(&self.amount.0, self.currency.into()).map_err(|cause| {
            domain::base::Error::invalid(field, domain::base::Code::Malformed, cause.to_string())
        })
    }
}
