//! Money as ECPay writes it: whole New Taiwan dollars, digits only.

use entity::money::{Currency, Money};

/// The text for a form; `None` for another currency or less than one dollar.
#[must_use]
pub fn to_text(amount: Money) -> Option<String> {
    (amount.currency == Currency::Twd && amount.minor > 0).then(|| amount.minor.to_string())
}

/// The amount that this text says; `None` for anything but one to twelve digits.
#[must_use]
pub fn from_text(text: &str) -> Option<Money> {
    let is_plain = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain
        .then(|| text.parse().ok())
        .flatten()
        .map(|minor| Money::new(minor, Currency::Twd))
}

/// What ECPay keeps: dollars, at times with decimals that are zero. `None` when it is not told.
#[must_use]
pub fn fee_from_text(text: &str) -> Option<Money> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    decimals
        .bytes()
        .all(|byte| byte == b'0')
        .then(|| from_text(whole))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn dollars(minor: i64) -> Money {
        Money::new(minor, Currency::Twd)
    }

    #[test]
    fn only_whole_dollars_are_written() {
        assert_eq!(to_text(dollars(1280)), Some("1280".to_owned()));
        assert_eq!(to_text(dollars(0)), None);
        assert_eq!(to_text(dollars(-5)), None);
        assert_eq!(to_text(Money::new(1280, Currency::Usd)), None);
    }

    #[test]
    fn only_plain_digits_are_read() {
        assert_eq!(from_text("1280"), Some(dollars(1280)));
        assert_eq!(from_text("0"), Some(dollars(0)));
        for wrong in [
            "",
            "-1",
            "+1",
            "1.0",
            "1,280",
            " 1",
            "１２",
            "1e3",
            "9999999999999",
        ] {
            assert_eq!(from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_fee_may_carry_empty_decimals() {
        assert_eq!(fee_from_text("26"), Some(dollars(26)));
        assert_eq!(fee_from_text("26.00"), Some(dollars(26)));
        assert_eq!(fee_from_text("26.5"), None, "never rounded");
        assert_eq!(fee_from_text(""), None);
    }
}
