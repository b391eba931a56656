//! Who is calling, and from where.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{
        Extensions, HeaderMap, HeaderName,
        header::{AUTHORIZATION, USER_AGENT},
    },
};
use domain::{
    base::{Actor, Error, Origin, Result},
    ports::AccessClaims,
};
use entity::id::TestClockId;

use super::house::House;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A token longer than this is none of ours.
const LONGEST_TOKEN: usize = 2048;

/// Somebody, with the token's claims when there was a token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// What the token says.
    pub claims: Option<AccessClaims>,
    /// By which clock they live; `None` for the machine's.
    pub test_clock: Option<TestClockId>,
}

impl Caller {
    /// Nobody.
    #[must_use]
    pub const fn nobody() -> Self {
        Self {
            actor: Actor::Anonymous,
            claims: None,
            test_clock: None,
        }
    }
}

/// Who sent these headers: nobody without `Authorization`.
///
/// # Errors
/// [`Error::Unauthenticated`] for anything but a good bearer token of a live session;
/// [`Error::Busy`] when the database cannot be asked.
pub async fn of(house: &House, headers: &HeaderMap) -> Result<Caller> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(Caller::nobody()),
        (Some(value), None) => {
            by_authorization(house, value.to_str().map_err(|_| Error::Unauthenticated)?).await
        }
        (Some(_), Some(_)) => Err(Error::Unauthenticated),
    }
}

/// Who brings this value of `Authorization`.
///
/// # Errors
/// As [`of`].
pub async fn by_authorization(house: &House, value: &str) -> Result<Caller> {
    let (scheme, token) = value.split_once(' ').ok_or(Error::Unauthenticated)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > LONGEST_TOKEN {
        return Err(Error::Unauthenticated);
    }
    let claims = house
        .app
        .access_tokens
        .verify(token, house.app.clock.now())
        .map_err(|_| Error::Unauthenticated)?;
    let (actor, test_clock) = domain::users::recognise(&house.app, &claims).await?;
    Ok(Caller {
        actor,
        claims: Some(claims),
        test_clock,
    })
}

/// Whether the time of the token is over.
#[must_use]
pub fn has_expired(house: &House, caller: &Caller) -> bool {
    let claims = caller.claims.as_ref();
    claims.is_some_and(|claims| claims.expires_at <= house.app.clock.now())
}

/// Whether the log-in still lives and its person has the rights it had. Streams ask again and again; when the
/// database cannot answer it is taken to be so until the next time.
pub async fn is_still_good(house: &House, caller: &Caller) -> bool {
    let Some(claims) = &caller.claims else {
        return true;
    };
    if has_expired(house, caller) {
        return false;
    }
    let (app, claims) = (Arc::clone(&house.app), claims.clone());
    let asking = async move { domain::users::authenticate(&app, &claims).await };
    match house.app.in_turn(asking).await {
        Ok(now) => now == caller.actor,
        Err(Error::Unauthenticated) => false,
        Err(_) => true,
    }
}

/// Where a request came from. `address` is empty when the connection is not known, as in tests.
#[must_use]
pub fn origin(house: &House, headers: &HeaderMap, extensions: &Extensions) -> Origin {
    let agent = headers
        .get(USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .unwrap_or_default();
    Origin {
        door: "graphql",
        address: address(house.config.server.trusted_proxies, headers, extensions)
            .map(|address| address.to_string())
            .unwrap_or_default(),
        agent: agent.chars().take(200).collect(),
    }
}

/// The client's address: the peer's, or what the outermost of our own proxies saw.
#[must_use]
pub fn address(
    trusted_proxies: usize,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Option<IpAddr> {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical());
    if trusted_proxies == 0 {
        return peer;
    }
    // Each proxy appends whom it saw; what stands further left was written by the client.
    let chain: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let seen = chain
        .len()
        .checked_sub(trusted_proxies)
        .and_then(|index| chain.get(index));
    seen.and_then(|text| text.parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
        .or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted: usize, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 40000))));
        address(trusted, &headers, &extensions).unwrap().to_string()
    }

    #[test]
    fn a_header_from_the_internet_is_not_believed() {
        assert_eq!(seen(0, &["1.2.3.4"]), "10.0.0.9");
        assert_eq!(
            seen(1, &["1.2.3.4, 5.6.7.8"]),
            "5.6.7.8",
            "what our proxy saw"
        );
        assert_eq!(
            seen(1, &["1.2.3.4", "5.6.7.8"]),
            "5.6.7.8",
            "in two headers"
        );
        assert_eq!(seen(2, &["1.2.3.4, 5.6.7.8, 10.0.0.1"]), "5.6.7.8");
        assert_eq!(seen(2, &["5.6.7.8"]), "10.0.0.9", "a proxy is missing");
        assert_eq!(seen(1, &["unknown"]), "10.0.0.9");
        assert_eq!(seen(1, &["::ffff:5.6.7.8"]), "5.6.7.8");
    }
}
