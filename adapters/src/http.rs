//! The one client for outgoing calls.

use std::time::Duration;

/// A client that gives up in time (3 s to connect, 15 s for all), follows no redirect and takes no proxy
/// from the environment.
///
/// # Errors
/// The machine's TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(15))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}
