//! ECPay's simulator alone, for those who want it beside another shop.

use crate::{config::Config, seams, shutdown};

use super::Failure;

/// Serves the simulator on `FABRICA_LISTEN` until a signal comes.
///
/// # Errors
/// The address is taken, or the simulator cannot be built.
pub async fn run(config: Config) -> Result<(), Failure> {
    let router = seams::simulator(&config)?;
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
    Ok(())
}
