//! What a resolver asks its context for.

use std::hash::Hash;

use async_graphql::{
    Context, Request,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};
use domain::base::{Error, Op};

/// Shorthands on the context.
pub trait Ask {
    /// The operation of this request.
    ///
    /// # Errors
    /// The request was built without one, which is a defect.
    fn op(&self) -> async_graphql::Result<&Op>;
}

impl Ask for Context<'_> {
    fn op(&self) -> async_graphql::Result<&Op> {
        self.data_opt::<Op>()
            .ok_or_else(|| super::error::outward(Error::internal("a request without an Op")))
    }
}

/// Loads one row through the request's loader `L`, in one statement with its neighbours.
///
/// # Errors
/// The loader's, or a loader that was not registered, which is a defect.
pub async fn load<L, K>(context: &Context<'_>, key: K) -> async_graphql::Result<Option<L::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K, Error = async_graphql::Error>,
{
    let loader = context
        .data_opt::<DataLoader<L>>()
        .ok_or_else(|| super::error::outward(Error::internal("a loader is not registered")))?;
    loader.load_one(key).await
}

/// Puts a fresh loader into the request: rows are shared within one request and never beyond it.
#[must_use]
pub fn with_loader<L: Send + Sync + 'static>(request: Request, loader: L) -> Request {
    request.data(DataLoader::new(
        loader,
        TokioSpawner::current(),
        TokioTimer::default(),
    ))
}
