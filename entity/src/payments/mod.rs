//! Attempts to pay, what gateways told us, and settlements.

pub mod card_charge;
pub mod card_contract;
pub mod notice;
pub mod payment;
pub mod payment_decision;
pub mod settlement;

pub use card_contract::{CardContractStatus, PeriodUnit};
pub use notice::{NoticeKind, NoticeState};
pub use payment::{PaymentMethod, PaymentStatus};
pub use payment_decision::Decision;
