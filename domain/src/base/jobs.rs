//! The list of jobs, as data. It stands here so that staff can be shown it; what does the work is `src/jobs`.

use chrono::{DateTime, Duration, Utc};

use super::{
    error::{Error, Result},
    job_run::slot_at,
    policy::Policy,
};

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
    /// Mails wait in the outbox, or are to be tried again.
    SendMails,
    /// The gateway is told of refunds, and asked what became of them.
    SendRefunds,
    /// The gateway is asked about card contracts, and failed charges are tried again.
    AskContracts,
    /// Card contracts that have nothing to pay for any more are ended at the gateway.
    CancelContracts,
    /// Orders that were not paid in time end.
    ExpireOrders,
    /// Test clocks that were set get there.
    MoveTestClocks,
    /// What time does to subscriptions is done.
    RenewSubscriptions,
    /// Sessions, log-in failures, codes, delivered mails, idempotency keys and job runs that are long over are removed.
    CleanUp,
    /// Lines of the audit trail are chained.
    SealAudit,
    /// Everything that must be true of the database is looked at.
    VerifyBooks,
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
        name: "ask_contracts",
        every_seconds: 10,
        purpose: "asks the gateway about card contracts, and has failed charges tried again",
        work: Work::AskContracts,
    },
    Job {
        name: "cancel_contracts",
        every_seconds: 5,
        purpose: "ends card contracts at the gateway that have nothing to pay for any more",
        work: Work::CancelContracts,
    },
    Job {
        name: "expire_orders",
        every_seconds: 60,
        purpose: "ends orders that were not paid in time",
        work: Work::ExpireOrders,
    },
    Job {
        name: "renew_subscriptions",
        every_seconds: 30,
        purpose: "orders further periods, begins them, reminds, ends and wakes subscriptions when it is time",
        work: Work::RenewSubscriptions,
    },
    Job {
        name: "move_test_clocks",
        every_seconds: 5,
        purpose: "moves the test clocks of a rehearsal on, where one was cut off; a clock that is set is moved at once",
        work: Work::MoveTestClocks,
    },
    Job {
        name: "seal_audit",
        every_seconds: 3,
        purpose: "chains the lines of the audit trail, so that none can be changed, removed or put in unseen",
        work: Work::SealAudit,
    },
    Job {
        name: "clean_up",
        every_seconds: 3600,
        purpose: "removes sessions, log-in failures, codes, delivered mails, idempotency keys and job runs that are long over",
        work: Work::CleanUp,
    },
    Job {
        name: "verify_books",
        every_seconds: 3600,
        purpose: "looks at everything that must be true of money, histories, numbers and the audit trail",
        work: Work::VerifyBooks,
    },
];

/// The jobs of a shop: where the money is real there are no test clocks to be moved.
pub fn jobs_of(policy: &Policy) -> impl Iterator<Item = &'static Job> {
    let test_clocks = policy.test_clocks;
    JOBS.iter()
        .filter(move |job| test_clocks || job.work != Work::MoveTestClocks)
}

impl Job {
    /// How often it runs.
    #[must_use]
    pub fn every(&self) -> Duration {
        Duration::seconds(self.every_seconds.into())
    }

    /// The slot that `now` lies in.
    #[must_use]
    pub fn slot_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        slot_at(now, self.every_seconds.into())
    }

    /// The slot that was missed, if one was: the job has not come to an end for two intervals, and nobody has the
    /// newest slot. The slots before it stay missed, because each run does all that is due.
    #[must_use]
    pub fn missed_slot(&self, now: DateTime<Utc>, known: &LastRun) -> Option<DateTime<Utc>> {
        let slot = self.slot_at(now);
        let is_taken = known.newest_slot.is_some_and(|newest| newest >= slot);
        let is_late = known
            .last_end
            .is_none_or(|ended| now - ended > self.every() * 2);
        (is_late && !is_taken).then_some(slot)
    }
}

/// What is known of the last runs of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastRun {
    /// The newest slot that somebody took.
    pub newest_slot: Option<DateTime<Utc>>,
    /// When a run last came to an end.
    pub last_end: Option<DateTime<Utc>>,
}

/// The job of this name.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn find(name: &str) -> Result<&'static Job> {
    JOBS.iter()
        .find(|job| job.name == name)
        .ok_or(Error::NotFound("job"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const HOURLY: Job = Job {
        name: "hourly",
        every_seconds: 3600,
        purpose: "a test",
        work: Work::CleanUp,
    };

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-20T{time}:00Z").parse().unwrap()
    }

    fn known(newest_slot: &str, last_end: &str) -> LastRun {
        LastRun {
            newest_slot: Some(at(newest_slot)),
            last_end: Some(at(last_end)),
        }
    }

    #[test]
    fn a_job_that_never_ran_takes_the_slot_it_is_in() {
        let slot = HOURLY.missed_slot(at("09:20"), &LastRun::default());
        assert_eq!(slot, Some(at("09:00")));
    }

    #[test]
    fn after_an_outage_the_newest_slot_is_caught_up_and_no_other() {
        let before = known("03:00", "03:01");
        assert_eq!(HOURLY.missed_slot(at("09:20"), &before), Some(at("09:00")));
        let caught_up = known("09:00", "09:20");
        assert_eq!(HOURLY.missed_slot(at("09:21"), &caught_up), None);
    }

    #[test]
    fn a_job_that_is_not_late_waits_for_its_slot() {
        assert_eq!(
            HOURLY.missed_slot(at("05:00"), &known("03:00", "03:01")),
            None
        );
    }

    #[test]
    fn a_slot_that_somebody_has_is_not_missed() {
        assert_eq!(
            HOURLY.missed_slot(at("09:20"), &known("09:00", "03:01")),
            None
        );
    }

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
