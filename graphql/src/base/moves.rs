//! Moves of a thing, live. Listen first, read afterwards, then send each move once, in order: nothing is missed,
//! whatever happens in between, because moves are read from their log and pokes only say when to look.

use std::{collections::VecDeque, time::Duration};

use domain::base::{Error, Op, Result, hub::Listener, transition::moves_after};
use entity::base::transition;
use futures_util::{Stream, stream};
use sea_orm::ActiveEnum;

use super::error::outward;

/// How often the log is read without a poke: other processes may write to a shared database, and while nobody
/// carries their pokes here, looking is the only way to know.
const POLL_DEAF: Duration = Duration::from_secs(5);
const POLL_HEARING: Duration = Duration::from_secs(30);
/// How long a database that cannot answer now is left alone. Whoever follows is told what it says afterwards, and
/// nothing meanwhile: an error would be the end of what some clients watch.
const AFTER_AN_OUTAGE: Duration = Duration::from_secs(1);

/// A follower who is further behind than this is told where the thing stands, and not each step there: a busy
/// one must not pile up for a client that reads slowly.
const MOST_MOVES: usize = 10;

/// Who follows the log of one thing.
pub struct Follower {
    op: Op,
    subject: String,
    listener: Listener,
    /// The last version that was sent.
    sent: i64,
    waiting: VecDeque<transition::Model>,
    /// Whether the log is to be read before anything is waited for.
    woken: bool,
}

impl Follower {
    /// Follows the thing with this public id, which stood at `version` after `listener` began to listen. The move
    /// that led there comes first.
    #[must_use]
    pub fn new(op: Op, subject: String, listener: Listener, version: i64) -> Self {
        Self {
            op,
            subject,
            listener,
            sent: version - 1,
            waiting: VecDeque::new(),
            woken: true,
        }
    }

    /// The moves, each shown by `show`.
    pub fn moves<T, F>(
        self,
        show: impl Fn(Op, transition::Model) -> F,
    ) -> impl Stream<Item = async_graphql::Result<T>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        stream::unfold((self, show), |(mut follower, show)| async move {
            let shown = loop {
                match follower.told(&show).await {
                    Err(error) if error.is_unavailable() => {
                        tokio::time::sleep(AFTER_AN_OUTAGE).await;
                    }
                    shown => break shown.map_err(outward),
                }
            };
            Some((shown, (follower, show)))
        })
    }

    /// The next move, shown. One that could not be shown stays the next.
    async fn told<T, F>(&mut self, show: &impl Fn(Op, transition::Model) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let one = self.next().await?;
        let shown = show(self.op.clone(), one.clone());
        let shown = self.op.app().in_turn(shown).await?;
        self.sent = one.version;
        self.waiting.pop_front();
        Ok(shown)
    }

    fn patience(&self) -> Duration {
        match self.op.app().hears_everybody() {
            true => POLL_HEARING,
            false => POLL_DEAF,
        }
    }

    async fn next(&mut self) -> Result<transition::Model> {
        loop {
            if let Some(one) = self.waiting.front() {
                return Ok(one.clone());
            }
            if !self.woken {
                let patience = self.patience();
                tokio::select! {
                    () = self.listener.poked() => {}
                    () = tokio::time::sleep(patience) => {}
                }
            }
            // Woken it stays until the log was read.
            self.woken = true;
            let (op, subject, sent) = (self.op.clone(), self.subject.clone(), self.sent);
            let reading = async move { moves_after(&op, &subject, sent).await };
            let mut moves = self.op.app().in_turn(reading).await?;
            self.woken = false;
            if moves.len() > MOST_MOVES {
                moves.drain(..moves.len() - 1);
            }
            self.waiting.extend(moves);
        }
    }
}

/// The state that a word of the log means.
///
/// # Errors
/// There is no such state, which is a defect.
pub fn status<S: ActiveEnum<Value = String>>(word: &String) -> Result<S> {
    S::try_from_value(word).map_err(Error::internal)
}
