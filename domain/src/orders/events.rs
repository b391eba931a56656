//! What happens to orders.

use entity::{
    id::{OrderId, UserId},
    money::{Currency, Money},
    orders::OrderStatus,
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, Topic, event::Sample};

/// An order was placed.
#[derive(Debug, Serialize)]
pub struct OrderPlaced {
    /// Which.
    pub order_id: OrderId,
    /// Its number for people.
    pub number: String,
    /// Whose.
    pub user_id: UserId,
    /// What is to be paid.
    pub total: Money,
}

impl Event for OrderPlaced {
    const KIND: &'static str = "order.placed";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Order(self.order_id)]
    }
}

/// An order moved.
#[derive(Debug, Serialize)]
pub struct OrderStatusChanged {
    /// Which.
    pub order_id: OrderId,
    /// From.
    pub from: OrderStatus,
    /// To.
    pub to: OrderStatus,
    /// The version the move led to.
    pub version: i64,
    /// Why.
    pub cause: String,
}

impl Event for OrderStatusChanged {
    const KIND: &'static str = "order.status_changed";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Order(self.order_id)]
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let order_id = OrderId(Uuid::nil());
    Ok(vec![
        Sample::of(&OrderPlaced {
            order_id,
            number: "ORD-20261120-7K2M9Q".to_owned(),
            user_id: UserId(Uuid::nil()),
            total: Money::new(899, Currency::Twd),
        })?,
        Sample::of(&OrderStatusChanged {
            order_id,
            from: OrderStatus::Processing,
            to: OrderStatus::Paid,
            version: 3,
            cause: "notice".to_owned(),
        })?,
    ])
}
