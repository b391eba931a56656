//! Live pokes inside one process. A poke says "look again" and nothing more, so a lost or doubled one is harmless.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::event::Topic;

/// Connects writers with the live subscribers of this process.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    topics: Arc<Mutex<HashMap<Topic, watch::Sender<u64>>>>,
}

/// Wakes up when its topic was poked. Pokes that come together wake it once.
#[derive(Debug)]
pub struct Listener {
    topic: Topic,
    hub: Hub,
    receiver: Option<watch::Receiver<u64>>,
}

impl Hub {
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

    /// Wakes everybody who listens to this topic.
    pub fn poke(&self, topic: Topic) {
        if let Some(sender) = self.lock().get(&topic) {
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
}
