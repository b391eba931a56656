//! Amounts, dates and names as they are printed.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
use entity::{
    money::{Currency, Money},
    payments::payment::PaymentMethod,
};

use domain::ports::ServicePeriod;

/// Taiwan keeps no summer time, so its zone is one number.
const TAIPEI_SECONDS_EAST: i32 = 8 * 3600;

/// A text in Chinese and the same in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bilingual {
    pub(super) chinese: &'static str,
    pub(super) english: &'static str,
}

/// Both names of one thing.
pub(super) const fn both(chinese: &'static str, english: &'static str) -> Bilingual {
    Bilingual { chinese, english }
}

/// The amount with its currency's sign and thousands separators: `NT$1,280`, `-US$12.80`.
pub(crate) fn amount(money: Money) -> String {
    let decimal = money.to_decimal();
    let (sign, size) = match decimal.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", decimal.as_str()),
    };
    let (whole, fraction) = match size.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (size, String::new()),
    };
    let symbol = match money.currency {
        Currency::Twd => "NT$",
        Currency::Usd => "US$",
    };
    format!("{sign}{symbol}{}{fraction}", grouped(whole))
}

/// A count with thousands separators.
pub(super) fn quantity(count: i32) -> String {
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&count.unsigned_abs().to_string()))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The rate as a percentage without idle zeros: 500 is `5%`, 525 is `5.25%`.
pub(super) fn percentage(basis_points: i32) -> String {
    let sign = if basis_points < 0 { "-" } else { "" };
    let size = basis_points.unsigned_abs();
    let exact = format!("{}.{:02}", size / 100, size % 100);
    let short = exact.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{short}%")
}

/// The moment on a Taipei clock; UTC for the moments at the edge of the calendar, which have no other.
pub(super) fn in_taipei(moment: DateTime<Utc>) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(TAIPEI_SECONDS_EAST)
        .filter(|_| (1..=9998).contains(&moment.year()))
        .map_or_else(
            || moment.fixed_offset(),
            |taipei| moment.with_timezone(&taipei),
        )
}

/// The day in Taipei, `2026-11-20`.
pub(super) fn date(moment: DateTime<Utc>) -> String {
    in_taipei(moment).format("%Y-%m-%d").to_string()
}

/// First and last day in Taipei. The end is exclusive, so a period that ends at midnight does not name
/// the day that begins then.
pub(super) fn period(period: ServicePeriod) -> String {
    let last = period
        .end
        .checked_sub_signed(TimeDelta::nanoseconds(1))
        .map_or(period.end, |last| last.max(period.start));
    format!("{} – {}", date(period.start), date(last))
}

/// How the payment method is called.
pub(super) const fn payment_method(method: PaymentMethod) -> Bilingual {
    match method {
        PaymentMethod::CreditCard => both("信用卡", "Credit card"),
        PaymentMethod::CreditCardPeriodic => both("信用卡定期定額", "Recurring card"),
        PaymentMethod::Atm => both("ATM 轉帳", "Bank transfer"),
        PaymentMethod::Cvs => both("超商代碼", "Store code"),
        PaymentMethod::Barcode => both("超商條碼", "Store barcode"),
        PaymentMethod::Free => both("無需付款", "Nothing due"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_printed_with_their_sign_and_separators() {
        for (minor, currency, printed) in [
            (0, Currency::Twd, "NT$0"),
            (999, Currency::Twd, "NT$999"),
            (1_280, Currency::Twd, "NT$1,280"),
            (-1_234_567, Currency::Twd, "-NT$1,234,567"),
            (1_280, Currency::Usd, "US$12.80"),
            (-123_456_789, Currency::Usd, "-US$1,234,567.89"),
            (i64::MIN, Currency::Twd, "-NT$9,223,372,036,854,775,808"),
        ] {
            assert_eq!(amount(Money::new(minor, currency)), printed);
        }
        assert_eq!(quantity(i32::MIN), "-2,147,483,648");
    }

    #[test]
    fn a_rate_loses_its_idle_zeros_only() {
        for (basis_points, printed) in [
            (500, "5%"),
            (525, "5.25%"),
            (1_050, "10.5%"),
            (0, "0%"),
            (7, "0.07%"),
        ] {
            assert_eq!(percentage(basis_points), printed);
        }
    }

    #[test]
    fn a_day_is_the_day_in_taipei() {
        let moment = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        assert_eq!(date(moment("2026-11-20T15:59:59Z")), "2026-11-20");
        assert_eq!(date(moment("2026-11-20T16:00:00Z")), "2026-11-21");
        // Given a month that ends as December begins in Taipei, then November is what is printed.
        let month = ServicePeriod {
            start: moment("2026-10-31T16:00:00Z"),
            end: moment("2026-11-30T16:00:00Z"),
        };
        assert_eq!(period(month), "2026-11-01 – 2026-11-30");
        assert!(!date(DateTime::<Utc>::MAX_UTC).is_empty());
        assert!(!date(DateTime::<Utc>::MIN_UTC).is_empty());
    }
}
