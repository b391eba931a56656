//! Live pokes. A poke says "look again" and nothing more, so a lost or doubled one is harmless. Those of this process
//! always arrive; how they come to other replicas is somebody else's, who is handed them by a relay.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{mpsc, watch};

use super::event::Topic;

/// Pokes that wait to be carried to other replicas. When more wait, the rest is dropped: who listens there looks
/// again by itself.
const MOST_WAITING: usize = 1024;

/// Connects writers with the live subscribers of this process, and of others when there is a relay.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    topics: Arc<Mutex<HashMap<Topic, watch::Sender<u64>>>>,
    relay: Arc<OnceLock<mpsc::Sender<Topic>>>,
    hears_replicas: Arc<AtomicBool>,
}

/// Wakes up when its topic was poked. Pokes that come together wake it once.
#[derive(Debug)]
pub struct Listener {
    topic: Topic,
    hub: Hub,
    receiver: Option<watch::Receiver<u64>>,
}

impl Hub {
    /// What is poked here from now on, for whoever carries it to other replicas. There is one relay: who asks a second
    /// time gets nothing.
    #[must_use]
    pub fn relay(&self) -> Option<mpsc::Receiver<Topic>> {
        let (relay, waiting) = mpsc::channel(MOST_WAITING);
        self.relay.set(relay).is_ok().then_some(waiting)
    }

    /// Listens from now on. Subscribe first, read the row afterwards: then nothing is missed.
    #[must_use]
    pub fn listen(&self, topic: Topic) -> Listener {
        let receiver = self
            .lock()
            .entry(topic)
            .or_insert_with(|| watch::channel(0).0)
            .subscribe();
        Listener {
            topic,
            hub: self.clone(),
            receiver: Some(receiver),
        }
    }

    /// Wakes everybody who listens to this topic, here and, if all goes well, on other replicas.
    pub fn poke(&self, topic: Topic) {
        self.poke_here(topic);
        if let Some(relay) = self.relay.get() {
            // Never waits: who writes must not be held up by who listens.
            if relay.try_send(topic).is_err() {
                metrics::counter!("live_pokes_dropped_total").increment(1);
            }
        }
    }

    /// Wakes everybody in this process who listens to this topic.
    pub fn poke_here(&self, topic: Topic) {
        if let Some(sender) = self.lock().get(&topic) {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Whether pokes of other replicas arrive at present.
    #[must_use]
    pub fn hears_replicas(&self) -> bool {
        self.hears_replicas.load(Ordering::Acquire)
    }

    /// Says whether pokes of other replicas arrive from now on, and has everybody look again: something may have been
    /// missed, and who looks at times must know how often.
    pub fn set_hears_replicas(&self, hears: bool) {
        self.hears_replicas.store(hears, Ordering::Release);
        for sender in self.lock().values() {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// How many topics have listeners.
    #[must_use]
    pub fn topics(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, watch::Sender<u64>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// How often its topic was poked since somebody listens to it. What was read before it grew may be old.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.receiver.as_ref().map_or(0, |pokes| *pokes.borrow())
    }

    /// Waits for the next poke.
    pub async fn poked(&mut self) {
        let woken = match &mut self.receiver {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        };
        if !woken {
            // The sender lives as long as the listener is registered; without it nobody will ever poke.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut topics = self.hub.lock();
        self.receiver = None;
        if topics
            .get(&self.topic)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            topics.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::id::OrderId;

    #[tokio::test]
    async fn a_poke_between_listening_and_waiting_is_not_lost() {
        let hub = Hub::default();
        let topic = Topic::Order(OrderId(uuid::Uuid::from_u128(1)));
        let mut listener = hub.listen(topic);
        hub.poke(topic);
        hub.poke(topic);
        listener.poked().await;
        drop(listener);
        assert_eq!(hub.topics(), 0, "the last listener takes the topic with it");
    }

    #[tokio::test]
    async fn pokes_are_handed_to_the_relay_and_those_from_outside_are_not() {
        let hub = Hub::default();
        let mut waiting = hub.relay().unwrap();
        assert!(hub.relay().is_none(), "there is one");
        hub.poke_here(Topic::Jobs);
        hub.poke(Topic::Outbox);
        assert_eq!(waiting.recv().await, Some(Topic::Outbox));
        assert!(waiting.is_empty());
        for _ in 0..MOST_WAITING * 2 {
            hub.poke(Topic::Jobs);
        }
        assert_eq!(waiting.len(), MOST_WAITING, "the rest is dropped");
    }

    #[tokio::test]
    async fn everybody_looks_again_when_replicas_are_heard_or_no_longer() {
        let hub = Hub::default();
        let mut listener = hub.listen(Topic::Jobs);
        hub.set_hears_replicas(true);
        listener.poked().await;
        assert!(hub.hears_replicas());
        hub.set_hears_replicas(false);
        listener.poked().await;
        assert!(!hub.hears_replicas());
    }
}
