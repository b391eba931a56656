//! When a delivery is tried again.

use chrono::Duration;

use crate::base::entropy::Entropy;

/// The waits after the first attempt, the second, …; after the last attempt there is none.
const WAITS: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// How long to wait after this attempt (1 is the first) failed, a fifth more or less by chance so that those who
/// failed together do not come again together. `None`: it was the last.
pub(super) fn wait_after(attempt: i32, entropy: &dyn Entropy) -> Option<Duration> {
    let index = usize::try_from(attempt - 1).ok()?;
    let wait = WAITS.get(index)?;
    let mut chance = [0u8; 2];
    entropy.fill(&mut chance);
    let per_mille = 800 + i64::from(u16::from_le_bytes(chance)) % 401;
    Some(Duration::milliseconds(
        wait.num_milliseconds() * per_mille / 1000,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SeededEntropy;

    #[test]
    fn waits_grow_for_three_days_and_then_end() {
        let dice = SeededEntropy::new(1);
        let mut whole = Duration::zero();
        for (attempt, planned) in (1..).zip(WAITS) {
            let wait = wait_after(attempt, &dice).unwrap();
            assert!(wait >= planned * 8 / 10 && wait <= planned * 12 / 10);
            whole += wait;
        }
        assert!(whole > Duration::days(2) && whole < Duration::days(4));
        assert_eq!(wait_after(10, &dice), None, "the tenth is the last");
    }

    #[test]
    fn those_who_failed_together_come_again_apart() {
        let dice = SeededEntropy::new(1);
        let waits: std::collections::HashSet<_> =
            (0..20).filter_map(|_| wait_after(4, &dice)).collect();
        assert!(waits.len() > 10, "{waits:?}");
    }
}
