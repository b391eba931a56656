//! Ids at the edge: text outside, one type for each kind of row inside.

use std::{fmt::Display, str::FromStr};

use async_graphql::{ErrorExtensions, ID};

/// The id in this text, when it is of the kind expected.
///
/// # Errors
/// `BAD_USER_INPUT`, naming the form that was expected.
pub fn parse<T>(id: &ID) -> async_graphql::Result<T>
where
    T: FromStr<Err = entity::id::InvalidId>,
{
    id.as_str()
        .parse()
        .map_err(|invalid: entity::id::InvalidId| {
            async_graphql::Error::new(invalid.to_string())
                .extend_with(|_, extensions| extensions.set("code", "BAD_USER_INPUT"))
        })
}

/// The text of an id.
pub fn write(id: impl Display) -> ID {
    ID(id.to_string())
}
