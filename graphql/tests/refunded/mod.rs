//! Money that went back, for tests of what is shown of it.

use domain::flows::{self, HandRefund, RefundRequest};
use entity::{
    money::{Currency, Money},
    payments::payment,
    refunds::refund,
};

use crate::kit::House;

/// A part of this payment, given back by hand.
pub async fn by_hand(house: &House, payment: &payment::Model) -> refund::Model {
    let wei = house.staff("wei").await;
    let request = RefundRequest {
        payment_id: payment.id,
        amount: Some(Money::new(1, Currency::Twd)),
        reason: "the lid was loose".to_owned(),
        by_hand: true,
        end_subscription: false,
    };
    let open = Box::pin(flows::refund_payment(&wei.op, request, "refund")).await;
    let hand = HandRefund {
        refund_id: open.unwrap().id,
        reference: "transfer 1".to_owned(),
        note: "to the account on file".to_owned(),
    };
    let done = Box::pin(flows::complete_manual_refund(&wei.op, hand, "by hand")).await;
    done.unwrap()
}
