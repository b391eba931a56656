//! The calendar of subscriptions. Pure: no clock, no database.
//!
//! Periods are counted from the anchor and not from one another, so that the day of the month never
//! drifts: 31 January, 28 February, 31 March. Days are Taipei's; instants are UTC.

use chrono::{DateTime, Days, Months, Utc};
use entity::plans::BillingCycle;

use crate::base::clock::taipei;

/// When the period after `count` whole periods begins: `boundary(anchor, cycle, 0)` is the anchor itself.
/// `None` for a plan that is paid once, and beyond the calendar's end.
#[must_use]
pub fn boundary(anchor: DateTime<Utc>, cycle: BillingCycle, count: u32) -> Option<DateTime<Utc>> {
    let local = anchor.with_timezone(&taipei());
    let months = |each: u32| local.checked_add_months(Months::new(each.checked_mul(count)?));
    let moved = match cycle {
        BillingCycle::Weekly => local.checked_add_days(Days::new(u64::from(count) * 7)),
        BillingCycle::Monthly => months(1),
        BillingCycle::Quarterly => months(3),
        BillingCycle::Yearly => months(12),
        BillingCycle::OneTime => None,
    };
    moved.map(|moved| moved.with_timezone(&Utc))
}

/// The period that begins after `count` whole periods: start (inclusive) and end (exclusive).
#[must_use]
pub fn period(
    anchor: DateTime<Utc>,
    cycle: BillingCycle,
    count: u32,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let start = boundary(anchor, cycle, count)?;
    let end = boundary(anchor, cycle, count.checked_add(1)?)?;
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taipei_noon(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00+08:00").parse().unwrap()
    }

    fn days(anchor: &str, cycle: BillingCycle, counts: std::ops::Range<u32>) -> Vec<String> {
        counts
            .map(|count| {
                boundary(taipei_noon(anchor), cycle, count)
                    .unwrap()
                    .with_timezone(&taipei())
                    .format("%Y-%m-%d")
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn the_31st_comes_back_after_short_months() {
        assert_eq!(
            days("2027-01-31", BillingCycle::Monthly, 0..14),
            [
                "2027-01-31",
                "2027-02-28",
                "2027-03-31",
                "2027-04-30",
                "2027-05-31",
                "2027-06-30",
                "2027-07-31",
                "2027-08-31",
                "2027-09-30",
                "2027-10-31",
                "2027-11-30",
                "2027-12-31",
                "2028-01-31",
                "2028-02-29",
            ]
        );
    }

    #[test]
    fn the_leap_day_comes_back_in_leap_years() {
        assert_eq!(
            days("2024-02-29", BillingCycle::Yearly, 0..5),
            [
                "2024-02-29",
                "2025-02-28",
                "2026-02-28",
                "2027-02-28",
                "2028-02-29"
            ]
        );
    }

    #[test]
    fn two_quarters_from_the_30th_of_august_end_with_february() {
        let from = |anchor| days(anchor, BillingCycle::Quarterly, 0..4);
        assert_eq!(
            from("2027-08-30"),
            ["2027-08-30", "2027-11-30", "2028-02-29", "2028-05-30"]
        );
        assert_eq!(
            from("2028-08-30"),
            ["2028-08-30", "2028-11-30", "2029-02-28", "2029-05-30"]
        );
    }

    #[test]
    fn a_day_is_taipei_s_day() {
        // 31 January 00:30 in Taipei is still 30 January in UTC: the anchor is the 31st.
        let anchor: DateTime<Utc> = "2027-01-30T16:30:00Z".parse().unwrap();
        let next = boundary(anchor, BillingCycle::Monthly, 1).unwrap();
        assert_eq!(
            next.to_rfc3339(),
            "2027-02-27T16:30:00+00:00",
            "28 February in Taipei"
        );
    }

    #[test]
    fn a_plan_paid_once_has_no_periods() {
        assert_eq!(
            boundary(taipei_noon("2027-01-31"), BillingCycle::OneTime, 1),
            None
        );
    }

    proptest! {
        #[test]
        fn periods_neither_overlap_nor_leave_a_gap(
            seconds in 1_500_000_000i64..2_500_000_000,
            count in 0u32..200,
            cycle in prop::sample::select(vec![BillingCycle::Weekly, BillingCycle::Monthly, BillingCycle::Quarterly, BillingCycle::Yearly]),
        ) {
            let anchor = DateTime::from_timestamp(seconds, 0).unwrap();
            let (start, end) = period(anchor, cycle, count).unwrap();
            let (next_start, _) = period(anchor, cycle, count + 1).unwrap();
            prop_assert!(start < end);
            prop_assert_eq!(end, next_start);
        }
    }
}
