//! How fast a subscription may answer. A source that is not asked for more has time to leave out what is old, so
//! that a busy one costs its clients, and its neighbours on the socket, no more than this.

use std::{collections::VecDeque, time::Duration};

use futures_util::{StreamExt, stream, stream::BoxStream};
use tokio::time::Instant;

const SPAN: Duration = Duration::from_secs(1);

/// The same answers, of which `most` come in any one second. The source is not polled in between.
pub(super) fn paced<T: Send + 'static>(
    answers: BoxStream<'static, T>,
    most: usize,
) -> BoxStream<'static, T> {
    let sent = VecDeque::new();
    let paced = stream::unfold((answers, sent), move |(mut answers, mut sent)| async move {
        if sent.len() >= most
            && let Some(oldest) = sent.pop_front()
        {
            tokio::time::sleep_until(oldest + SPAN).await;
        }
        let answer = answers.next().await?;
        sent.push_back(Instant::now());
        Some((answer, (answers, sent)))
    });
    paced.boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn some_come_at_once_and_the_rest_second_by_second() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let endless = stream::repeat_with(move || count.fetch_add(1, Ordering::Relaxed));
        let mut answers = paced(endless.boxed(), 10);
        let started = Instant::now();
        for second in 0..5 {
            for _ in 0..10 {
                answers.next().await;
                assert_eq!(started.elapsed().as_secs(), second);
            }
        }
        assert_eq!(asked.load(Ordering::Relaxed), 50, "none was made in vain");
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_slowly_is_not_held_back() {
        let slow = stream::unfold((), |()| async {
            tokio::time::sleep(SPAN).await;
            Some(((), ()))
        });
        let mut answers = paced(slow.boxed(), 2);
        let started = Instant::now();
        for second in 1..6 {
            answers.next().await;
            assert_eq!(started.elapsed(), SPAN * second);
        }
    }
}
