//! Money goes back: a preview that changes nothing, a request that sets the money aside, a worker that tells the
//! gateway one thing at a time, and the people who finish what no gateway does.

mod beat;
mod close;
mod preview;
mod request;
mod send;
mod staff;
mod terms;

pub use preview::{RefundPreview, RefundQuestion, preview};
pub use request::{RefundRequest, refund_payment};
pub use send::send_refunds;
pub use staff::{HandRefund, cancel_refund, complete_manual_refund};
