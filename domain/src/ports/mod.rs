//! What the domain asks of the world outside: traits and the plain data they speak in, without rules.
//! The floor above (`adapters`) implements them.

pub mod access_tokens;
pub mod card_contract;
pub mod gateway;

pub use access_tokens::{AccessClaims, AccessTokens, InvalidAccessToken};
pub use card_contract::{
    Charge, ContractAnswer, ContractReport, ContractState, LoggedCharge, Periodic,
};
pub use gateway::{
    Checkout, CheckoutForm, Gateway, NotAccepted, Notice, Outcome, PayCode, TradeReport,
    TradeState, Unanswered,
};
