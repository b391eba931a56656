//! Redis, for several replicas: it carries pokes from one to the others and counts shares for all of them. It never
//! holds the only copy of anything; without it, pokes are late and each replica counts for itself.

mod connection;
mod pokes;
mod shares;

pub use connection::{BadAddress, Redis};
pub use pokes::carry_pokes;
pub use shares::{Share, Taken};
