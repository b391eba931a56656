//! Taking connections: each in a task of its own, bounded in number and in the time its headers take.
//! `axum::serve` has no time limit for headers, and its graceful end does not know of sockets.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service, ServiceExt};

use super::{
    house::House,
    tally::{Tally, Ticket},
};

/// Serves until `closing`; connections that are open then are finished by their own tasks, which
/// `house.shutdown.tasks` knows.
pub async fn serve(listener: TcpListener, router: Router, house: House) {
    let connections = Tally::default();
    let closing = house.shutdown.closing.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => take(stream, peer, &connections, &router, &house),
            Err(error) => wait_after(&error).await,
        }
    }
}

fn take(
    stream: TcpStream,
    peer: SocketAddr,
    connections: &Tally<IpAddr>,
    router: &Router,
    house: &House,
) {
    // Behind a proxy every connection has the proxy's address.
    let ticket = if house.config.server.trusted_proxies == 0 {
        let ticket = connections.enter(peer.ip().to_canonical(), house.limits.connections);
        if ticket.is_none() {
            metrics::counter!("connections_refused_total").increment(1);
            return;
        }
        ticket
    } else {
        None
    };
    // Small answers leave at once; without it they may wait for the other side's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let connection = connection(stream, peer, router.clone(), house.clone(), ticket);
    house.shutdown.tasks.spawn(connection);
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    house: House,
    _ticket: Option<Ticket<IpAddr>>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut router = router.clone();
        async move {
            let service: &mut Router =
                <Router as ServiceExt<Request<Incoming>>>::ready(&mut router).await?;
            service.call(request).await
        }
    });
    // HTTP/1 alone. Telling HTTP/2 apart waits for the first bytes without a limit of time, and a proxy in
    // front speaks HTTP/1 to us anyway.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(house.limits.headers)
        .max_headers(64)
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = house.shutdown.closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Without free file descriptors accepting fails again and again; a short rest keeps a core free.
async fn wait_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::error!(%error, "no connection can be taken");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
