//! Paths that join several rooms. What would be a circle between rooms (a payment starts a subscription, a
//! subscription makes an order, an order makes a payment) is joined here and nowhere else.

pub mod apply_notices;
pub mod ask_gateway;
pub mod attach_to_test_clock;
pub mod begin_payment;
pub mod cancel_order;
pub mod cancel_subscription;
pub mod close_order;
pub mod create_order;
pub mod create_subscription;
pub mod expire_orders;
pub mod fulfil;
pub mod move_test_clocks;
pub mod order_renewal;
pub mod pause_subscription;
pub mod receive_notice;
pub mod renew_subscriptions;
pub mod resume_subscription;
pub mod set_auto_renew;
pub mod settlement;

pub use apply_notices::apply_notices;
pub use ask_gateway::{ask_about_due_payments, ask_soon};
pub use attach_to_test_clock::attach_to_test_clock;
pub use begin_payment::{BeginPayment, BegunPayment, begin_payment, checkout_form};
pub use cancel_order::cancel_order;
pub use cancel_subscription::{CancelAt, cancel_subscription};
pub use create_order::{NewPlanOrder, create_order};
pub use create_subscription::{NewSubscriptionOrder, create_subscription};
pub use expire_orders::expire_orders;
pub use move_test_clocks::move_test_clocks;
pub use pause_subscription::pause_subscription;
pub use receive_notice::receive_notice;
pub use renew_subscriptions::renew_subscriptions;
pub use resume_subscription::resume_subscription;
pub use set_auto_renew::set_auto_renew;
