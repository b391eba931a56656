//! Pokes on their way between replicas. Redis forgets what nobody hears, so that everybody looks again by themselves
//! whenever the line was down.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::base::{Topic, hub::Hub};
use futures_util::StreamExt;
use redis::{RedisError, aio::PubSubStream};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::connection::Redis;

/// The shop's channel, as it is named before it is made a digest.
const CHANNEL: &str = "pokes";
/// How long the line may take to be made, or to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a silent line is asked whether it still stands.
const PING: Duration = Duration::from_secs(5);
/// The shortest and the longest wait before the line is tried again.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// Pokes that wait for Redis to come back. More are not kept: everybody looks again when it does.
const MOST_KEPT: usize = 1024;

/// Carries what is poked here to the other replicas and what they poke to `hub`, until told to stop. `replica` is a
/// name that no other replica has.
pub async fn carry_pokes(
    redis: Arc<Redis>,
    hub: Hub,
    waiting: mpsc::Receiver<Topic>,
    replica: String,
    stop: CancellationToken,
) {
    let carried = async {
        tokio::join!(
            tell(&redis, waiting, &replica),
            hear_always(&redis, &hub, &replica)
        );
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = carried => {}
    }
}

async fn tell(redis: &Redis, mut waiting: mpsc::Receiver<Topic>, replica: &str) {
    let channel = redis.name(CHANNEL);
    let mut kept: HashSet<Topic> = HashSet::new();
    loop {
        let next = match kept.is_empty() {
            true => waiting.recv().await,
            // What could not be told is tried again, with what has come since.
            false => match timeout(WAITS.0, waiting.recv()).await {
                Ok(next) => next,
                Err(_) => kept.iter().next().copied(),
            },
        };
        let Some(next) = next else { return };
        kept.insert(next);
        while let Ok(more) = waiting.try_recv() {
            kept.insert(more);
        }
        let mut pipeline = redis::pipe();
        for topic in &kept {
            pipeline
                .publish(&channel, format!("{replica} {topic}"))
                .ignore();
        }
        let mut connection = redis.manager();
        let told = timeout(PATIENCE, pipeline.exec_async(&mut connection)).await;
        if matches!(told, Ok(Ok(()))) {
            kept.clear();
        } else if kept.len() > MOST_KEPT {
            let dropped = u64::try_from(kept.len()).unwrap_or(u64::MAX);
            metrics::counter!("live_pokes_dropped_total").increment(dropped);
            kept.clear();
        }
    }
}

async fn hear_always(redis: &Redis, hub: &Hub, replica: &str) {
    let mut wait = WAITS.0;
    loop {
        let Err(error) = hear(redis, hub, replica, &mut wait).await;
        if hub.hears_replicas() {
            tracing::warn!(
                reason = error.category(),
                "the line to Redis broke; live answers look again by themselves"
            );
            metrics::gauge!("redis_connected").set(0.0);
            hub.set_hears_replicas(false);
        }
        sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    }
}

/// Hears until the line breaks.
async fn hear(
    redis: &Redis,
    hub: &Hub,
    replica: &str,
    wait: &mut Duration,
) -> Result<std::convert::Infallible, RedisError> {
    let silent = || RedisError::from((redis::ErrorKind::Io, "no answer in time"));
    let line = timeout(PATIENCE, redis.client.get_async_pubsub());
    let (mut asks, mut hears) = line.await.map_err(|_| silent())??.split();
    let subscribed = timeout(PATIENCE, asks.subscribe(redis.name(CHANNEL)));
    subscribed.await.map_err(|_| silent())??;
    *wait = WAITS.0;
    metrics::gauge!("redis_connected").set(1.0);
    hub.set_hears_replicas(true);
    tracing::info!("Redis carries what happens between replicas");
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            heard = next_poke(&mut hears, replica) => match heard {
                Some(topic) => hub.poke_here(topic),
                None => return Err(RedisError::from((redis::ErrorKind::Io, "the line ended"))),
            },
            _ = ping.tick() => {
                let answered = timeout(PATIENCE, asks.ping::<redis::Value>());
                answered.await.map_err(|_| silent())??;
            }
        }
    }
}

/// The next poke of another replica; nothing when the line ended.
async fn next_poke(hears: &mut PubSubStream, replica: &str) -> Option<Topic> {
    loop {
        let text: String = hears.next().await?.get_payload().unwrap_or_default();
        match text.split_once(' ') {
            Some((from, topic)) if from != replica => {
                // A topic that is not known comes from a newer version.
                if let Ok(topic) = topic.parse() {
                    return Some(topic);
                }
            }
            _ => {}
        }
    }
}
