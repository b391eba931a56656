//! Sends notices until the shop has answered, as often as the settings allow.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    charging,
    faults::Tamper,
    house::Simulator,
    store::State,
    trade::{Delivery, DeliveryState, NoticeKind},
};
use crate::ecpay::check_mac;

/// The shop must answer within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Sleep is cut into pieces of this length, so that a clock that is moved by hand is noticed.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// What counts as an answer; nothing else does.
const ACKNOWLEDGED: &str = "1|OK";

/// One delivery of a notice: the bodies to post in parallel; none when it is lost on the way.
struct Post {
    id: u64,
    url: String,
    bodies: Vec<Vec<(String, String)>>,
}

impl Simulator {
    /// Sends what is due, again and again, until it is told to stop. Notices that are on their way then
    /// are sent again by the next process.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut sending = JoinSet::new();
        loop {
            self.start_due(&mut sending);
            let sleep = tokio::time::sleep(self.time_to_next().min(LONGEST_SLEEP));
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wake.notified() => {}
                Some(_) = sending.join_next(), if !sending.is_empty() => {}
                () = sleep => {}
            }
        }
        sending.shutdown().await;
        self.store.touch(|state| state.in_flight.clear());
    }

    /// Sends every notice that is due at this instant once, and waits for the answers.
    pub async fn deliver_due(self: &Arc<Self>) {
        let mut sending = JoinSet::new();
        self.start_due(&mut sending);
        while sending.join_next().await.is_some() {}
    }

    fn start_due(self: &Arc<Self>, sending: &mut JoinSet<()>) {
        let now = self.clock.now();
        let merchant_id = &self.settings.merchant_id;
        let has_charges = self.store.read(|state| charging::is_due(state, now));
        if has_charges {
            self.store
                .change(|state| charging::charge_due(state, merchant_id, now));
        }
        let posts = self.store.touch(|state| {
            let due = due(state, now);
            state
                .in_flight
                .extend(due.iter().map(|delivery| delivery.id));
            due
        });
        for delivery in posts {
            let simulator = Arc::clone(self);
            sending.spawn(async move {
                let post = simulator.compose(&delivery);
                let id = post.id;
                let answer = simulator.post(post).await;
                simulator.note(id, answer);
            });
        }
    }

    fn time_to_next(&self) -> Duration {
        let now = self.clock.now();
        self.store
            .read(|state| {
                waiting(state)
                    .filter(|delivery| !state.in_flight.contains(&delivery.id))
                    .map(|delivery| delivery.due_at)
                    .min()
            })
            .map_or(LONGEST_SLEEP, |due| {
                // A held notice may be due for long; looking often is enough.
                (due - now)
                    .to_std()
                    .unwrap_or_default()
                    .max(Duration::from_millis(10))
            })
    }

    fn compose(&self, delivery: &Delivery) -> Post {
        let faults = &delivery.faults;
        let is_lost_on_the_way = delivery.sends < faults.drop;
        let copies = if is_lost_on_the_way {
            0
        } else {
            faults.double.clamp(1, 100)
        };
        let body = self.body(delivery);
        Post {
            id: delivery.id,
            url: delivery.url.clone(),
            bodies: (0..copies).map(|_| body.clone()).collect(),
        }
    }

    fn body(&self, delivery: &Delivery) -> Vec<(String, String)> {
        let mut fields = delivery.fields.clone();
        // ECPay's re-sends of a success say `paid`, so that signature and body differ each time.
        let is_success = fields
            .iter()
            .any(|(name, value)| name == "RtnCode" && value == "1");
        if delivery.sends > 0 && is_success {
            set(&mut fields, "RtnMsg", "paid");
        }
        let mut signature = self.sign(&fields);
        match delivery.faults.tamper.filter(|_| delivery.sends == 0) {
            Some(Tamper::Amount) => {
                set(&mut fields, "TradeAmt", "1");
                set(&mut fields, "Amount", "1");
            }
            Some(Tamper::Signature) => signature = signature.chars().rev().collect(),
            None => {}
        }
        fields.push((check_mac::FIELD.to_owned(), signature));
        fields
    }

    async fn post(&self, post: Post) -> Result<(), String> {
        let mut copies = JoinSet::new();
        for body in post.bodies {
            let request = self
                .client
                .post(&post.url)
                .form(&body)
                .timeout(ANSWER_WITHIN);
            copies.spawn(async move { send(request).await });
        }
        let mut answer = Err("(lost on the way)".to_owned());
        while let Some(Ok(one)) = copies.join_next().await {
            if answer.is_err() {
                answer = one;
            }
        }
        answer
    }

    fn note(&self, id: u64, answer: Result<(), String>) {
        let now = self.clock.now();
        let resend_after =
            TimeDelta::from_std(self.settings.resend_after).unwrap_or(TimeDelta::seconds(5));
        self.store.change(|state| {
            state.in_flight.remove(&id);
            let Some(delivery) = state
                .deliveries
                .iter_mut()
                .find(|delivery| delivery.id == id)
            else {
                return;
            };
            delivery.sends += 1;
            match answer {
                Ok(()) => {
                    delivery.state = DeliveryState::Acknowledged;
                    ACKNOWLEDGED.clone_into(&mut delivery.last_answer);
                }
                Err(answer) => {
                    delivery.last_answer = answer;
                    delivery.due_at = now + resend_after;
                    if delivery.sends >= self.settings.most_sends {
                        delivery.state = DeliveryState::GivenUp;
                    }
                }
            }
        });
        self.wake.notify_one();
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<(), String> {
    let response = request.send().await.map_err(|cause| {
        let reason = if cause.is_timeout() {
            "no answer in time"
        } else {
            "no connection"
        };
        format!("({reason})")
    })?;
    let status = response.status();
    let text = response
        .text()
        .await
        .map_err(|_| "(the answer broke off)".to_owned())?;
    if status == reqwest::StatusCode::OK && text == ACKNOWLEDGED {
        Ok(())
    } else {
        let start: String = text.chars().take(80).collect();
        Err(format!("{} {start}", status.as_u16()).trim_end().to_owned())
    }
}

fn waiting(state: &State) -> impl Iterator<Item = &Delivery> {
    state
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Waiting)
}

fn due(state: &State, now: DateTime<Utc>) -> Vec<Delivery> {
    let has_arrived = |number: &str| {
        state.deliveries.iter().any(|other| {
            other.merchant_trade_no == number
                && other.kind == NoticeKind::Payment
                && !other.is_held
                && other.state != DeliveryState::Waiting
        })
    };
    let is_waiting = |id: u64| waiting(state).any(|other| other.id == id);
    waiting(state)
        .filter(|delivery| !delivery.after.is_some_and(is_waiting))
        .filter(|delivery| delivery.due_at <= now && !state.in_flight.contains(&delivery.id))
        .filter(|delivery| !delivery.is_held || has_arrived(&delivery.merchant_trade_no))
        .cloned()
        .collect()
}

pub(super) fn set(fields: &mut [(String, String)], name: &str, value: &str) {
    for field in fields.iter_mut().filter(|(known, _)| known == name) {
        value.clone_into(&mut field.1);
    }
}
