use entity::id::{OrderId, PlanId, PlanVersionId, SubscriptionId, UserId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00+08:00").parse().unwrap()
}

fn monthly(start: &str, end: &str) -> subscription::Model {
    subscription::Model {
        id: SubscriptionId(Uuid::nil()),
        user_id: UserId(Uuid::nil()),
        plan_id: PlanId(Uuid::nil()),
        plan_version_id: PlanVersionId(Uuid::nil()),
        status: SubscriptionStatus::Active,
        auto_renew: true,
        anchor_at: Some(day(start)),
        started_at: Some(day(start)),
        current_period_start: Some(day(start)),
        current_period_end: Some(day(end)),
        period_count: 0,
        paid_until_at: Some(day(end)),
        trial_end_at: None,
        cancel_at_period_end: false,
        cancelled_at: None,
        paused_at: None,
        resume_at: None,
        past_due_at: None,
        dunning_step: 0,
        next_plan_version_id: None,
        credit_minor: 0,
        due_at: None,
        failures: 0,
        last_error: None,
        ended_at: None,
        test_clock_id: None,
        version: 2,
        created_at: day(start),
        updated_at: day(start),
    }
}

fn ordered(row: &subscription::Model) -> renewal::Model {
    let start = row.current_period_end.unwrap();
    renewal::Model {
        subscription_id: row.id,
        period_start: start,
        period_end: start + Duration::days(30),
        period_count: row.period_count + 1,
        plan_version_id: row.plan_version_id,
        order_id: OrderId(Uuid::nil()),
        closed_at: None,
        created_at: start,
    }
}

fn next(row: &subscription::Model, renewal: Option<&renewal::Model>) -> (String, Step) {
    let (at, step) = upcoming(row, renewal, &Policy::default()).unwrap();
    let at = at.with_timezone(&crate::base::clock::taipei());
    (at.format("%m-%d").to_string(), step)
}

fn on(day: &str, step: Step) -> (String, Step) {
    (day.to_owned(), step)
}

#[test]
fn a_month_is_ordered_three_days_before_and_begins_when_it_is_paid() {
    let mut row = monthly("2027-01-31", "2027-02-28");
    assert_eq!(next(&row, None), on("02-25", Step::OrderRenewal));
    let renewal = ordered(&row);
    assert_eq!(next(&row, Some(&renewal)), on("02-28", Step::FallBehind));
    row.paid_until_at = Some(day("2027-03-31"));
    assert_eq!(
        next(&row, Some(&renewal)),
        on("02-28", Step::BeginPaidPeriod)
    );
}

#[test]
fn a_short_period_is_not_ordered_at_its_beginning() {
    let row = monthly("2027-02-01", "2027-02-07");
    assert_eq!(next(&row, None), on("02-05", Step::OrderRenewal));
}

#[test]
fn whoever_does_not_pay_is_reminded_four_times_and_then_it_is_over() {
    let mut row = monthly("2027-02-01", "2027-03-01");
    let renewal = ordered(&row);
    row.status = SubscriptionStatus::PastDue;
    row.past_due_at = Some(day("2027-03-01"));
    let mut seen = Vec::new();
    for step in 0..5 {
        row.dunning_step = step;
        seen.push(next(&row, Some(&renewal)));
    }
    assert_eq!(
        seen,
        [
            on("03-02", Step::Remind(1)),
            on("03-04", Step::Remind(2)),
            on("03-06", Step::Remind(3)),
            on("03-08", Step::Remind(4)),
            on("03-09", Step::Expire),
        ]
    );
}

#[test]
fn what_does_not_renew_ends_with_its_period() {
    let mut row = monthly("2027-02-01", "2027-03-01");
    row.auto_renew = false;
    assert_eq!(next(&row, None), on("03-01", Step::RunOut));
    row.cancel_at_period_end = true;
    assert_eq!(next(&row, None), on("03-01", Step::Cancel));
}

