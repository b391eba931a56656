use entity::money::Currency;
use proptest::prelude::*;

use super::*;

/// A month of thirty days.
const MONTH: i64 = 30 * 86_400;

fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn paid(price_minor: i64) -> Running {
    Running {
        seconds: MONTH,
        rates: vec![Rate {
            seconds_left: MONTH,
            price_minor,
        }],
    }
}

fn to(price: i64) -> Becomes {
    Becomes::SamePeriod { price: twd(price) }
}

/// Unused, charge, credit used, credit kept, due.
fn reckoned(running: &Running, seconds_left: i64, becomes: Becomes, credit: i64) -> [i64; 5] {
    let made = prorate(running, seconds_left, becomes, credit).unwrap();
    [
        made.unused,
        made.charge,
        made.credit_used,
        made.credit_kept,
        made.due,
    ]
    .map(|money| money.minor)
}

#[test]
fn on_the_first_second_the_whole_difference_is_due() {
    assert_eq!(
        reckoned(&paid(299), MONTH, to(899), 0),
        [299, 899, 0, 0, 600]
    );
}

#[test]
fn in_the_middle_half_the_difference_is_due() {
    assert_eq!(
        reckoned(&paid(300), MONTH / 2, to(900), 0),
        [150, 450, 0, 0, 300]
    );
}

#[test]
fn in_the_last_second_a_cheap_plan_costs_nothing_more_and_at_the_end_none_does() {
    assert_eq!(reckoned(&paid(299), 1, to(899), 0), [0, 0, 0, 0, 0]);
    assert_eq!(reckoned(&paid(299), 0, to(100_000_000), 0), [0, 0, 0, 0, 0]);
}

#[test]
fn on_the_last_day_a_thirtieth_of_the_difference_is_due() {
    assert_eq!(reckoned(&paid(300), 86_400, to(900), 0), [10, 30, 0, 0, 20]);
}

#[test]
fn a_cheaper_plan_leaves_a_credit_and_never_a_negative_charge() {
    assert_eq!(
        reckoned(&paid(900), MONTH / 3, to(300), 0),
        [300, 100, 0, 200, 0]
    );
}

#[test]
fn what_was_kept_is_used_before_anything_is_due() {
    assert_eq!(
        reckoned(&paid(300), MONTH / 2, to(900), 120),
        [150, 450, 120, 0, 180]
    );
    assert_eq!(
        reckoned(&paid(300), MONTH / 2, to(900), 500),
        [150, 450, 300, 0, 0],
        "no more of it than is owed"
    );
}

#[test]
fn another_cycle_is_paid_whole_less_the_time_not_used() {
    let year = Becomes::NewPeriod { price: twd(9_000) };
    assert_eq!(
        reckoned(&paid(900), MONTH / 3, year, 0),
        [300, 9_000, 0, 0, 8_700]
    );
    let week = Becomes::NewPeriod { price: twd(100) };
    assert_eq!(
        reckoned(&paid(900), MONTH / 3, week, 0),
        [300, 100, 0, 200, 0]
    );
}

#[test]
fn there_and_back_in_the_same_second_costs_nothing() {
    let mut running = paid(299);
    let seconds_left = 1_234_567;
    let there = prorate(&running, seconds_left, to(899), 0).unwrap();
    running.rates.push(Rate {
        seconds_left,
        price_minor: 899,
    });
    let back = prorate(&running, seconds_left, to(299), 0).unwrap();
    assert_eq!(back.unused, there.charge);
    assert_eq!(back.charge, there.unused);
    assert_eq!(back.credit_kept, there.due);
}

#[test]
fn nonsense_is_not_reckoned() {
    for (running, left, credit) in [
        (paid(299), -1, 0),
        (paid(299), MONTH + 1, 0),
        (paid(299), 1, -1),
    ] {
        assert_eq!(prorate(&running, left, to(899), credit), None);
    }
    let empty = Running {
        seconds: 0,
        rates: Vec::new(),
    };
    assert_eq!(prorate(&empty, 0, to(899), 0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// A day of up to twenty changes, and then the rest of the period: what was paid, less what is kept, is what the
    /// time used was worth, compared without dividing.
    #[test]
    fn any_number_of_changes_adds_up_to_the_value_of_the_time_used(
        seconds in 1i64..40_000_000,
        first in 0i64..2_000_000,
        changes in prop::collection::vec((0.0f64..1.0, 0i64..2_000_000), 0..20),
        same_day in any::<bool>(),
    ) {
        let mut running = Running { seconds, rates: vec![Rate { seconds_left: seconds, price_minor: first }] };
        let window = if same_day { seconds.min(86_400) } else { seconds };
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a draw, not money")]
        let mut moments: Vec<i64> = changes.iter().map(|(part, _)| seconds - (part * window as f64) as i64).collect();
        moments.sort_unstable_by(|a, b| b.cmp(a));
        let (mut lines, mut money, mut credit) = (first, first, 0);
        let mut exact = 0i128;
        let (mut since, mut price) = (seconds, first);
        for (left, (_, next)) in moments.into_iter().zip(changes) {
            let made = prorate(&running, left, to(next), credit).unwrap();
            for amount in [made.unused, made.charge, made.credit_used, made.credit_kept, made.due] {
                prop_assert!(amount.minor >= 0);
            }
            prop_assert!(made.due.is_zero() || made.credit_kept.is_zero());
            prop_assert_eq!(
                made.charge.minor - made.unused.minor - made.credit_used.minor + made.credit_kept.minor,
                made.due.minor
            );
            lines += made.charge.minor - made.unused.minor;
            money += made.due.minor;
            credit += made.credit_kept.minor - made.credit_used.minor;
            exact += i128::from(price) * i128::from(since - left);
            (since, price) = (left, next);
            running.rates.push(Rate { seconds_left: left, price_minor: next });
        }
        exact += i128::from(price) * i128::from(since);
        prop_assert!(credit >= 0);
        prop_assert_eq!(money - credit, lines, "the account and the lines agree");
        let error = (i128::from(lines) * i128::from(seconds) - exact).abs();
        prop_assert!(error * 2 <= i128::from(seconds), "{} is off by more than half a unit", lines);
    }

    #[test]
    fn what_was_used_and_what_was_not_is_what_was_paid(
        seconds in 1i64..40_000_000, price in 0i64..100_000_000, part in 0.0f64..=1.0,
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a draw, not money")]
        let left = (part * seconds as f64) as i64;
        let running = Running { seconds, rates: vec![Rate { seconds_left: seconds, price_minor: price }] };
        let same = prorate(&running, left, to(price), 0).unwrap();
        prop_assert_eq!(same.unused, same.charge, "the same price changes nothing");
        prop_assert!(same.due.is_zero() && same.credit_kept.is_zero());
        prop_assert!(same.unused.minor <= price);
        let [used, unused] = <[Money; 2]>::try_from(
            twd(price).split(&[u32::try_from(seconds - left).unwrap(), u32::try_from(left).unwrap()]).unwrap(),
        ).unwrap();
        prop_assert!((used.minor - (price - same.unused.minor)).abs() <= 1);
        prop_assert_eq!(used.minor + unused.minor, price);
    }
}
