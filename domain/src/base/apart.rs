//! Work in a task of its own, which goes on whatever becomes of whoever waits for it.

use tracing::Instrument;

/// Does the work apart. Who asks may be a connection that does many things by turns: one that stopped half-way
/// through a question would keep its place in the database's pool from all others.
pub async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work.in_current_span()).await {
        Ok(answer) => answer,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only the end of the process cancels it.
            Err(_) => std::future::pending().await,
        },
    }
}
