//! Who is asking, and what that allows.

use std::fmt;

use entity::{
    id::{SessionId, UserId},
    users::Role,
};

/// Who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has logged in.
    Anonymous,
    /// A person, through a live session.
    User {
        /// Who.
        id: UserId,
        /// What the person may do, as the database says now.
        role: Role,
        /// Through which log-in.
        session: SessionId,
    },
    /// A part of Fabrica: the callback door, a job, the command line.
    System(&'static str),
}

/// What a door asks of those who come through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Anyone,
    /// To be logged in.
    SignedIn,
    /// To be staff or admin.
    Staff,
    /// To be admin.
    Admin,
}

impl Access {
    /// The sentence that tells it in the schema.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Anyone => "For anyone.",
            Self::SignedIn => "Needs a logged-in user.",
            Self::Staff => "Needs the role STAFF or ADMIN.",
            Self::Admin => "Needs the role ADMIN.",
        }
    }
}

impl Actor {
    /// Whether this actor may pass. The parts of Fabrica pass everywhere.
    #[must_use]
    pub const fn may(&self, access: Access) -> bool {
        match (self, access) {
            (Self::System(_), _) | (_, Access::Anyone) | (Self::User { .. }, Access::SignedIn) => {
                true
            }
            (Self::Anonymous, _) => false,
            (Self::User { role, .. }, Access::Staff) => matches!(role, Role::Staff | Role::Admin),
            (Self::User { role, .. }, Access::Admin) => matches!(role, Role::Admin),
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Anonymous | Self::System(_) => None,
        }
    }

    /// The log-in, if it is a person.
    #[must_use]
    pub const fn session_id(&self) -> Option<SessionId> {
        match self {
            Self::User { session, .. } => Some(*session),
            Self::Anonymous | Self::System(_) => None,
        }
    }
}

/// One word, as it stands in the audit trail: `anonymous`, `user`, `system:callback`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::User { .. } => f.write_str("user"),
            Self::System(part) => write!(f, "system:{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role) -> Actor {
        Actor::User {
            id: UserId(uuid::Uuid::nil()),
            role,
            session: SessionId(uuid::Uuid::nil()),
        }
    }

    #[test]
    fn each_role_passes_exactly_its_own_doors() {
        use Access::{Admin, Anyone, SignedIn, Staff};
        let doors = [Anyone, SignedIn, Staff, Admin];
        let table = [
            (Actor::Anonymous, [true, false, false, false]),
            (person(Role::Customer), [true, true, false, false]),
            (person(Role::Staff), [true, true, true, false]),
            (person(Role::Admin), [true, true, true, true]),
            (Actor::System("job"), [true, true, true, true]),
        ];
        for (actor, expected) in table {
            assert_eq!(doors.map(|door| actor.may(door)), expected, "{actor:?}");
        }
    }
}
