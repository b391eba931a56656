//! When a gateway charges next by a contract, and when it is asked what became of it. Pure.
//!
//! Due days are counted from the first charge, in Taipei, as the periods of a subscription are; a month without
//! that day has its last one instead. ECPay's own days may lie a few apart, and nothing here rests on them.

use chrono::{DateTime, Days, Duration, Months, Utc};
use entity::payments::PeriodUnit;

use crate::base::clock::taipei;

/// How long after the day of a charge the gateway is asked about it: its notice had its time.
pub const NOTICE_TIME: Duration = Duration::days(1);

/// When the gateway is asked whether it gave up after a failure.
pub const AFTER_FAILURE: Duration = Duration::minutes(10);

/// When a contract is looked at for the last time after its end: a charge may have crossed with it.
pub const LAST_LOOK: Duration = Duration::days(1);

/// A charge this long before its due day is that day's, and not one that came late.
const EARLY: Duration = Duration::hours(36);

/// The first due day after a charge that was made at `charged_at`; `None` beyond the calendar's end.
#[must_use]
pub fn next_charge(
    started_at: DateTime<Utc>,
    unit: PeriodUnit,
    every: u32,
    charged_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let after = charged_at + EARLY;
    (1u32..)
        .map_while(|count| due(started_at, unit, every.max(1).checked_mul(count)?))
        .find(|due| *due > after)
}

fn due(started_at: DateTime<Utc>, unit: PeriodUnit, units: u32) -> Option<DateTime<Utc>> {
    let local = started_at.with_timezone(&taipei());
    let moved = match unit {
        PeriodUnit::Day => local.checked_add_days(Days::new(u64::from(units))),
        PeriodUnit::Month => local.checked_add_months(Months::new(units)),
        PeriodUnit::Year => local.checked_add_months(Months::new(units.checked_mul(12)?)),
    };
    moved.map(|moved| moved.with_timezone(&Utc))
}

/// Whether a charge falls next to the end of the present period, and so pays the one after it. A charge that
/// falls next to its beginning is for a period that was paid already.
#[must_use]
pub fn pays_next_period(
    period_start: DateTime<Utc>,
    period_end: DateTime<Utc>,
    charged_at: DateTime<Utc>,
) -> bool {
    period_end - charged_at <= charged_at - period_start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon(day: &str) -> DateTime<Utc> {
        format!("{day}T12:00:00+08:00").parse().unwrap()
    }

    fn next(start: &str, unit: PeriodUnit, every: u32, charged: &str) -> String {
        next_charge(noon(start), unit, every, noon(charged))
            .unwrap()
            .with_timezone(&taipei())
            .format("%Y-%m-%d")
            .to_string()
    }

    #[test]
    fn the_31st_comes_back_after_a_short_month() {
        let month = |charged| next("2027-01-31", PeriodUnit::Month, 1, charged);
        assert_eq!(month("2027-01-31"), "2027-02-28");
        assert_eq!(month("2027-02-28"), "2027-03-31");
        // ECPay took March's first day for the 31st of February: it is February's charge all the same.
        assert_eq!(month("2027-03-01"), "2027-03-31");
        // A day early is not a month late.
        assert_eq!(month("2027-03-30"), "2027-04-30");
    }

    #[test]
    fn weeks_quarters_and_years_are_counted_from_the_first_charge() {
        use PeriodUnit::{Day, Month, Year};
        assert_eq!(next("2027-01-31", Day, 7, "2027-02-07"), "2027-02-14");
        assert_eq!(next("2027-01-31", Month, 3, "2027-01-31"), "2027-04-30");
        assert_eq!(next("2028-02-29", Year, 1, "2029-02-28"), "2030-02-28");
    }

    #[test]
    fn a_charge_pays_the_period_it_falls_next_to() {
        let (start, end) = (noon("2027-02-28"), noon("2027-03-31"));
        for (day, pays) in [
            ("2027-03-31", true),
            ("2027-03-30", true),
            ("2027-04-02", true),
            ("2027-05-31", true),
            ("2027-02-28", false),
            ("2027-03-01", false),
            ("2027-02-27", false),
        ] {
            assert_eq!(pays_next_period(start, end, noon(day)), pays, "{day}");
        }
    }
}
