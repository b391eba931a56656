//! The list of jobs, as data.

use domain::base::policy::Policy;

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
    /// Orders that were not paid in time end.
    ExpireOrders,
    /// Test clocks that were set get there.
    MoveTestClocks,
    /// Sessions, log-in failures, idempotency keys and job runs that are long over are removed.
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
        name: "expire_orders",
        every_seconds: 60,
        purpose: "ends orders that were not paid in time",
        work: Work::ExpireOrders,
    },
    Job {
        name: "move_test_clocks",
        every_seconds: 5,
        purpose: "moves the test clocks of a rehearsal on, where one was cut off; a clock that is set is moved at once",
        work: Work::MoveTestClocks,
    },
    Job {
        name: "clean_up",
        every_seconds: 3600,
        purpose: "removes sessions, log-in failures, idempotency keys and job runs that are long over",
        work: Work::CleanUp,
    },
];

/// The jobs of a shop: where the money is real there are no test clocks to be moved.
pub fn jobs_of(policy: &Policy) -> impl Iterator<Item = &'static Job> {
    let test_clocks = policy.test_clocks;
    JOBS.iter()
        .filter(move |job| test_clocks || job.work != Work::MoveTestClocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn where_the_money_is_real_no_test_clock_is_moved() {
        let moves = |test_clocks| {
            let policy = Policy {
                test_clocks,
                ..Policy::default()
            };
            jobs_of(&policy).any(|job| job.work == Work::MoveTestClocks)
        };
        assert_eq!((moves(true), moves(false)), (true, false));
    }

    #[test]
    fn each_job_has_its_own_name() {
        let names: HashSet<&str> = JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), JOBS.len());
    }
}
