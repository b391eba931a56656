//! Redis and a process that counts for itself decide alike, so that nobody gains or loses when one takes the place of
//! the other.

use std::{
    cell::{Cell, RefCell},
    env,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, FakeRelativeClock},
    middleware::StateInformationMiddleware,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use redis::{Client, Connection, Script};

use super::Taken;

/// How the script asks for the time; the test tells it instead.
const CLOCK: &str = "redis.call('TIME')";
/// Some instant, in microseconds: as large as those of our days.
const BEGIN: u64 = 1_763_600_000_123_456;

/// A share and what is asked of it: how long after the one before, and how many.
#[derive(Clone, Debug)]
struct Sequence {
    interval: Duration,
    holds: NonZeroU32,
    asked: Vec<(Duration, NonZeroU32)>,
}

/// Redis forgets a share by its own clock, so that the shortest interval is longer than a sequence takes.
fn sequences() -> impl Strategy<Value = Sequence> {
    (1_000_000..60_000_000_u64, 1..12_u32).prop_flat_map(|(interval, holds)| {
        // Whole quarters meet the edges exactly; others come close to them.
        let wait = prop_oneof![
            Just(0),
            (0..=8_u64).prop_map(move |quarters| interval * quarters / 4),
            (1..=u64::from(holds)).prop_map(move |times| interval * times - 1),
            0..interval * 3,
        ];
        let count = 1..=holds + 1;
        let asked = prop::collection::vec((wait, count), 1..30);
        asked.prop_map(move |asked| Sequence {
            interval: Duration::from_micros(interval),
            holds: one_or_more(holds),
            asked: asked
                .into_iter()
                .map(|(wait, count)| (Duration::from_micros(wait), one_or_more(count)))
                .collect(),
        })
    })
}

fn one_or_more(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// What this process says to each, by itself; nothing for what can never be had.
fn counted_here(sequence: &Sequence) -> Vec<Option<Taken>> {
    let clock = FakeRelativeClock::default();
    let quota = Quota::with_period(sequence.interval)
        .unwrap_or_else(|| panic!("no interval"))
        .allow_burst(sequence.holds);
    let limiter = RateLimiter::direct_with_clock(quota, clock.clone())
        .with_middleware::<StateInformationMiddleware>();
    let answer = |(wait, count): &(Duration, NonZeroU32)| {
        clock.advance(*wait);
        match limiter.check_n(*count).ok()? {
            Ok(snapshot) => Some(Taken {
                left: snapshot.remaining_burst_capacity(),
                wait: None,
            }),
            Err(until) => Some(Taken {
                left: 0,
                wait: Some(until.wait_time_from(clock.now())),
            }),
        }
    };
    sequence.asked.iter().map(answer).collect()
}

/// What Redis says to each.
fn counted_by_redis(redis: &mut Connection, script: &Script, sequence: &Sequence) -> Vec<Taken> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let share = format!("test {} {number}", std::process::id());
    let mut now = BEGIN;
    let mut answer = |(wait, count): &(Duration, NonZeroU32)| {
        now += micros(*wait);
        let mut call = script.prepare_invoke();
        call.key(&share).arg(micros(sequence.interval));
        call.arg(sequence.holds.get()).arg(count.get());
        call.arg(now / 1_000_000).arg(now % 1_000_000);
        let (left, wait): (u32, u64) = call
            .invoke(redis)
            .unwrap_or_else(|error| panic!("the script: {error}"));
        Taken {
            left,
            wait: (wait > 0).then(|| Duration::from_micros(wait)),
        }
    };
    sequence.asked.iter().map(&mut answer).collect()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[test]
fn redis_and_a_process_by_itself_decide_alike_with_redis() {
    let url = env::var("FABRICA_TEST_REDIS")
        .unwrap_or_else(|_| panic!("FABRICA_TEST_REDIS: `scripts/redis.sh start` prints it"));
    let redis = Client::open(url).and_then(|client| client.get_connection());
    let redis = RefCell::new(redis.unwrap_or_else(|error| panic!("{error}")));
    // The script as it is, but for the clock.
    let text = include_str!("shares.lua");
    assert_eq!(text.matches(CLOCK).count(), 1);
    let script = Script::new(&text.replace(CLOCK, "{ARGV[#ARGV - 1], ARGV[#ARGV]}"));
    let (taken, refused, impossible) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let mut runner = TestRunner::new(Config::with_cases(200));
    let outcome = runner.run(&sequences(), |sequence| {
        let by_redis = counted_by_redis(&mut redis.borrow_mut(), &script, &sequence);
        for (here, there) in counted_here(&sequence).into_iter().zip(by_redis) {
            match here {
                Some(here) => {
                    count(if here.wait.is_none() {
                        &taken
                    } else {
                        &refused
                    });
                    prop_assert_eq!(here, there);
                }
                // More than a whole share: both refuse, whatever they say of when.
                None => {
                    count(&impossible);
                    prop_assert!(there.wait.is_some());
                }
            }
        }
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    // Otherwise nothing was compared.
    let seen = (taken.get(), refused.get(), impossible.get());
    assert!(seen.0 > 500 && seen.1 > 500 && seen.2 > 100, "{seen:?}");
}
