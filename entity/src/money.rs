//! Money: whole minor units and a currency, checked at every step. There is no float anywhere near it.

use std::fmt;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// ISO 4217 codes that Fabrica can price in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(3))",
    rename_all = "UPPERCASE"
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// New Taiwan dollar. ISO gives it two decimals; trade and ECPay use whole dollars, and so do we.
    Twd,
    /// United States dollar.
    Usd,
}

impl Currency {
    /// How many decimals one unit has.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Twd => 0,
            Self::Usd => 2,
        }
    }

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Twd => "TWD",
            Self::Usd => "USD",
        }
    }
}

/// An amount in minor units (for TWD: whole dollars).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; may be negative in a difference, never in a price.
    pub minor: i64,
    /// What the units are of.
    pub currency: Currency,
}

/// Why an amount could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// The result does not fit 64 bits.
    Overflow,
    /// Two currencies met.
    CurrencyMismatch,
    /// Not a plain decimal number, or more decimals than the currency has.
    Malformed,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the amount is too large",
            Self::CurrencyMismatch => "the amounts are in different currencies",
            Self::Malformed => "not a plain decimal amount with the decimals of its currency",
        })
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in this currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// Two currencies, or a sum beyond 64 bits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// Two currencies, or a difference beyond 64 bits.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// This much, `quantity` times.
    ///
    /// # Errors
    /// A product beyond 64 bits.
    pub fn checked_mul(self, quantity: i64) -> Result<Self, MoneyError> {
        let minor = self
            .minor
            .checked_mul(quantity)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let minor = with(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Splits by weights so that the parts add up to the whole, to the unit (largest remainder; ties go
    /// to the earlier part). `None` when there is nothing to weigh by or an intermediate does not fit.
    #[must_use]
    pub fn split(self, weights: &[u32]) -> Option<Vec<Self>> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return None;
        }
        let whole = i128::from(self.minor);
        let mut parts: Vec<(i128, i128)> = weights
            .iter()
            .map(|weight| {
                let share = whole * i128::from(*weight);
                (share.div_euclid(total), share.rem_euclid(total))
            })
            .collect();
        let given: i128 = parts.iter().map(|(quotient, _)| quotient).sum();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(parts.get(*index).map(|part| part.1)));
        for index in order.into_iter().take(usize::try_from(whole - given).ok()?) {
            parts.get_mut(index)?.0 += 1;
        }
        parts
            .into_iter()
            .map(|(minor, _)| {
                i64::try_from(minor)
                    .ok()
                    .map(|minor| Self::new(minor, self.currency))
            })
            .collect()
    }

    /// The plain decimal text, with as many decimals as the currency has: `1280`, `12.80`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let exponent = self.currency.exponent();
        if exponent == 0 {
            return self.minor.to_string();
        }
        let unit = 10u64.pow(exponent);
        let size = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        format!(
            "{sign}{}.{:0width$}",
            size / unit,
            size % unit,
            width = exponent as usize
        )
    }

    /// Reads a plain decimal: optional minus, ASCII digits, at most the currency's decimals.
    /// No exponent, no blanks, no thousands separators, no full-width digits.
    ///
    /// # Errors
    /// [`MoneyError::Malformed`] or [`MoneyError::Overflow`].
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = currency.exponent() as usize;
        let dangling_point = digits.contains('.') && fraction.is_empty();
        if whole.is_empty()
            || dangling_point
            || !plain(whole)
            || !plain(fraction)
            || fraction.len() > decimals
        {
            return Err(MoneyError::Malformed);
        }
        let minor: i64 = format!("{whole}{fraction:0<decimals$}")
            .parse()
            .map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hundred_in_three_parts_loses_nothing() {
        let parts = Money::new(100, Currency::Twd)
            .split(&[1, 1, 1])
            .unwrap_or_default();
        assert_eq!(
            parts.iter().map(|part| part.minor).collect::<Vec<_>>(),
            [34, 33, 33]
        );
    }

    #[test]
    fn odd_spellings_of_numbers_are_refused() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "0.5",
            "1e3",
            "1e400",
            " 5",
            "5 ",
            "+5",
            "１００",
            "1,000",
            "0x10",
            "NaN",
        ] {
            assert_eq!(
                Money::from_decimal(text, Currency::Twd),
                Err(MoneyError::Malformed),
                "{text:?}"
            );
        }
        assert_eq!(
            Money::from_decimal("99999999999999999999", Currency::Twd),
            Err(MoneyError::Overflow)
        );
        for (text, currency) in [("33.335", Currency::Usd), ("33.5", Currency::Twd)] {
            let refused = Money::from_decimal(text, currency);
            assert_eq!(refused, Err(MoneyError::Malformed), "{text}");
        }
        assert_eq!(
            Money::from_decimal("12.3", Currency::Usd),
            Ok(Money::new(1230, Currency::Usd))
        );
        assert_eq!(Money::new(-5, Currency::Usd).to_decimal(), "-0.05");
    }

    #[test]
    fn currencies_do_not_mix() {
        let mixed = Money::new(1, Currency::Twd).checked_add(Money::new(1, Currency::Usd));
        assert_eq!(mixed, Err(MoneyError::CurrencyMismatch));
    }

    /// A generator of which the same seed gives the same numbers.
    fn below(seed: &mut u64, bound: u64) -> u64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) % bound
    }

    #[test]
    fn of_a_million_splits_each_adds_up_and_no_part_is_a_unit_off() {
        let mut seed = 20_261_126;
        for case in 0..1_000_000 {
            let minor = i64::try_from(below(&mut seed, 100_000_000)).unwrap_or_default();
            let weights: Vec<u32> = (0..=below(&mut seed, 8))
                .map(|_| u32::try_from(below(&mut seed, 1000)).unwrap_or_default() + 1)
                .collect();
            let whole: i64 = weights.iter().copied().map(i64::from).sum();
            let parts = Money::new(minor, Currency::Twd).split(&weights);
            let parts = parts.unwrap_or_default();
            assert_eq!(
                parts.iter().map(|part| part.minor).sum::<i64>(),
                minor,
                "case {case}"
            );
            for (part, weight) in parts.iter().zip(&weights) {
                // Compared with the exact share without dividing.
                let off = (part.minor * whole - minor * i64::from(*weight)).abs();
                assert!(off < whole, "case {case}: {part:?} of {minor} by {weight}");
            }
        }
    }

    proptest! {
        #[test]
        fn parts_always_add_up(minor in -1_000_000_000_000i64..1_000_000_000_000, weights in prop::collection::vec(0u32..10_000, 1..12)) {
            let whole = Money::new(minor, Currency::Twd);
            match whole.split(&weights) {
                None => prop_assert!(weights.iter().all(|weight| *weight == 0)),
                Some(parts) => {
                    prop_assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), minor);
                    prop_assert_eq!(parts.len(), weights.len());
                    for (part, weight) in parts.iter().zip(&weights) {
                        prop_assert!(*weight != 0 || part.minor == 0, "no weight, no money");
                    }
                }
            }
        }

        #[test]
        fn a_decimal_reads_back(minor in i64::MIN + 1..i64::MAX) {
            for currency in [Currency::Twd, Currency::Usd] {
                let money = Money::new(minor, currency);
                prop_assert_eq!(Money::from_decimal(&money.to_decimal(), currency), Ok(money));
            }
        }
    }
}
