//! A request for a document is counted before anything is done for it, be it good or bad.

use std::net::IpAddr;

use axum::http::{Extensions, HeaderMap};
use domain::base::Result;

use super::{
    caller::{self, Caller},
    house::House,
    limits::Standing,
};

/// Who sent the request, and how their share stands with it.
pub(super) struct Arrival {
    pub(super) caller: Result<Caller>,
    pub(super) address: Option<IpAddr>,
    /// `None` when nothing is counted.
    pub(super) standing: Option<Standing>,
}

/// Counts the request: for the user, or for the address of who is nobody or cannot be recognised.
pub(super) async fn arrive(house: &House, headers: &HeaderMap, extensions: &Extensions) -> Arrival {
    let trusted = house.config.server.trusted_proxies;
    let address = caller::address(trusted, headers, extensions);
    let caller = caller::of(house, headers).await;
    let user = caller.as_ref().ok().and_then(|known| known.actor.user_id());
    Arrival {
        caller,
        address,
        standing: house.shares.take(user, address).await,
    }
}
