//! What a run did and found, for people: `test-artefacts/chaos-report.md`.

use std::{fs, time::Duration};

use super::orders::Fate;
use crate::house::sources::root;

/// A run that went well; one that did not fails its test instead.
pub struct Report<'r> {
    pub seed: u64,
    pub crashes: Vec<String>,
    pub fates: &'r [Fate],
    pub notices: u64,
    pub forged: u64,
    pub tried_again: u64,
    pub settled: u64,
    pub mails: u64,
    pub traded: Duration,
    pub took: Duration,
}

impl Report<'_> {
    fn count(&self, is_meant: impl Fn(Fate) -> bool) -> usize {
        self.fates.iter().filter(|fate| is_meant(**fate)).count()
    }

    fn text(&self) -> String {
        let crashed = |what: &str| {
            let of_it = |crash: &&String| crash.starts_with(what);
            self.crashes.iter().filter(of_it).count()
        };
        let rows = [
            (
                "orders paid",
                self.count(|fate| matches!(fate, Fate::Paid { .. })),
            ),
            (
                "of them told of more than once",
                self.count(Fate::is_doubled),
            ),
            (
                "of them told of out of order",
                self.count(Fate::is_out_of_order),
            ),
            (
                "orders with a forged notice",
                self.count(|fate| fate == Fate::Forged),
            ),
            (
                "orders with a wrong amount",
                self.count(|fate| fate == Fate::Short),
            ),
            ("servers killed (SIGKILL)", crashed("Server")),
            ("PostgreSQL crashed and started again", crashed("Postgres")),
            ("Redis killed and started again", crashed("Redis")),
        ];
        let mut text = format!(
            "# Chaos report\n\nSeed `{}`: `CHAOS_SEED={} CHAOS_ORDERS={} make chaos` repeats what was drawn.\n\n\
             Three servers behind HAProxy, PostgreSQL (fsync on) and Redis, by `scripts/cluster.sh`.\n\n\
             | what was done | times |\n|---|---|\n",
            self.seed, self.seed, rows[0].1
        );
        for (what, times) in rows {
            text.push_str(&format!("| {what} | {times} |\n"));
        }
        text.push_str(&format!(
            "| genuine notices acknowledged | {} |\n| forged notices refused | {} |\n\
             | requests that had to be sent again | {} |\n\n\
             In the order drawn: {}.\n\n## Found\n\n\
             - {} settlements for as many paid orders: each once, none lost, none of a forged notice.\n\
             - Orders with a wrong amount are in review, those with a forged notice unpaid.\n\
             - No notice waits; each settled order has its receipt in the outbox, {} mails are still being written, \
             none was given up; no request panicked; every rule of `fabrica verify` holds.\n\n\
             {:.1} s from the first order to the last, {:.1} s in all.\n",
            self.notices,
            self.forged,
            self.tried_again,
            self.crashes.join(", "),
            self.settled,
            self.mails,
            self.traded.as_secs_f64(),
            self.took.as_secs_f64(),
        ));
        text
    }

    pub fn write(&self) {
        let folder = root().join("test-artefacts");
        fs::create_dir_all(&folder).unwrap();
        let text = self.text();
        eprintln!("{text}");
        fs::write(folder.join("chaos-report.md"), text).unwrap();
    }
}
