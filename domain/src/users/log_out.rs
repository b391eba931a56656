//! Logging out, here or everywhere.

use crate::base::{Access, Actor, Error, Op, Result};

use super::{
    account,
    events::SessionEnded,
    sessions::{self, EndReason},
};

/// Ends the session that asks. A repeat is a success.
///
/// # Errors
/// Nobody is logged in.
pub async fn log_out(op: &Op) -> Result<()> {
    op.require(Access::SignedIn)?;
    let Actor::User { id, session, .. } = *op.actor() else {
        return Err(Error::Unauthenticated);
    };
    let mut tx = op.begin().await?;
    if sessions::end(&tx, session, EndReason::LogOut).await? {
        tx.record(SessionEnded {
            session_id: session,
            user_id: id,
            reason: EndReason::LogOut,
        })?;
    }
    tx.commit().await
}

/// Ends every session of the person who asks, this one too. Gives how many there were.
///
/// # Errors
/// Nobody is logged in.
pub async fn log_out_everywhere(op: &Op) -> Result<u64> {
    op.require(Access::SignedIn)?;
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let mut tx = op.begin().await?;
    account::lock(&tx, user_id).await?;
    let ended = sessions::end_all(&mut tx, user_id, None, EndReason::LogOutEverywhere).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends every other session of the person who asks. Gives how many there were.
///
/// # Errors
/// Nobody is logged in.
pub async fn log_out_elsewhere(op: &Op) -> Result<u64> {
    op.require(Access::SignedIn)?;
    let Actor::User { id, session, .. } = *op.actor() else {
        return Err(Error::Unauthenticated);
    };
    let mut tx = op.begin().await?;
    account::lock(&tx, id).await?;
    let reason = EndReason::LogOutElsewhere;
    let ended = sessions::end_all(&mut tx, id, Some(session), reason).await?;
    tx.commit().await?;
    Ok(ended)
}
