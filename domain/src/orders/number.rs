//! Order numbers for people: `ORD-20261120-7K2M9Q`.

use chrono::{DateTime, Utc};

use crate::base::{
    clock::taipei,
    entropy::{Entropy, readable_code},
};

/// A number for an order placed at `now`: the day in Taipei and six characters of chance.
#[must_use]
pub fn order_number(entropy: &dyn Entropy, now: DateTime<Utc>) -> String {
    let day = now.with_timezone(&taipei()).format("%Y%m%d");
    format!("ORD-{day}-{}", readable_code(entropy, 6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SeededEntropy;

    #[test]
    fn the_day_is_taipei_s() {
        let late_in_utc = "2026-11-20T16:00:00Z".parse().unwrap();
        let number = order_number(&SeededEntropy::new(1), late_in_utc);
        assert!(number.starts_with("ORD-20261121-"), "{number}");
        assert_eq!(number.len(), 19);
    }
}
