//! Those who buy, and the gateway that tells of it. Both are patient: what is not answered is sent again.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::orders::{Fate, When};
use crate::{
    callbacks::notice::{Fields, body, paid, signed, with},
    kit::{
        client::{Client, PASSWORD, SESSION},
        customer::{Attempt, Purchase, new_key},
        wait::eventually,
    },
};

/// What was sent, and how often it had to be sent again.
#[derive(Debug, Default)]
pub struct Counts {
    pub notices: AtomicU64,
    pub forged: AtomicU64,
    pub tried_again: AtomicU64,
}

/// The way through the proxy.
pub struct Road {
    pub http: reqwest::Client,
    pub url: String,
    pub counts: Counts,
}

/// An order, and the attempt to pay it.
#[derive(Debug)]
pub struct Bought {
    pub purchase: Purchase,
    pub attempt: Attempt,
    pub amount: i64,
}

impl Road {
    pub fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: url.to_owned(),
            counts: Counts::default(),
        }
    }

    pub fn guest(&self) -> Client {
        Client::new(self.http.clone(), self.url.clone())
    }

    /// Sends it until somebody answers: what cannot be done now is tried again, with the same key.
    pub async fn mutate(&self, who: &Client, field: &str, selection: &str, input: Value) -> Value {
        let payload = eventually(field, async || {
            let document = mutation(field, selection);
            let mut request = self
                .http
                .post(format!("{}/graphql", self.url))
                .json(&json!({ "query": document, "variables": { "input": input } }));
            if !who.token().is_empty() {
                request = request.bearer_auth(who.token());
            }
            let payload = match request.send().await {
                Ok(answer) if answer.status() == 200 => answered(answer, field).await,
                _ => None,
            };
            if payload.is_none() {
                self.counts.tried_again.fetch_add(1, Ordering::Relaxed);
            }
            payload
        })
        .await;
        assert_eq!(payload["errors"], json!([]), "{field}");
        payload
    }

    /// Logs in somebody who registered: a session's token lives for a quarter of an hour.
    pub async fn log_in(&self, username: &str) -> Client {
        let input = json!({ "identifier": username, "password": PASSWORD });
        let guest = self.guest();
        let payload = self.mutate(&guest, "logIn", SESSION, input).await;
        guest.with_session(&payload["session"])
    }

    /// Orders, and begins to pay.
    pub async fn buy(&self, who: &Client, plan: &str) -> Bought {
        let input = json!({ "planId": plan, "quantity": 1, "idempotencyKey": new_key() });
        let ordered = "order { id number total { amount } }";
        let payload = self.mutate(who, "createOrder", ordered, input).await;
        let order = payload["order"].clone();
        let purchase = Purchase {
            order_id: text(&order["id"]),
            number: text(&order["number"]),
            subscription_id: String::new(),
        };
        let input = json!({
            "orderId": purchase.order_id, "method": "CREDIT_CARD", "idempotencyKey": new_key(),
        });
        let begun = "payment { id merchantTradeNo } redirectUrl";
        let payload = self.mutate(who, "beginPayment", begun, input).await;
        let attempt = Attempt {
            payment_id: text(&payload["payment"]["id"]),
            trade_no: text(&payload["payment"]["merchantTradeNo"]),
            redirect_url: text(&payload["redirectUrl"]),
        };
        Bought {
            purchase,
            attempt,
            amount: text(&order["total"]["amount"]).parse().unwrap(),
        }
    }

    /// The gateway tells what became of it.
    pub async fn tell(&self, bought: &Bought, fate: Fate) {
        let trade = &bought.attempt.trade_no;
        match fate {
            Fate::Paid {
                copies,
                again,
                failure,
            } => {
                let notice = paid(trade, bought.amount);
                if failure == Some(When::Before) {
                    self.deliver(&failed(&notice)).await;
                }
                join_all((0..copies).map(|_| self.deliver(&notice))).await;
                if failure == Some(When::After) {
                    self.deliver(&failed(&notice)).await;
                }
                if again {
                    self.deliver(&signed(with(notice, "RtnMsg", "paid"))).await;
                }
            }
            Fate::Forged => {
                let less = paid(trade, bought.amount - 1);
                let price = bought.amount.to_string();
                self.refuse(&with(less, "TradeAmt", &price)).await;
            }
            Fate::Short => self.deliver(&paid(trade, bought.amount - 1)).await,
        }
    }

    /// Posts a notice until it is acknowledged, as the gateway does.
    async fn deliver(&self, notice: &Fields) {
        eventually("a notice is acknowledged", async || {
            let answer = self.post(notice).await;
            let is_taken = answer.as_ref().is_some_and(|(_, text)| text == "1|OK");
            if !is_taken {
                self.counts.tried_again.fetch_add(1, Ordering::Relaxed);
                let status = answer.map_or(503, |(status, _)| status);
                assert!(status >= 500, "a genuine notice was refused: {status}");
            }
            is_taken.then_some(())
        })
        .await;
        self.counts.notices.fetch_add(1, Ordering::Relaxed);
    }

    /// Posts a forged notice until somebody refuses it.
    async fn refuse(&self, notice: &Fields) {
        eventually("a forged notice is refused", async || {
            let (status, text) = self.post(notice).await?;
            assert_ne!(text, "1|OK", "a forged notice was taken");
            (status == 400).then_some(())
        })
        .await;
        self.counts.forged.fetch_add(1, Ordering::Relaxed);
    }

    async fn post(&self, notice: &Fields) -> Option<(u16, String)> {
        let request = self
            .http
            .post(format!("{}/ecpay/notify", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body(notice));
        let answer = request.send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }
}

fn mutation(field: &str, selection: &str) -> String {
    let (first, rest) = field.split_at(1);
    let kind = format!("{}{rest}Input!", first.to_uppercase());
    format!(
        "mutation($input: {kind}) {{ {field}(input: $input) {{ {selection} errors {{ code message path }} }} }}"
    )
}

/// The payload, unless the answer is that nothing can be said now.
async fn answered(answer: reqwest::Response, field: &str) -> Option<Value> {
    let answer: Value = answer.json().await.ok()?;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    match code {
        None => Some(answer["data"][field].clone()),
        Some("UNAVAILABLE" | "INTERNAL_SERVER_ERROR" | "TIMEOUT" | "CONFLICT") => None,
        Some(_) => panic!("{field}: {answer}"),
    }
}

/// News that the card of this notice was declined.
fn failed(notice: &Fields) -> Fields {
    let notice = with(notice.clone(), "RtnCode", "10100058");
    signed(with(notice, "RtnMsg", "declined"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
