//! The words that scenes of refunds share.

use chrono::Duration;
use domain::{
    base::Result,
    flows::{self, RefundRequest},
};
use entity::{
    invoices::credit_note,
    orders::order,
    payments::{PaymentMethod, payment},
    refunds::{CardAction, refund},
};
use sea_orm::{EntityTrait, QueryOrder};

use crate::kit::{House, Person};

use super::scene::*;

/// An order that mei paid for, by this method.
pub async fn paid_order(house: &House, method: PaymentMethod) -> (order::Model, payment::Model) {
    let mei = house.customer("mei").await;
    let (order, payment) = order_being_paid(&mei, &once(house).await, method, "k").await;
    hear(house, &paid(&payment, house.now())).await.unwrap();
    (order, attempt(house, &payment).await)
}

pub async fn wei(house: &House) -> Person {
    house.staff("wei").await
}

pub fn back(payment: &payment::Model, amount: Option<i64>) -> RefundRequest {
    RefundRequest {
        payment_id: payment.id,
        amount: amount.map(twd),
        reason: "the lid was loose".to_owned(),
        by_hand: false,
        end_subscription: false,
    }
}

pub async fn refund(
    who: &Person,
    payment: &payment::Model,
    amount: Option<i64>,
    key: &str,
) -> Result<refund::Model> {
    flows::refund_payment(&who.op, back(payment, amount), key).await
}

pub async fn now_of(house: &House, row: &refund::Model) -> refund::Model {
    refund::Entity::find_by_id(row.id)
        .one(house.app.database.reader())
        .await
        .unwrap()
        .unwrap()
}

/// The worker's round, after so much time.
pub async fn round_after(house: &House, time: Duration) -> u64 {
    house.wait(time);
    flows::send_refunds(&house.job(), 10).await.unwrap()
}

pub fn told(house: &House) -> Vec<(CardAction, i64)> {
    house.gateway.cards.instructions()
}

pub async fn credit_notes(house: &House) -> Vec<credit_note::Model> {
    credit_note::Entity::find()
        .order_by_asc(credit_note::Column::Sequence)
        .all(house.app.database.reader())
        .await
        .unwrap()
}
