//! What customers do in the shop.

use entity::id::{OrderId, PaymentId};
use serde_json::{Value, json};

use super::{client::Client, wait::eventually};

/// What somebody bought, not paid yet.
#[derive(Clone, Debug)]
pub struct Purchase {
    pub order_id: String,
    pub number: String,
    pub subscription_id: String,
}

impl Purchase {
    /// The id as the database has it.
    pub fn order(&self) -> OrderId {
        self.order_id.parse().unwrap()
    }
}

/// An attempt to pay.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub payment_id: String,
    pub trade_no: String,
    pub redirect_url: String,
}

impl Attempt {
    /// The id as the database has it.
    pub fn payment(&self) -> PaymentId {
        self.payment_id.parse().unwrap()
    }
}

/// A key that was never used before.
pub fn new_key() -> String {
    uuid::Uuid::from_u128(rand::random()).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Client {
    /// The id of a plan.
    pub async fn plan(&self, slug: &str) -> String {
        let query = "query($slug: String!) { plan(by: { slug: $slug }) { id } }";
        text(&self.ask(query, json!({ "slug": slug })).await["plan"]["id"])
    }

    /// Subscribes to a plan.
    pub async fn subscribe(&self, slug: &str) -> Purchase {
        let input = json!({ "planId": self.plan(slug).await, "idempotencyKey": new_key() });
        let bought = "subscription { id status } order { id number status }";
        let payload = self.mutate("createSubscription", bought, input).await;
        assert_eq!(payload["subscription"]["status"], "PENDING");
        assert_eq!(payload["order"]["status"], "PENDING");
        Purchase {
            order_id: text(&payload["order"]["id"]),
            number: text(&payload["order"]["number"]),
            subscription_id: text(&payload["subscription"]["id"]),
        }
    }

    /// Begins to pay.
    pub async fn begin_payment(&self, purchase: &Purchase, method: &str) -> Attempt {
        let input = json!({
            "orderId": purchase.order_id, "method": method, "idempotencyKey": new_key(),
        });
        let begun = "payment { id status merchantTradeNo } redirectUrl";
        let payload = self.mutate("beginPayment", begun, input).await;
        assert_eq!(payload["payment"]["status"], "PENDING");
        Attempt {
            payment_id: text(&payload["payment"]["id"]),
            trade_no: text(&payload["payment"]["merchantTradeNo"]),
            redirect_url: text(&payload["redirectUrl"]),
        }
    }

    /// The order as its buyer sees it.
    pub async fn order(&self, purchase: &Purchase) -> Value {
        let query = "query($id: ID!) { order(id: $id) {
            status version paidAt gatewayTradeNo total { amount }
            payments { id status method merchantTradeNo gatewayTradeNo failureCode
                code { bankCode virtualAccount code barcodes expiresAt } }
            lines { subscription { status currentPeriodEnd } }
            invoice { number total { amount } }
        } }";
        let id = json!({ "id": purchase.order_id });
        self.ask(query, id).await["order"].clone()
    }

    /// Waits until the order has this status.
    pub async fn order_becomes(&self, purchase: &Purchase, status: &str) -> Value {
        let what = format!("the order becomes {status}");
        eventually(&what, async || {
            let order = self.order(purchase).await;
            (order["status"] == status).then_some(order)
        })
        .await
    }
}
