//! Asks the server that runs beside this process how it is: for images without `curl`.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use crate::config::Config;

use super::Failure;

/// A server that answers later than this is not well.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/health/ready` of `FABRICA_LISTEN`.
///
/// # Errors
/// It does not answer in time, or that it is not ready.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let url = format!("http://{}/health/ready", reachable(config.server.listen));
    let asked = adapters::http::client()?.get(url).timeout(PATIENCE).send();
    let status = asked
        .await
        .map_err(|_| "the server does not answer")?
        .status();
    if !status.is_success() {
        return Err(format!("the server is not ready: {status}").into());
    }
    Ok(())
}

/// Where somebody on the same machine finds who listens there: on every address means on the loopback too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_the_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
