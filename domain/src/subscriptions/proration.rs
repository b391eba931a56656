//! What a change of plan within a period costs. Pure: seconds and minor units go in, lines come out.
//!
//! Time is paid by the second. What a period is worth is kept as an exact fraction and rounded once, half up, where it
//! is shown: so the lines of any number of changes add up to the value of the time used, to the unit.

use entity::money::Money;

/// The price of a whole period that held from some second on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many seconds of the period were left when it began to hold.
    pub seconds_left: i64,
    /// The price of the whole period, in minor units.
    pub price_minor: i64,
}

/// A period that is running, and what was paid for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// How long the whole period is, in seconds; positive.
    pub seconds: i64,
    /// What held from when on, first to last; the first one from the beginning.
    pub rates: Vec<Rate>,
}

/// What the rest of a period becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// The same period goes on, at this price for a whole one.
    SamePeriod {
        /// The price of a whole period on the new terms.
        price: Money,
    },
    /// A new period begins now and is paid whole.
    NewPeriod {
        /// Its price.
        price: Money,
    },
}

/// A change, reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// What was paid for time that is not used any more; not negative.
    pub unused: Money,
    /// What the rest, or the new period, costs; not negative.
    pub charge: Money,
    /// What of the credit on the account is used; not negative.
    pub credit_used: Money,
    /// What is kept as credit; not negative, and nothing where something is due.
    pub credit_kept: Money,
    /// What is to be paid now; not negative.
    pub due: Money,
}

/// Reckons a change with `seconds_left` of the period left, and `credit_minor` on the account. `None` when a number
/// does not fit or makes no sense.
#[must_use]
pub fn prorate(
    running: &Running,
    seconds_left: i64,
    becomes: Becomes,
    credit_minor: i64,
) -> Option<Proration> {
    let whole = i128::from(running.seconds);
    if whole <= 0 || seconds_left < 0 || seconds_left > running.seconds || credit_minor < 0 {
        return None;
    }
    let used = worth(running, seconds_left)?;
    let paid = rounded(worth(running, 0)?, whole);
    let unused = paid - rounded(used, whole);
    let (price, charge) = match becomes {
        Becomes::NewPeriod { price } => (price, i128::from(price.minor)),
        Becomes::SamePeriod { price } => {
            let after = used + i128::from(price.minor) * i128::from(seconds_left);
            (price, rounded(after, whole) - rounded(used, whole))
        }
    };
    let owed = charge - unused;
    let credit_used = owed.clamp(0, i128::from(credit_minor));
    let money = |minor: i128| {
        let minor = i64::try_from(minor).ok().filter(|minor| *minor >= 0)?;
        Some(Money::new(minor, price.currency))
    };
    Some(Proration {
        unused: money(unused)?,
        charge: money(charge)?,
        credit_used: money(credit_used)?,
        credit_kept: money((-owed).max(0))?,
        due: money(owed.max(0) - credit_used)?,
    })
}

/// What the time up to `seconds_left` is worth, times the length of the period.
fn worth(running: &Running, seconds_left: i64) -> Option<i128> {
    let ends = running.rates.iter().skip(1).map(|next| next.seconds_left);
    let mut sum = 0_i128;
    for (rate, end) in running.rates.iter().zip(ends.chain([0])) {
        let seconds = rate.seconds_left.checked_sub(end.max(seconds_left))?;
        sum += i128::from(rate.price_minor) * i128::from(seconds.max(0));
    }
    Some(sum)
}

/// To the unit, half up.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    (numerator * 2 + denominator).div_euclid(denominator * 2)
}

#[cfg(test)]
#[path = "proration_tests.rs"]
mod tests;
