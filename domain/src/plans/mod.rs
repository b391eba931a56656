//! What is sold. A plan keeps its name; each change of its terms adds a version, and what was sold on
//! older terms keeps them.

pub mod draft;
pub mod events;
pub mod query;

mod archive_plan;
mod create_plan;
mod update_plan;

pub use archive_plan::archive_plan;
pub use create_plan::create_plan;
pub use draft::{Listing, NewPlan, PlanChanges, Terms};
pub use update_plan::update_plan;
