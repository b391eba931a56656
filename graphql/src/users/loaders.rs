//! People for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, users::query};
use entity::{id::UserId, users::user};

use crate::base::error::outward;

/// Loads the people whom the caller may see.
pub struct UserById(pub Op);

impl Loader<UserId> for UserById {
    type Value = user::Model;
    type Error = Error;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, user::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}
