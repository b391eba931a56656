//! ECPay's simulator alone, for those who want it beside another shop.

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    http::simulator::router,
    parts::{self, SIMULATOR_PREFIX},
    shutdown,
};

use super::Failure;

/// Serves the simulator on `FABRICA_LISTEN` until a signal comes.
///
/// # Errors
/// The address is taken, or the simulator cannot be built.
pub async fn run(config: Config) -> Result<(), Failure> {
    let simulator = parts::simulator(&config)?
        .ok_or("ECPAY_ENV: the simulator is not chosen; set it to `simulator`")?;
    let stop = CancellationToken::new();
    tokio::spawn(Arc::clone(&simulator).run(stop.clone()));
    let router = Router::new().nest(SIMULATOR_PREFIX, router(simulator));
    let listener = tokio::net::TcpListener::bind(config.server.listen).await?;
    println!("simulator: {}/simulator", config.server.public_url);
    let until_signal = async {
        if let Err(error) = shutdown::signal().await {
            tracing::error!(%error, "signals cannot be heard");
        }
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(until_signal)
        .await?;
    stop.cancel();
    Ok(())
}
