//! Paths that join several rooms. What would be a circle between rooms (a payment starts a subscription, a
//! subscription makes an order, an order makes a payment) is joined here and nowhere else.

pub mod apply_notices;
pub mod apply_plan_change;
pub mod ask_contracts;
pub mod ask_gateway;
pub mod attach_to_test_clock;
pub mod begin_payment;
pub mod cancel_contracts;
pub mod cancel_order;
pub mod cancel_subscription;
pub mod card_charges;
pub mod change_plan;
pub mod clock_agenda;
pub mod close_order;
pub mod create_order;
pub mod create_subscription;
pub mod customer_credit;
pub mod decide_on_payment;
pub mod events;
pub mod expire_orders;
pub mod fulfil;
pub mod import_statement;
pub mod invoice_document;
pub mod late_money;
pub mod letters;
pub mod move_test_clocks;
pub mod order_renewal;
pub mod pause_subscription;
pub mod pay_by_link;
pub mod plan_change;
pub mod plan_change_rules;
pub mod plan_change_token;
pub mod preview_plan_change;
pub mod receive_notice;
pub mod reconcile;
pub mod refund;
pub mod renew_subscriptions;
pub mod resume_subscription;
pub mod retry_subscription;
pub mod send_mails;
pub mod set_auto_renew;
pub mod settlement;

pub use apply_notices::apply_notices;
pub use ask_contracts::{ask_contracts, retry_charges};
pub use ask_gateway::{ask_about_due_payments, ask_soon};
pub use attach_to_test_clock::attach_to_test_clock;
pub use begin_payment::{
    BeginPayment, BegunPayment, begin_linked_payment, begin_payment, checkout_form,
};
pub use cancel_contracts::cancel_contracts;
pub use cancel_order::cancel_order;
pub use cancel_subscription::{CancelAt, cancel_subscription};
pub use change_plan::{ChangePlan, change_plan};
pub use create_order::{NewPlanOrder, create_order};
pub use create_subscription::{NewSubscriptionOrder, create_subscription};
pub use decide_on_payment::{
    OnPayment, Verdict, accept_late_payment, credit_late_payment, resolve_payment,
};
pub use expire_orders::expire_orders;
pub use import_statement::{Imported, NewStatement, import_statement};
pub use invoice_document::{invoice_document, print_invoice};
pub use move_test_clocks::move_test_clocks;
pub use pause_subscription::pause_subscription;
pub use pay_by_link::{LinkedOrder, linked_order};
pub use plan_change::{ChangeMode, Quote, QuoteLine};
pub use preview_plan_change::{PlanChangePreview, preview_plan_change};
pub use receive_notice::receive_notice;
pub use reconcile::{Finding, Reconciliation, reconcile};
pub use refund::{
    HandRefund, RefundPreview, RefundQuestion, RefundRequest, cancel_refund,
    complete_manual_refund, refund_payment, send_refunds,
};
pub use renew_subscriptions::renew_subscriptions;
pub use resume_subscription::resume_subscription;
pub use retry_subscription::retry_subscription;
pub use send_mails::send_mails;
pub use set_auto_renew::set_auto_renew;
