//! Codes to pay with, in the forms that ECPay documents.

use chrono::{DateTime, Datelike as _, Duration, NaiveTime, Utc};
use domain::base::{clock::taipei, entropy::Entropy};

use super::trade::{Code, Method};
use crate::ecpay::taipei_time;

/// A code for this method; `None` for cards. `lifetime` is in the method's own unit: days for ATM and
/// BARCODE, minutes for CVS; `None` takes ECPay's default.
#[must_use]
pub fn issue(
    method: Method,
    amount: u32,
    lifetime: Option<i64>,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Option<Code> {
    let named = |pairs: &[(&str, String)]| {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<Vec<_>>()
    };
    let blank = String::new;
    let (fields, expires_at) = match method {
        Method::Credit => return None,
        Method::Atm => (
            named(&[
                ("BankCode", "822".to_owned()),
                ("vAccount", format!("9103{}", digits(entropy, 12))),
            ]),
            end_of_day(now, lifetime.unwrap_or(3))?,
        ),
        Method::Cvs => (
            named(&[
                ("PaymentNo", format!("LLL{}", digits(entropy, 11))),
                ("Barcode1", blank()),
                ("Barcode2", blank()),
                ("Barcode3", blank()),
            ]),
            now.checked_add_signed(Duration::try_minutes(lifetime.unwrap_or(10_080))?)?,
        ),
        Method::Barcode => {
            let expires_at = end_of_day(now, lifetime.unwrap_or(7))?;
            let [first, second, third] = barcodes(amount, now, expires_at, entropy);
            (
                named(&[
                    ("PaymentNo", blank()),
                    ("Barcode1", first),
                    ("Barcode2", second),
                    ("Barcode3", third),
                ]),
                expires_at,
            )
        }
    };
    let expire_date = match method {
        Method::Atm => expires_at
            .with_timezone(&taipei())
            .format("%Y/%m/%d")
            .to_string(),
        _ => taipei_time::to_text(expires_at),
    };
    Some(Code {
        fields,
        expire_date,
        expires_at,
    })
}

fn end_of_day(now: DateTime<Utc>, days: i64) -> Option<DateTime<Utc>> {
    let day = now
        .with_timezone(&taipei())
        .date_naive()
        .checked_add_signed(Duration::try_days(days)?)?;
    day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?)
        .and_local_timezone(taipei())
        .single()
        .map(|at| at.with_timezone(&Utc))
}

/// Payment slips carry the end, an account, and the day with the amount.
fn barcodes(
    amount: u32,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> [String; 3] {
    let end = expires_at.with_timezone(&taipei());
    let today = now.with_timezone(&taipei());
    // Slips count years from 1911 and show the last two digits.
    let year = (end.year() - 1911).rem_euclid(100);
    [
        format!("{year:02}{}C7E", end.format("%m%d")),
        format!("3453{}", digits(entropy, 12)),
        format!("{}{}{amount:09}", today.format("%m%d"), digits(entropy, 2)),
    ]
}

fn digits(entropy: &dyn Entropy, count: usize) -> String {
    let mut random = vec![0u8; count];
    entropy.fill(&mut random);
    random
        .into_iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::base::entropy::SeededEntropy;

    use super::*;

    fn code(method: Method, lifetime: Option<i64>) -> Code {
        // 23:30 in Taipei: the day there is not the day of UTC.
        let now = "2026-01-15T15:30:00Z".parse().unwrap();
        issue(method, 1280, lifetime, now, &SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn each_method_has_its_own_code_and_its_own_end() {
        let atm = code(Method::Atm, None);
        assert_eq!(atm.get("BankCode"), "822");
        assert_eq!(atm.get("vAccount").len(), 16);
        assert_eq!(atm.expire_date, "2026/01/18");
        assert_eq!(
            taipei_time::end_from_text(&atm.expire_date),
            Some(atm.expires_at)
        );

        let cvs = code(Method::Cvs, Some(60));
        assert_eq!(cvs.get("PaymentNo").len(), 14);
        assert_eq!(cvs.expire_date, "2026/01/16 00:30:00");

        let barcode = code(Method::Barcode, Some(7));
        assert_eq!(barcode.get("Barcode1"), "150122C7E");
        assert_eq!(barcode.get("Barcode2").len(), 16);
        assert!(
            barcode.get("Barcode3").starts_with("0115")
                && barcode.get("Barcode3").ends_with("000001280")
        );
        assert_eq!(barcode.expire_date, "2026/01/22 23:59:59");
    }
}
