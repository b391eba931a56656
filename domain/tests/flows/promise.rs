//! What the shop promises about one order and its attempts, in memory: no tables, decisions or schedules.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus},
    subscriptions::SubscriptionStatus,
};

use super::scene::days;

/// What the gateway says to the janitor, whatever it is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Paid,
    PaidTooLittle,
    Unpaid,
    NotFound,
    Failed,
    Silence,
}

/// An attempt, as the shop promises it.
pub struct Attempt {
    pub status: PaymentStatus,
    pub method: PaymentMethod,
    pub ends: DateTime<Utc>,
}

impl Attempt {
    pub fn has_money(&self) -> bool {
        matches!(self.status, PaymentStatus::Paid | PaymentStatus::PaidLate)
    }

    /// Whether there may still be news of it.
    pub fn is_open(&self) -> bool {
        use PaymentStatus::{AwaitingPayment, Pending, Unknown};
        matches!(self.status, Pending | AwaitingPayment | Unknown)
    }
}

/// The order, as the shop promises it.
pub struct Promise {
    pub order: OrderStatus,
    pub subscription: SubscriptionStatus,
    pub ends: DateTime<Utc>,
    pub attempts: Vec<Attempt>,
    pub heard: HashSet<(usize, &'static str)>,
}

impl Promise {
    pub fn can_be_paid(&self) -> bool {
        use OrderStatus::{AwaitingPayment, Failed, Pending, Processing};
        matches!(self.order, Pending | Processing | AwaitingPayment | Failed)
    }

    pub fn begin(&mut self, method: PaymentMethod, now: DateTime<Utc>) -> Option<&'static str> {
        if !self.can_be_paid() {
            return Some("INVALID_STATE");
        }
        if self.ends <= now {
            return Some("ORDER_EXPIRED");
        }
        let ends = now + days(1);
        self.attempts.push(Attempt {
            status: PaymentStatus::Pending,
            method,
            ends,
        });
        self.order = OrderStatus::Processing;
        self.ends = self.ends.max(ends);
        None
    }

    /// Money that came goes into the order, if it still takes any, and is never lost.
    pub fn money(&mut self, index: usize) {
        // The plan is still sold, and nothing was ordered in its place: an order whose time was over is opened again.
        let takes_money = self.can_be_paid() || self.order == OrderStatus::Expired;
        let attempt = &mut self.attempts[index];
        if attempt.has_money() {
            return;
        }
        if takes_money {
            attempt.status = PaymentStatus::Paid;
            self.order = OrderStatus::Completed;
            self.subscription = SubscriptionStatus::Active;
        } else {
            attempt.status = PaymentStatus::PaidLate;
        }
    }

    pub fn too_little(&mut self, index: usize) {
        if !self.attempts[index].has_money() {
            self.attempts[index].status = PaymentStatus::Review;
        }
    }

    pub fn code(&mut self, index: usize, until: DateTime<Utc>) {
        let attempt = &mut self.attempts[index];
        if !matches!(
            attempt.status,
            PaymentStatus::Pending | PaymentStatus::Unknown
        ) {
            return;
        }
        let grace = match attempt.method {
            PaymentMethod::Barcode => days(3),
            _ => days(1),
        };
        attempt.status = PaymentStatus::AwaitingPayment;
        attempt.ends = until + grace;
        let ends = attempt.ends;
        if self.can_be_paid() {
            self.order = OrderStatus::AwaitingPayment;
            self.ends = self.ends.max(ends);
        }
    }

    /// An open attempt is over; the order follows the ones that are left.
    pub fn over(&mut self, index: usize, status: PaymentStatus) {
        if !self.attempts[index].is_open() {
            return;
        }
        self.attempts[index].status = status;
        if !self.can_be_paid() {
            return;
        }
        let a_code_waits = |attempt: &Attempt| attempt.status == PaymentStatus::AwaitingPayment;
        self.order = if self.attempts.iter().any(a_code_waits) {
            OrderStatus::AwaitingPayment
        } else if self.attempts.iter().any(Attempt::is_open) {
            OrderStatus::Processing
        } else {
            OrderStatus::Failed
        };
    }

    pub fn close(&mut self, order: OrderStatus, subscription: SubscriptionStatus) {
        self.order = order;
        self.subscription = subscription;
    }

    pub fn expire(&mut self, now: DateTime<Utc>) {
        // News that did not fit is a person's to judge: the order waits for that too.
        let in_review = |attempt: &Attempt| attempt.status == PaymentStatus::Review;
        let waits =
            self.attempts.iter().any(Attempt::is_open) || self.attempts.iter().any(in_review);
        if self.can_be_paid() && self.ends <= now && !waits {
            self.close(OrderStatus::Expired, SubscriptionStatus::Expired);
        }
    }

    pub fn answered(&mut self, index: usize, answer: Answer, now: DateTime<Utc>) {
        let attempt = &self.attempts[index];
        let is_over = now >= attempt.ends;
        match answer {
            Answer::Paid => self.money(index),
            Answer::PaidTooLittle => self.too_little(index),
            Answer::Failed => self.over(index, PaymentStatus::Failed),
            Answer::Unpaid | Answer::NotFound if is_over => {
                self.over(index, PaymentStatus::Expired)
            }
            Answer::Unpaid | Answer::NotFound => {}
            Answer::Silence => {
                let unclear = match attempt.status {
                    PaymentStatus::Pending => true,
                    PaymentStatus::AwaitingPayment => is_over,
                    _ => false,
                };
                if unclear {
                    self.attempts[index].status = PaymentStatus::Unknown;
                }
            }
        }
    }
}
