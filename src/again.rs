//! Doing an operation again that collided with another. Only a whole operation can be done again, so it is done at
//! the doors: what a use case read before the collision holds no more, and nothing has left the house before its
//! commit.

use std::time::{Duration, Instant};

use domain::base::entropy::Entropy;

/// How often it is done again.
const MOST: u32 = 5;
/// How long after the beginning it is still done again: somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The wait before the second try; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(10);

/// Does the work, and does it again while it `collided`. The last answer counts.
pub async fn again<T, R>(
    entropy: &dyn Entropy,
    door: &'static str,
    collided: impl Fn(&T) -> bool,
    mut work: impl FnMut() -> R,
) -> T
where
    R: Future<Output = T>,
{
    let started = Instant::now();
    let mut answer = work().await;
    for attempt in 0..MOST {
        if !collided(&answer) || started.elapsed() >= PATIENCE {
            break;
        }
        metrics::counter!("tx_retry_total", "door" => door).increment(1);
        tokio::time::sleep(wait(entropy, attempt)).await;
        answer = work().await;
    }
    answer
}

/// Half of the wait is by chance, so that those who collided do not meet again.
fn wait(entropy: &dyn Entropy, attempt: u32) -> Duration {
    let mut byte = [0];
    entropy.fill(&mut byte);
    let whole = FIRST_WAIT * 2_u32.pow(attempt);
    whole / 2 + whole / 2 * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use domain::base::{Error, Result, entropy::SeededEntropy};

    use super::*;

    async fn tries(fails: u32, error: fn() -> Error) -> (u32, Result<u32>) {
        let mut tried = 0;
        let dice = SeededEntropy::new(1);
        let collided = |answer: &Result<u32>| matches!(answer, Err(Error::Collided));
        let answer = again(&dice, "test", collided, || {
            tried += 1;
            let answer = if tried > fails {
                Ok(tried)
            } else {
                Err(error())
            };
            std::future::ready(answer)
        });
        let answer = answer.await;
        (tried, answer)
    }

    #[tokio::test(start_paused = true)]
    async fn what_collided_is_done_again_five_times_and_no_more() {
        assert_eq!(tries(0, || Error::Collided).await.0, 1);
        assert!(matches!(tries(5, || Error::Collided).await, (6, Ok(6))));
        let (tried, answer) = tries(9, || Error::Collided).await;
        assert_eq!(tried, 6);
        assert_eq!(answer.unwrap_err().code(), "UNAVAILABLE");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_done_is_not_done_again() {
        assert_eq!(tries(9, || Error::Unsure).await.0, 1);
        assert_eq!(tries(9, || Error::Forbidden).await.0, 1);
    }

    #[test]
    fn the_waits_grow_and_are_never_equal_for_long() {
        let dice = SeededEntropy::new(7);
        for attempt in 0..MOST {
            let whole = FIRST_WAIT * 2_u32.pow(attempt);
            let waited = wait(&dice, attempt);
            assert!(waited >= whole / 2 && waited <= whole, "{waited:?}");
        }
    }
}
