//! ECPay (綠界): checkout forms, notices, queries and refunds. README.md in this folder has the map.

pub mod amount;
pub mod call;
pub mod card_facts;
pub mod check_mac;
pub mod checkout_form;
#[cfg(test)]
mod forgeries;
pub mod form_body;
pub mod gateway;
pub mod item_name;
pub mod notice;
pub mod period_action;
pub mod period_query;
pub mod periodic;
pub mod query;
pub mod refund;
#[cfg(test)]
mod refund_vectors;
pub mod rejected;
pub mod settings;
pub mod signed_form;
pub mod statement;
pub mod taipei_time;
#[cfg(test)]
mod vectors;

pub use gateway::{BrowserReturn, Ecpay};
pub use rejected::Rejected;
pub use settings::{EcpaySettings, Environment};
