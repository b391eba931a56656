//! How long it has not been known what became of attempts: for those who watch the shop.

use chrono::{DateTime, Duration, Utc};
use entity::payments::{PaymentStatus, payment};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::base::{App, Result};

/// More than this many are not counted: then something else is wrong.
const MOST: u64 = 10_000;

/// The attempts of which nobody knows what became, by the age of the attempt: `under_1h`, `under_24h`, `over_24h`.
///
/// # Errors
/// The database does not answer.
pub async fn of_unknown(app: &App) -> Result<[(&'static str, u64); 3]> {
    let begun: Vec<DateTime<Utc>> = payment::Entity::find()
        .filter(payment::Column::Status.eq(PaymentStatus::Unknown))
        // Those of a rehearsal are nobody's worry.
        .filter(payment::Column::TestClockId.is_null())
        .order_by_asc(payment::Column::CreatedAt)
        .limit(MOST)
        .select_only()
        .column(payment::Column::CreatedAt)
        .into_tuple()
        .all(app.database.reader())
        .await?;
    Ok(by_age(&begun, app.clock.now()))
}

fn by_age(begun: &[DateTime<Utc>], now: DateTime<Utc>) -> [(&'static str, u64); 3] {
    let mut ages = [("under_1h", 0), ("under_24h", 0), ("over_24h", 0)];
    for at in begun {
        let [young, middle, old] = &mut ages;
        let age = now - *at;
        let class = if age < Duration::hours(1) {
            young
        } else if age <= Duration::hours(24) {
            middle
        } else {
            old
        };
        class.1 += 1;
    }
    ages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_counted_in_the_class_of_its_age() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let ages =
            [5, 59, 60, 24 * 60, 24 * 60 + 1].map(|minutes| now - Duration::minutes(minutes));
        let expected = [("under_1h", 2), ("under_24h", 2), ("over_24h", 1)];
        assert_eq!(by_age(&ages, now), expected);
    }
}
