//! The table of figures. `# HELP` in `/metrics` and `schema/metrics.md` come from it; a figure that is not in it
//! fails a test.

/// A figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// What kind.
    pub kind: Kind,
    /// Its labels, all of them with few values.
    pub labels: &'static [&'static str],
    /// What it says.
    pub what: &'static str,
}

/// Kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the process ends.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often something took how long.
    Histogram,
}

impl Kind {
    /// As Prometheus calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

const fn figure(
    kind: Kind,
    name: &'static str,
    labels: &'static [&'static str],
    what: &'static str,
) -> Figure {
    Figure {
        name,
        kind,
        labels,
        what,
    }
}

use Kind::{Counter, Gauge, Histogram};

/// Every figure, by name.
#[rustfmt::skip]
pub const FIGURES: &[Figure] = &[
    figure(Gauge, "audit_seal_lag_seconds", &[],
        "How long the oldest line of the audit trail waits for its seal."),
    figure(Gauge, "backup_age_seconds", &[],
        "How long ago the newest backup by `fabrica backup` was begun; not shown where there never was one."),
    figure(Histogram, "callback_commit_seconds", &["gateway"],
        "From a notice that was found genuine to its being durable."),
    figure(Counter, "callback_total", &["gateway", "result"],
        "Notices of the gateway: `done`, `quarantined`, `stored`, `unavailable`, `unread`; `check_mac_value`, `merchant_id`, `malformed`."),
    figure(Counter, "cas_conflict_total", &["entity"],
        "Moves of a state that came second: somebody else had moved the row meanwhile."),
    figure(Gauge, "clock_skew_seconds", &[],
        "How far this machine's clock is from the database's."),
    figure(Counter, "connections_refused_total", &[],
        "Connections beyond what one address may have."),
    figure(Counter, "database_list_reads_total", &["from"],
        "Where staff's lists were read: at the standby or the primary."),
    figure(Gauge, "database_replica_up", &[],
        "1 while the read replica can be used."),
    figure(Histogram, "db_pool_wait_seconds", &[],
        "How long a transaction that will write waited for its connection; on SQLite for the write lock too."),
    figure(Histogram, "gql_guard_seconds", &[],
        "How long it took to bound, parse, price and validate a document, or to find it among those seen before."),
    figure(Counter, "gql_rejected_total", &["reason"],
        "Documents that were not run, by the code of the first error."),
    figure(Counter, "graphql_documents_total", &["source"],
        "Documents: `trusted`, `registered`, `ad_hoc` (its text was sent); `unknown`, `refused`. Before switching to `only`, `ad_hoc` should be still."),
    figure(Counter, "graphql_operations_total", &["operation", "code"],
        "Operations by name, with `ok` or the code of the first error. Names of imported documents alone; all others are `other`, so that nobody can make up figures."),
    figure(Histogram, "http_request_duration_seconds", &["route"],
        "How long requests took."),
    figure(Counter, "http_requests_total", &["route", "status"],
        "Every request."),
    figure(Gauge, "invariant_violations", &["id"],
        "Rows that offend against an invariant, as of the last run of `verify_books` on this replica; should be 0."),
    figure(Counter, "janitor_resolved_total", &["to"],
        "Attempts to pay that moved because the gateway was asked: to which state."),
    figure(Gauge, "job_lateness_seconds", &["job"],
        "How long after its slot the last run began; a run that was asked for counts from then."),
    figure(Counter, "job_lease_lost_total", &["job"],
        "Runs that another replica took over."),
    figure(Counter, "job_slot_claim_total", &["job", "won"],
        "`yes` or `no`; with several replicas `no` is normal."),
    figure(Counter, "live_pokes_dropped_total", &[],
        "What other replicas were not told at once, because too much waited for Redis; they see it when they look."),
    figure(Counter, "login_total", &["result"],
        "Log-ins by password: `ok`, `refused`, `too_many`, `failed` (a reason of ours)."),
    figure(Gauge, "outbox_dead_letters", &[],
        "Dead letters that lie in the outbox."),
    figure(Gauge, "outbox_lag_seconds", &[],
        "How long the oldest delivery that is due has waited."),
    figure(Counter, "panics_total", &[],
        "Should stay 0."),
    figure(Gauge, "payments_unknown", &["age"],
        "Attempts of which nobody knows what became: `under_1h`, `under_24h`, `over_24h`. Every replica shows the same: take the largest."),
    figure(Counter, "plan_cache_total", &["result"],
        "Looks of everybody but staff at plans: `hit` when the answer was kept here, `miss` when the database was asked."),
    figure(Counter, "ratelimit_total", &["class", "decision", "backend"],
        "What was asked of somebody's share (`documents`, `guarded`, `cost`), whether it was `allowed` or `refused`, and who counted it: `redis` or `local`."),
    figure(Gauge, "redis_connected", &[],
        "1 while Redis carries what happens between replicas to this one."),
    figure(Counter, "refresh_reuse_total", &[],
        "Refresh tokens that came a second time, so that their session was ended."),
    figure(Gauge, "sqlite_wal_bytes", &[],
        "The size of the write-ahead log; on SQLite only."),
    figure(Gauge, "sse_streams", &[],
        "Streams of server-sent events that are open now."),
    figure(Counter, "trace_spans_lost_total", &[],
        "Spans that the collector did not take."),
    figure(Counter, "tx_retry_total", &["door"],
        "Work that collided with other work and was done again."),
    figure(Gauge, "ws_connections", &[],
        "Sockets that are open now."),
    figure(Counter, "ws_queue_full_total", &[],
        "Sockets closed because their client did not read."),
];

/// Tells whoever counts what the figures mean.
pub(super) fn describe() {
    for figure in FIGURES {
        match figure.kind {
            Kind::Counter => metrics::describe_counter!(figure.name, figure.what),
            Kind::Gauge => metrics::describe_gauge!(figure.name, figure.what),
            Kind::Histogram => metrics::describe_histogram!(figure.name, figure.what),
        }
    }
}

/// `schema/metrics.md`: every figure there is.
#[must_use]
pub fn metrics_markdown() -> String {
    let mut text = String::from(
        "# Figures\n\nGenerated by `fabrica schema --metrics`; do not edit. At `/metrics`, for Prometheus; one that nothing happened to yet is not shown.\n\n\
         | name | kind | labels | what it says |\n|---|---|---|---|\n",
    );
    for figure in FIGURES {
        let labels: Vec<String> = figure
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        let labels = match labels.is_empty() {
            true => "–".to_owned(),
            false => labels.join(", "),
        };
        let (name, kind, what) = (figure.name, figure.kind.name(), figure.what);
        text.push_str(&format!("| `{name}` | {kind} | {labels} | {what} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_once_and_in_order_and_are_named_as_prometheus_wants_it() {
        assert!(FIGURES.is_sorted_by(|one, next| one.name < next.name));
        for Figure { name, kind, .. } in FIGURES {
            let ends_right = match kind {
                Kind::Counter => name.ends_with("_total"),
                Kind::Histogram => name.ends_with("_seconds"),
                Kind::Gauge => !name.ends_with("_total"),
            };
            assert!(ends_right, "{name}");
        }
    }
}
