//! When the gateway is asked about an attempt, and until when. Pure.
//!
//! Notices may all be lost; asking is the net below them. ECPay wants cards asked after 10 minutes, again
//! 10 minutes later, or once after 40; for pay codes it wants its notice waited for, so those are asked later.

use chrono::{DateTime, Duration, Utc};
use entity::payments::PaymentMethod;

/// After how long an attempt is asked about, the first, second, … time; daily from then on.
const CARD_STEPS: [Duration; 5] = [
    Duration::minutes(10),
    Duration::minutes(20),
    Duration::minutes(40),
    Duration::hours(2),
    Duration::hours(6),
];
const CODE_STEPS: [Duration; 3] = [
    Duration::minutes(15),
    Duration::hours(1),
    Duration::hours(6),
];

/// When an attempt is to be asked about that was asked `checks` times already; never after `deadline`,
/// but once at it.
#[must_use]
pub fn next_check(
    method: PaymentMethod,
    created_at: DateTime<Utc>,
    checks: i32,
    now: DateTime<Utc>,
    deadline: DateTime<Utc>,
) -> DateTime<Utc> {
    let steps: &[Duration] = match method {
        PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic | PaymentMethod::Free => {
            &CARD_STEPS
        }
        PaymentMethod::Atm | PaymentMethod::Cvs | PaymentMethod::Barcode => &CODE_STEPS,
    };
    let planned = usize::try_from(checks)
        .ok()
        .and_then(|index| steps.get(index))
        .map_or(now + Duration::days(1), |step| created_at + *step);
    // Never in the past, or the clockwork would run hot.
    let planned = planned.max(now + Duration::minutes(1));
    if now < deadline {
        planned.min(deadline)
    } else {
        planned
    }
}

/// When to ask again after an answer that could not be used.
#[must_use]
pub fn after_silence(checks: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    let minutes = 1i64 << checks.clamp(0, 10);
    now + Duration::minutes(minutes)
}

/// When an attempt that ended without money is looked at for the last time: its good news may have been lost.
pub const LAST_LOOK: Duration = Duration::days(1);

/// When the gateway is asked about an attempt whose news did not fit: it may say what was meant.
pub const SECOND_OPINION: Duration = Duration::minutes(10);

/// How long an attempt is watched before a code is issued for it.
pub const WITHOUT_CODE: Duration = Duration::hours(24);

/// How long after a code's own end money may still be reported: a barcode's comes about two days late.
#[must_use]
pub const fn grace(method: PaymentMethod) -> Duration {
    match method {
        PaymentMethod::Barcode => Duration::days(3),
        PaymentMethod::Atm | PaymentMethod::Cvs => Duration::days(1),
        PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic | PaymentMethod::Free => {
            Duration::zero()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_asked_about_after_10_20_and_40_minutes_then_daily_until_its_deadline() {
        let created: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().unwrap();
        let deadline = created + Duration::hours(72);
        let mut now = created;
        let mut asked = Vec::new();
        for checks in 0..9 {
            now = next_check(PaymentMethod::CreditCard, created, checks, now, deadline);
            asked.push((now - created).num_minutes());
        }
        assert_eq!(asked, [10, 20, 40, 120, 360, 1800, 3240, 4320, 5760]);
    }

    #[test]
    fn a_missed_check_is_made_soon_and_not_in_the_past() {
        let created: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().unwrap();
        let late = created + Duration::days(2);
        let next = next_check(
            PaymentMethod::Atm,
            created,
            0,
            late,
            late + Duration::days(1),
        );
        assert_eq!(next, late + Duration::minutes(1));
    }

    #[test]
    fn silence_is_answered_with_patience() {
        let now: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().unwrap();
        let minutes: Vec<i64> = [0, 1, 5, 40]
            .map(|checks| (after_silence(checks, now) - now).num_minutes())
            .to_vec();
        assert_eq!(minutes, [1, 2, 32, 1024]);
    }
}
