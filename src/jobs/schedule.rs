//! The list of jobs, as data.

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Its name in `job_runs`, logs and metrics.
    pub name: &'static str,
    /// How often it runs, in seconds.
    pub every_seconds: u32,
    /// What it is for.
    pub purpose: &'static str,
    /// What it does.
    pub work: Work,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Notices that were stored but could not be applied are tried again.
    ApplyNotices,
    /// The gateway is asked about payments whose notices may be lost.
    AskGateway,
    /// What was put into the outbox and not sent at once is sent.
    SendMails,
    /// The gateway is told of refunds, and asked what became of them.
    SendRefunds,
    /// Orders that were not paid in time end.
    ExpireOrders,
    /// Sessions, log-in failures, codes, delivered mails, idempotency keys and job runs that are long over are removed.
    CleanUp,
}

/// Every job.
pub const JOBS: &[Job] = &[
    Job {
        name: "apply_notices",
        every_seconds: 10,
        purpose: "applies notices that were stored but could not be applied",
        work: Work::ApplyNotices,
    },
    Job {
        name: "ask_gateway",
        every_seconds: 5,
        purpose: "asks the gateway about payments whose notices may be lost",
        work: Work::AskGateway,
    },
    Job {
        name: "send_mails",
        every_seconds: 5,
        purpose: "sends mails that were not sent at once, and those that must be tried again",
        work: Work::SendMails,
    },
    Job {
        name: "send_refunds",
        every_seconds: 5,
        purpose: "tells the gateway of refunds, and asks what became of them",
        work: Work::SendRefunds,
    },
    Job {
        name: "expire_orders",
        every_seconds: 60,
        purpose: "ends orders that were not paid in time",
        work: Work::ExpireOrders,
    },
    Job {
        name: "clean_up",
        every_seconds: 3600,
        purpose: "removes sessions, log-in failures, codes, delivered mails, idempotency keys and job runs that are long over",
        work: Work::CleanUp,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_job_has_its_own_name() {
        let names: HashSet<&str> = JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), JOBS.len());
    }
}
