//! What happens to people and their sessions. Ids only: an event is kept for ever, a person's data is not.

use entity::{
    id::{OneTimeCodeId, SessionId, UserId},
    users::Role,
};
use serde::Serialize;

use crate::base::{Event, Topic, event::Sample};

use super::sessions::EndReason;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal about $subject:ident $(, $causes_mail:ident)?
        $(; rights of $owner:ident)? {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl Event for $name {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.$subject.to_string()
            }

            $(fn $causes_mail(&self) -> bool {
                true
            })?

            // Live connections look at once whether their log-in still stands.
            $(fn topics(&self) -> Vec<Topic> {
                vec![Topic::Rights(self.$owner)]
            })?
        }
    )+};
}

events! {
    /// Somebody opened an account.
    UserRegistered = "user.registered" about user_id {
        /// Who.
        user_id: UserId,
    }
    /// An admin, or the command line, made an account.
    UserCreated = "user.created" about user_id {
        /// Whose.
        user_id: UserId,
        /// With which role.
        role: Role,
    }
    /// Somebody changed what is theirs.
    UserProfileUpdated = "user.profile_updated" about user_id {
        /// Who.
        user_id: UserId,
        /// Which fields, never their values.
        fields: Vec<&'static str>,
    }
    /// An admin changed an account.
    UserUpdated = "user.updated" about user_id; rights of user_id {
        /// Whose.
        user_id: UserId,
        /// Which fields, never their values.
        fields: Vec<&'static str>,
        /// The role it has now.
        role: Role,
        /// Whether it is open now.
        is_active: bool,
    }
    /// A code of six digits is on its way to somebody's address.
    UserEmailCodeIssued = "user.email_code_issued" about user_id, causes_mail {
        /// Whose.
        user_id: UserId,
        /// Which code; what it is stands nowhere.
        code_id: OneTimeCodeId,
    }
    /// Somebody showed that their address is theirs.
    UserEmailVerified = "user.email_verified" about user_id {
        /// Who.
        user_id: UserId,
    }
    /// A link for a new password is on its way.
    UserPasswordResetRequested = "user.password_reset_requested" about user_id, causes_mail {
        /// Whose.
        user_id: UserId,
        /// Which code; what it is stands nowhere.
        code_id: OneTimeCodeId,
    }
    /// A password was changed.
    UserPasswordChanged = "user.password_changed" about user_id, causes_mail {
        /// Whose.
        user_id: UserId,
    }
    /// An account was closed.
    UserDeactivated = "user.deactivated" about user_id; rights of user_id {
        /// Whose.
        user_id: UserId,
    }
    /// A person's data was removed.
    UserErased = "user.erased" about user_id; rights of user_id {
        /// Whose.
        user_id: UserId,
    }
    /// Several sessions of a person were ended at once.
    UserSessionsEnded = "user.sessions_ended" about user_id; rights of user_id {
        /// Whose.
        user_id: UserId,
        /// Why.
        reason: EndReason,
        /// How many.
        count: u64,
    }
    /// Somebody logged in.
    SessionStarted = "session.started" about session_id {
        /// The log-in.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
    }
    /// One session was ended.
    SessionEnded = "session.ended" about session_id; rights of user_id {
        /// The log-in.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
        /// Why.
        reason: EndReason,
    }
    /// A refresh token came a second time, so the session was ended: somebody may have stolen it.
    SessionTokenReused = "session.token_reused" about session_id, causes_mail; rights of user_id {
        /// The log-in.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let user_id = UserId(uuid::Uuid::from_u128(1));
    let session_id = SessionId(uuid::Uuid::from_u128(2));
    let code_id = OneTimeCodeId(uuid::Uuid::from_u128(3));
    [
        Sample::of(&UserRegistered { user_id }),
        Sample::of(&UserCreated {
            user_id,
            role: Role::Staff,
        }),
        Sample::of(&UserProfileUpdated {
            user_id,
            fields: vec!["email", "phone"],
        }),
        Sample::of(&UserUpdated {
            user_id,
            fields: vec!["role"],
            role: Role::Staff,
            is_active: true,
        }),
        Sample::of(&UserEmailCodeIssued { user_id, code_id }),
        Sample::of(&UserEmailVerified { user_id }),
        Sample::of(&UserPasswordResetRequested { user_id, code_id }),
        Sample::of(&UserPasswordChanged { user_id }),
        Sample::of(&UserDeactivated { user_id }),
        Sample::of(&UserErased { user_id }),
        Sample::of(&UserSessionsEnded {
            user_id,
            reason: EndReason::PasswordChanged,
            count: 2,
        }),
        Sample::of(&SessionStarted {
            session_id,
            user_id,
        }),
        Sample::of(&SessionEnded {
            session_id,
            user_id,
            reason: EndReason::LogOut,
        }),
        Sample::of(&SessionTokenReused {
            session_id,
            user_id,
        }),
    ]
    .into_iter()
    .collect()
}
