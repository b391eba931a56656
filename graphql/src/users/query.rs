//! What can be asked about people.

use async_graphql::{Context, ID, Object, Result};
use domain::users::query;

use crate::base::{Ask, error::outward, ids, page};

use super::{
    inputs::{UserFilter, UserSort},
    types::{User, UserConnection},
};

/// Questions about people.
#[derive(Default)]
pub struct UsersQuery;

#[Object]
impl UsersQuery {
    /// The person who asks.
    async fn me(&self, context: &Context<'_>) -> Result<Option<User>> {
        let op = context.op()?;
        let Some(id) = op.actor().user_id() else {
            return Ok(None);
        };
        let found = query::find(op, id).await.map_err(outward)?;
        Ok(found.map(User::from))
    }

    /// One person; `null` for one that does not exist.
    async fn user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who: `usr_…`.")] id: ID,
    ) -> Result<Option<User>> {
        let found = query::find(context.op()?, ids::parse(&id)?).await;
        Ok(found.map_err(outward)?.map(User::from))
    }

    /// Everybody with an account.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn users(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(desc = "Which people.")] filter: Option<UserFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] sort: Option<UserSort>,
    ) -> Result<UserConnection> {
        let op = context.op()?;
        let list = query::staff_list(op, &filter.unwrap_or_default().into()).map_err(outward)?;
        let sort = sort.unwrap_or_default().into();
        let request = page::request(first, after, last, before);
        UserConnection::fetch(op, list, &sort, &request).await
    }
}
