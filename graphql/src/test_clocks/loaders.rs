//! Test clocks for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, test_clocks::query};
use entity::{base::test_clock, id::TestClockId};

use crate::base::error::outward;

/// Loads test clocks that the caller may know of.
pub struct TestClockById(pub Op);

impl Loader<TestClockId> for TestClockById {
    type Value = test_clock::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[TestClockId],
    ) -> Result<HashMap<TestClockId, test_clock::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}
