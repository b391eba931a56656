//! Shares that all replicas take from, counted by one script with Redis' own time: the replicas' clocks may differ.

use std::{sync::LazyLock, time::Duration};

use redis::Script;

use super::connection::Redis;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shares.lua")));

/// Something to be taken from a share.
#[derive(Clone, Debug)]
pub struct Share {
    /// Whose, of which kind. It is not sent: a digest stands for it.
    pub owner: String,
    /// How long until one comes back.
    pub interval: Duration,
    /// How many it holds when it is whole.
    pub holds: u32,
    /// How many are taken.
    pub count: u32,
}

/// How a share stands after something was to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// How many are left.
    pub left: u32,
    /// How long to wait until it could have been taken; nothing when it was.
    pub wait: Option<Duration>,
}

impl Redis {
    /// Takes from each of these shares, or when one has too little from none. Nothing when Redis is not there.
    pub async fn take(&self, shares: &[Share]) -> Option<Vec<Taken>> {
        let mut call = SCRIPT.prepare_invoke();
        for share in shares {
            let interval = u64::try_from(share.interval.as_micros()).unwrap_or(u64::MAX);
            call.key(self.name(&share.owner));
            call.arg(interval).arg(share.holds).arg(share.count);
        }
        let mut connection = self.manager();
        let answer: Vec<u64> = self.ask(call.invoke_async(&mut connection)).await?;
        let pairs = answer.as_chunks().0.iter();
        let taken = pairs.map(|[left, wait]| Taken {
            left: u32::try_from(*left).unwrap_or(u32::MAX),
            wait: (*wait > 0).then(|| Duration::from_micros(*wait)),
        });
        Some(taken.collect())
    }
}

#[cfg(test)]
#[path = "shares_tests.rs"]
mod tests;
