//! What gateways' statements say.

pub mod statement_import;
pub mod statement_line;

pub use statement_line::StatementLineKind;
