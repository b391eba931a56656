//! Beginning and ending log-ins.

use std::fmt;

use chrono::{DateTime, Utc};
use entity::{
    id::{RefreshTokenId, SessionId, UserId},
    users::{refresh_token, session, user},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, UpdateMany,
    sea_query::Expr,
};
use serde::Serialize;

use crate::base::{Result, Tx};

use super::{
    events::{SessionStarted, UserSessionsEnded},
    tokens::{self, RefreshSecret},
};

/// Why a session ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person logged out.
    LogOut,
    /// The person logged out on every device.
    LogOutEverywhere,
    /// The person logged out on every other device.
    LogOutElsewhere,
    /// The password was changed through another session.
    PasswordChanged,
    /// The password was set anew with a link that was mailed.
    PasswordReset,
    /// A refresh token came a second time: somebody has a copy.
    TokenReused,
    /// The account was closed.
    Deactivated,
    /// The person was erased.
    Erased,
}

impl EndReason {
    /// The word in the row.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogOut => "log_out",
            Self::LogOutEverywhere => "log_out_everywhere",
            Self::LogOutElsewhere => "log_out_elsewhere",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::TokenReused => "token_reused",
            Self::Deactivated => "deactivated",
            Self::Erased => "erased",
        }
    }
}

/// The two tokens of a session. They are secrets: shown to the client, written nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTokens {
    /// The log-in they belong to.
    pub session_id: SessionId,
    /// For every request.
    pub access_token: String,
    /// After this the access token is worth nothing.
    pub access_token_expires_at: DateTime<Utc>,
    /// For the next pair of tokens; works once.
    pub refresh_token: String,
    /// After this the refresh token is worth nothing.
    pub refresh_token_expires_at: DateTime<Utc>,
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionTokens")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// Somebody who has just logged in.
#[derive(Clone)]
pub struct LoggedIn {
    /// Who.
    pub user: user::Model,
    /// With what to go on.
    pub tokens: SessionTokens,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn")
            .field("user_id", &self.user.id)
            .field("tokens", &self.tokens)
            .finish()
    }
}

/// Begins a session of this person, from where the operation comes.
pub(super) async fn start(tx: &mut Tx, user_id: UserId) -> Result<SessionTokens> {
    let now = tx.op().machine_now();
    let origin = tx.op().origin();
    let session = session::ActiveModel {
        id: Set(tx.op().new_id::<SessionId>()),
        user_id: Set(user_id),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now + tx.op().app().policy.session_lifetime),
        revoked_at: Set(None),
        revoked_reason: Set(None),
        address: Set(origin.address.clone()),
        agent: Set(origin.agent.clone()),
    }
    .insert(tx.db())
    .await?;
    let secret = RefreshSecret::fresh(tx.op());
    let token = add_token(tx, &session, &secret, None).await?;
    tx.record(SessionStarted {
        session_id: session.id,
        user_id,
    })?;
    hand_out(tx, &session, &token, &secret)
}

/// Adds a token to the family. The unique parent lets each have one child only.
pub(super) async fn add_token(
    tx: &Tx,
    session: &session::Model,
    secret: &RefreshSecret,
    parent: Option<RefreshTokenId>,
) -> Result<refresh_token::Model> {
    let lifetime = tx.op().app().policy.refresh_token_lifetime;
    let token = refresh_token::ActiveModel {
        id: Set(tx.op().new_id::<RefreshTokenId>()),
        session_id: Set(session.id),
        parent_id: Set(parent),
        secret_hash: Set(secret.hash()),
        issued_at: Set(tx.op().machine_now()),
        expires_at: Set((tx.op().machine_now() + lifetime).min(session.expires_at)),
        used_at: Set(None),
    };
    Ok(token.insert(tx.db()).await?)
}

/// What the client gets.
pub(super) fn hand_out(
    tx: &Tx,
    session: &session::Model,
    token: &refresh_token::Model,
    secret: &RefreshSecret,
) -> Result<SessionTokens> {
    let (access_token, access_token_expires_at) =
        tokens::access_token(tx.op(), session, tx.op().machine_now())?;
    Ok(SessionTokens {
        session_id: session.id,
        access_token,
        access_token_expires_at,
        refresh_token: secret.text(),
        refresh_token_expires_at: token.expires_at,
    })
}

/// Ends one session; whether it was still alive.
pub(super) async fn end(tx: &Tx, id: SessionId, reason: EndReason) -> Result<bool> {
    let ended = revoke(tx, reason)
        .filter(session::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Ends every session of a person but one, and says so if there was any. Lock the person first: then no
/// session can begin meanwhile.
pub(super) async fn end_all(
    tx: &mut Tx,
    user_id: UserId,
    but: Option<SessionId>,
    reason: EndReason,
) -> Result<u64> {
    let mut revoked = revoke(tx, reason).filter(session::Column::UserId.eq(user_id));
    if let Some(kept) = but {
        revoked = revoked.filter(session::Column::Id.ne(kept));
    }
    let count = revoked.exec(tx.db()).await?.rows_affected;
    if count > 0 {
        tx.record(UserSessionsEnded {
            user_id,
            reason,
            count,
        })?;
    }
    Ok(count)
}

fn revoke(tx: &Tx, reason: EndReason) -> UpdateMany<session::Entity> {
    session::Entity::update_many()
        .col_expr(
            session::Column::RevokedAt,
            Expr::value(tx.op().machine_now()),
        )
        .col_expr(session::Column::RevokedReason, Expr::value(reason.name()))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(tx.op().machine_now()))
}
