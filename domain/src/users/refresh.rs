//! Trading a refresh token for the next pair of tokens.

use chrono::Duration;
use entity::users::{refresh_token, session, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait,
    QueryFilter, QuerySelect,
};

use crate::base::{Code, Error, Op, Result, Tx};

use super::{
    events::SessionTokenReused,
    log_in::may_log_in,
    sessions::{self, EndReason, LoggedIn},
    tokens::RefreshSecret,
};

/// For how long a client that lost the answer may ask again.
const RETRY: Duration = Duration::seconds(10);

/// What a token that was found may get.
enum Standing {
    /// It was not used: its child.
    First,
    /// It was used a moment ago and the child was not: the same child.
    Retry(refresh_token::Model),
    /// It was used before. Either the client or somebody else has an old copy.
    Reused,
}

/// Gives the next pair of tokens. Every token has one child, whoever asks and however often: a retry within
/// ten seconds gets the same one again, and any later use ends the whole session.
///
/// # Errors
/// [`Code::TokenInvalid`] for anything that is not, or no longer, a good token; [`Code::TokenReused`] when it
/// was used before: then the session has ended, for good.
pub async fn refresh(op: &Op, text: &str) -> Result<LoggedIn> {
    let secret = RefreshSecret::parse(text).ok_or_else(invalid)?;
    let tx = op.begin().await?;
    let (token, session) = lock(&tx, &secret).await?.ok_or_else(invalid)?;
    let user = user::Entity::find_by_id(session.user_id)
        .one(tx.db())
        .await?
        .filter(may_log_in)
        .ok_or_else(invalid)?;
    let child_secret = secret.child(op);
    let child = match standing(&tx, &token).await? {
        Standing::First => exchange(&tx, &session, token, &child_secret).await?,
        Standing::Retry(child) => child,
        Standing::Reused => return end_family(tx, &session).await,
    };
    let tokens = sessions::hand_out(&tx, &session, &child, &child_secret)?;
    tx.commit().await?;
    Ok(LoggedIn { user, tokens })
}

/// The token and its live session. The session's row is locked: its tokens are used one at a time, and
/// nobody can end it meanwhile.
async fn lock(
    tx: &Tx,
    secret: &RefreshSecret,
) -> Result<Option<(refresh_token::Model, session::Model)>> {
    let by_secret =
        refresh_token::Entity::find().filter(refresh_token::Column::SecretHash.eq(secret.hash()));
    let Some(found) = by_secret.clone().one(tx.db()).await? else {
        return Ok(None);
    };
    let session = session::Entity::find_by_id(found.session_id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .filter(|session| {
            session.revoked_at.is_none() && session.expires_at > tx.op().machine_now()
        });
    // Read again under the lock: somebody may have used it while we waited.
    let token = by_secret
        .one(tx.db())
        .await?
        .filter(|token| token.expires_at > tx.op().machine_now());
    Ok(token.zip(session))
}

async fn standing(tx: &Tx, token: &refresh_token::Model) -> Result<Standing> {
    let Some(used_at) = token.used_at else {
        return Ok(Standing::First);
    };
    if tx.op().machine_now() - used_at > RETRY {
        return Ok(Standing::Reused);
    }
    let child = refresh_token::Entity::find()
        .filter(refresh_token::Column::ParentId.eq(token.id))
        .one(tx.db())
        .await?
        .filter(|child| child.used_at.is_none());
    Ok(child.map_or(Standing::Reused, Standing::Retry))
}

async fn exchange(
    tx: &Tx,
    session: &session::Model,
    token: refresh_token::Model,
    child_secret: &RefreshSecret,
) -> Result<refresh_token::Model> {
    let child = sessions::add_token(tx, session, child_secret, Some(token.id)).await?;
    refresh_token::ActiveModel {
        id: Unchanged(token.id),
        used_at: Set(Some(tx.op().machine_now())),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    session::ActiveModel {
        id: Unchanged(session.id),
        last_used_at: Set(tx.op().machine_now()),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    Ok(child)
}

/// Ends the session and commits that, although the answer is a refusal.
async fn end_family(mut tx: Tx, session: &session::Model) -> Result<LoggedIn> {
    sessions::end(&tx, session.id, EndReason::TokenReused).await?;
    tx.record(SessionTokenReused {
        session_id: session.id,
        user_id: session.user_id,
    })?;
    tx.commit().await?;
    metrics::counter!("refresh_reuse_total").increment(1);
    Err(Error::refused(
        Code::TokenReused,
        "This refresh token was used before; for safety its session has ended. Log in again.",
    ))
}

fn invalid() -> Error {
    Error::refused(
        Code::TokenInvalid,
        "This refresh token is not, or no longer, good. Log in again.",
    )
}
