//! Paths that join several rooms. What would be a circle between rooms (a payment starts a subscription, a
//! subscription makes an order, an order makes a payment) is joined here and nowhere else.

pub mod apply_notices;
pub mod ask_gateway;
pub mod begin_payment;
pub mod cancel_order;
pub mod close_order;
pub mod create_order;
pub mod create_subscription;
pub mod expire_orders;
pub mod fulfil;
pub mod receive_notice;
pub mod refund;
pub mod settlement;

pub use apply_notices::apply_notices;
pub use ask_gateway::{ask_about_due_payments, ask_soon};
pub use begin_payment::{BeginPayment, BegunPayment, begin_payment, checkout_form};
pub use cancel_order::cancel_order;
pub use create_order::{NewPlanOrder, create_order};
pub use create_subscription::{NewSubscriptionOrder, create_subscription};
pub use expire_orders::expire_orders;
pub use receive_notice::receive_notice;
pub use refund::{
    HandRefund, RefundPreview, RefundQuestion, RefundRequest, cancel_refund,
    complete_manual_refund, refund_payment, send_refunds,
};
