//! ECPay's checkout, played by ourselves: the same forms, signatures, notices, re-sends, queries and refunds, over
//! real HTTP, with faults on demand. It shares `ecpay`'s signature and nothing else: what a trade becomes
//! is decided here, as ECPay decides it.

pub mod card_ledger;
pub mod cards;
pub mod charging;
pub mod checkout;
pub mod codes;
pub mod contract;
pub mod credit_detail;
pub mod faults;
pub mod notices;
pub mod pages;
pub mod period_query;
pub mod query;
pub mod sender;
pub mod settings;
pub mod store;
pub mod trade;
pub mod trading;

mod house;

pub use charging::Control;
pub use faults::FaultPlan;
pub use house::Simulator;
pub use pages::Page;
pub use settings::SimulatorSettings;
