//! Settings: one table that names them all, read from the environment and an optional file, checked as a
//! whole before anything starts. No message ever repeats the value of a secret.

mod check;
mod keys;
mod limits;
mod load;
mod model;
mod print;
mod problem;
mod reader;
mod table;

#[cfg(test)]
mod tests;

pub use keys::{Keys, keys};
pub use limits::Limits;
pub use load::{load, load_from};
pub use model::{
    Config, Ecpay, EcpayEnvironment, LogFormat, Logging, Profile, Rates, Secrets, Server, Shop,
    Store, TrustedDocuments,
};
pub use print::{settings_markdown, table_of};
pub use problem::{Problem, Problems};
pub use table::{SETTINGS, Section, Setting, Shown};
