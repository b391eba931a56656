//! The cards of ECPay's stage.

use chrono::{DateTime, Datelike as _, Utc};
use domain::base::clock::taipei;

/// A card that the page offers with one click.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// Sixteen digits.
    pub number: &'static str,
    /// The digits in groups.
    pub shown: &'static str,
    /// What happens with it.
    pub label: &'static str,
    /// Whether it pays.
    pub pays: bool,
}

/// The cards offered. Every other number is declined.
pub const TEST_CARDS: [TestCard; 4] = [
    TestCard {
        number: "4311952222222222",
        shown: "4311-9522-2222-2222",
        label: "成功 Pays",
        pays: true,
    },
    TestCard {
        number: "4311951111111111",
        shown: "4311-9511-1111-1111",
        label: "成功 Pays",
        pays: true,
    },
    TestCard {
        number: "4938177777777777",
        shown: "4938-1777-7777-7777",
        label: "成功 Pays",
        pays: true,
    },
    TestCard {
        number: "4000201111111111",
        shown: "4000-2011-1111-1111",
        label: "國外卡，拒絕 Overseas, declined",
        pays: false,
    },
];

/// The code that finishes the 3-D Secure step.
pub const THREE_D_CODE: &str = "1234";

/// What the shopper typed.
#[derive(Clone, Debug, Default)]
pub struct TypedCard {
    /// The number, with or without blanks and hyphens.
    pub number: String,
    /// `MM/YY`.
    pub expiry: String,
    /// Three digits.
    pub security_code: String,
    /// The code of the 3-D Secure step.
    pub three_d_code: String,
}

/// Whether the card pays.
#[must_use]
pub fn pays(card: &TypedCard, now: DateTime<Utc>) -> bool {
    let number: String = card
        .number
        .chars()
        .filter(|digit| !matches!(digit, ' ' | '-'))
        .collect();
    let code = card.security_code.trim();
    TEST_CARDS
        .iter()
        .any(|known| known.pays && known.number == number)
        && is_after_this_month(card.expiry.trim(), now)
        && code.len() == 3
        && code.bytes().all(|digit| digit.is_ascii_digit())
        && card.three_d_code.trim() == THREE_D_CODE
}

fn is_after_this_month(expiry: &str, now: DateTime<Utc>) -> bool {
    let today = now.with_timezone(&taipei());
    let parse = || {
        let (month, year) = expiry.split_once('/')?;
        let month: u32 = month.trim().parse().ok()?;
        let year: i32 = year.trim().parse().ok()?;
        let year = if year < 100 { 2000 + year } else { year };
        (1..=12).contains(&month).then_some((year, month))
    };
    parse().is_some_and(|typed| typed > (today.year(), today.month()))
}

/// An expiry that is always good: December of next year.
#[must_use]
pub fn good_expiry(now: DateTime<Utc>) -> String {
    let year = now.with_timezone(&taipei()).year() + 1;
    format!("12/{:02}", year.rem_euclid(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(number: &str, expiry: &str, security_code: &str, three_d_code: &str) -> TypedCard {
        TypedCard {
            number: number.to_owned(),
            expiry: expiry.to_owned(),
            security_code: security_code.to_owned(),
            three_d_code: three_d_code.to_owned(),
        }
    }

    #[test]
    fn only_a_known_card_with_everything_right_pays() {
        let now = "2026-11-20T00:00:00Z".parse().unwrap();
        let good = "4311-9522-2222-2222";
        assert!(pays(&typed(good, "12/26", "222", "1234"), now));
        assert!(pays(
            &typed("4311951111111111", &good_expiry(now), "111", "1234"),
            now
        ));
        for (number, expiry, security_code, three_d_code) in [
            ("4000-2011-1111-1111", "12/26", "222", "1234"),
            ("4242424242424242", "12/26", "222", "1234"),
            (good, "11/26", "222", "1234"),
            (good, "13/27", "222", "1234"),
            (good, "", "222", "1234"),
            (good, "12/26", "22", "1234"),
            (good, "12/26", "222", "0000"),
        ] {
            let card = typed(number, expiry, security_code, three_d_code);
            assert!(!pays(&card, now), "{card:?}");
        }
    }
}