#[test]
fn a_trial_that_nobody_pays_for_ends() {
    let mut row = monthly("2027-02-01", "2027-02-15");
    row.status = SubscriptionStatus::Trialing;
    assert_eq!(next(&row, None), on("02-12", Step::OrderRenewal));
    assert_eq!(next(&row, Some(&ordered(&row))), on("02-15", Step::Expire));
}

#[test]
fn the_first_period_after_a_trial_begins_a_new_count() {
    let mut row = monthly("2027-02-01", "2027-02-15");
    row.status = SubscriptionStatus::Trialing;
    let period = next_period(&row, BillingCycle::Monthly, BillingCycle::Monthly).unwrap();
    assert_eq!(
        (period.count, period.start, period.end),
        (0, day("2027-02-15"), day("2027-03-15"))
    );
}

#[test]
fn a_change_of_cycle_begins_a_new_count_at_the_end_of_the_present_period() {
    let mut row = monthly("2027-01-31", "2027-02-28");
    row.period_count = 0;
    let same = next_period(&row, BillingCycle::Monthly, BillingCycle::Monthly).unwrap();
    assert_eq!(
        (same.count, same.start, same.end),
        (1, day("2027-02-28"), day("2027-03-31"))
    );
    let yearly = next_period(&row, BillingCycle::Monthly, BillingCycle::Yearly).unwrap();
    assert_eq!(
        (yearly.count, yearly.start, yearly.end),
        (0, day("2027-02-28"), day("2028-02-28"))
    );
}

#[test]
fn an_unpaid_subscription_gives_access_for_the_days_of_grace_alone() {
    let rules = Policy::default();
    let mut row = monthly("2027-02-01", "2027-03-01");
    assert_eq!(access_until(&row, &rules), Some(day("2027-03-04")));
    row.auto_renew = false;
    assert_eq!(access_until(&row, &rules), Some(day("2027-03-01")));
    row.status = SubscriptionStatus::PastDue;
    row.past_due_at = Some(day("2027-03-01"));
    assert_eq!(access_until(&row, &rules), Some(day("2027-03-04")));
    row.status = SubscriptionStatus::Cancelled;
    assert_eq!(access_until(&row, &rules), None);
}

/// The calendar as somebody else would compute it: month by month with the anchor's day cut to the month's length.
fn oracle(anchor: chrono::NaiveDate, months: u32) -> chrono::NaiveDate {
    use chrono::Datelike;
    let index = anchor.year() * 12 + i32::try_from(anchor.month0() + months).unwrap();
    let (year, month) = (
        index.div_euclid(12),
        u32::try_from(index.rem_euclid(12)).unwrap() + 1,
    );
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    chrono::NaiveDate::from_ymd_opt(year, month, anchor.day().min(length)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn three_years_of_months_agree_with_an_independent_calendar(seconds in 1_600_000_000i64..2_200_000_000) {
        let anchor = DateTime::from_timestamp(seconds, 0).unwrap();
        let taipei = crate::base::clock::taipei();
        let first = anchor.with_timezone(&taipei);
        for months in 0..36u32 {
            let got = period::boundary(anchor, BillingCycle::Monthly, months).unwrap().with_timezone(&taipei);
            prop_assert_eq!(got.date_naive(), oracle(first.date_naive(), months));
            prop_assert_eq!(got.time(), first.time());
            if months % 3 == 0 {
                prop_assert_eq!(period::boundary(anchor, BillingCycle::Quarterly, months / 3).unwrap().with_timezone(&taipei), got);
            }
            if months % 12 == 0 {
                prop_assert_eq!(period::boundary(anchor, BillingCycle::Yearly, months / 12).unwrap().with_timezone(&taipei), got);
            }
        }
        for weeks in 0..60u32 {
            let got = period::boundary(anchor, BillingCycle::Weekly, weeks).unwrap();
            prop_assert_eq!(got - anchor, Duration::days(i64::from(weeks) * 7));
        }
    }
}
