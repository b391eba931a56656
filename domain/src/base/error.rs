//! The one error of the domain. It has two faces: [`Error::code`] and its message leave the house,
//! the cause of [`Error::Internal`] goes to the log, once, at the edge.

use std::borrow::Cow;

use sea_orm::DbErr;

use super::trouble::Trouble;

/// What a refusal is about; stable, and part of the API (`UserErrorCode` in the schema).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A value is missing or blank.
    Blank,
    /// A value is longer than it may be.
    TooLong,
    /// A value is shorter than it must be.
    TooShort,
    /// A value has not the form it must have.
    Malformed,
    /// A number is outside its bounds.
    OutOfRange,
    /// Somebody or something else has this name already.
    Taken,
    /// The name or the password is wrong, or the account cannot log in. Which one is not told.
    WrongCredentials,
    /// The present password is wrong.
    WrongPassword,
    /// The refresh token is not, or no longer, good.
    TokenInvalid,
    /// The refresh token was used before: its whole session was ended for safety.
    TokenReused,
    /// The plan cannot be bought now.
    PlanNotForSale,
    /// The plan is paid once: order it, it cannot be subscribed to.
    PlanNotRecurring,
    /// The plan is a subscription: subscribe to it, it cannot be ordered.
    PlanRecurring,
    /// A running or pending subscription to this plan exists already.
    AlreadySubscribed,
    /// The thing's state does not allow this; the message names the state.
    InvalidState,
    /// The time to pay the order is over.
    OrderExpired,
    /// The gateway does not take this amount by this method.
    MethodNotAvailable,
    /// The same key was used with another input.
    IdempotencyKeyReused,
    /// A request with the same key is still running.
    IdempotencyKeyInUse,
    /// The operation needs a key.
    IdempotencyKeyRequired,
    /// The subscription is to this plan already.
    SamePlan,
    /// The plan is sold in another currency.
    CurrencyMismatch,
    /// What a preview showed is not so any more; nothing was done.
    PreviewDrifted,
    /// The customer's credit is less than what is taken of it.
    InsufficientCredit,
    /// The last admin cannot be demoted, deactivated or erased.
    LastAdmin,
    /// The cursor does not belong to this list.
    InvalidCursor,
    /// The code or link is wrong, was used, was replaced by a newer one, or its time is over.
    CodeInvalid,
    /// More than came, or more than is left of it.
    RefundExceedsCapture,
    /// The payment goes back in full or not at all.
    RefundInFullOnly,
    /// The payment brought no money that could go back.
    NotRefundable,
    /// The gateway gives no card payments back here.
    RefundNotAvailable,
    /// The gateway gave no usable answer; nothing was done.
    GatewayUnanswered,
    /// This shop has no test clocks: its money is real.
    TestClocksOff,
}

impl Code {
    /// Every code, for the generated documentation.
    pub const ALL: &'static [Self] = &[
        Self::Blank,
        Self::TooLong,
        Self::TooShort,
        Self::Malformed,
        Self::OutOfRange,
        Self::Taken,
        Self::WrongCredentials,
        Self::WrongPassword,
        Self::TokenInvalid,
        Self::TokenReused,
        Self::PlanNotForSale,
        Self::PlanNotRecurring,
        Self::PlanRecurring,
        Self::AlreadySubscribed,
        Self::InvalidState,
        Self::OrderExpired,
        Self::MethodNotAvailable,
        Self::IdempotencyKeyReused,
        Self::IdempotencyKeyInUse,
        Self::IdempotencyKeyRequired,
        Self::SamePlan,
        Self::CurrencyMismatch,
        Self::PreviewDrifted,
        Self::InsufficientCredit,
        Self::LastAdmin,
        Self::InvalidCursor,
        Self::CodeInvalid,
        Self::RefundExceedsCapture,
        Self::RefundInFullOnly,
        Self::NotRefundable,
        Self::RefundNotAvailable,
        Self::GatewayUnanswered,
        Self::TestClocksOff,
    ];

    /// The name that stands in the schema and in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "BLANK",
            Self::TooLong => "TOO_LONG",
            Self::TooShort => "TOO_SHORT",
            Self::Malformed => "MALFORMED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Taken => "TAKEN",
            Self::WrongCredentials => "WRONG_CREDENTIALS",
            Self::WrongPassword => "WRONG_PASSWORD",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::TokenReused => "TOKEN_REUSED",
            Self::PlanNotForSale => "PLAN_NOT_FOR_SALE",
            Self::PlanNotRecurring => "PLAN_NOT_RECURRING",
            Self::PlanRecurring => "PLAN_RECURRING",
            Self::AlreadySubscribed => "ALREADY_SUBSCRIBED",
            Self::InvalidState => "INVALID_STATE",
            Self::OrderExpired => "ORDER_EXPIRED",
            Self::MethodNotAvailable => "METHOD_NOT_AVAILABLE",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::IdempotencyKeyInUse => "IDEMPOTENCY_KEY_IN_USE",
            Self::IdempotencyKeyRequired => "IDEMPOTENCY_KEY_REQUIRED",
            Self::SamePlan => "SAME_PLAN",
            Self::CurrencyMismatch => "CURRENCY_MISMATCH",
            Self::PreviewDrifted => "PREVIEW_DRIFTED",
            Self::InsufficientCredit => "INSUFFICIENT_CREDIT",
            Self::LastAdmin => "LAST_ADMIN",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::CodeInvalid => "CODE_INVALID",
            Self::RefundExceedsCapture => "REFUND_EXCEEDS_CAPTURE",
            Self::RefundInFullOnly => "REFUND_IN_FULL_ONLY",
            Self::NotRefundable => "NOT_REFUNDABLE",
            Self::RefundNotAvailable => "REFUND_NOT_AVAILABLE",
            Self::GatewayUnanswered => "GATEWAY_UNANSWERED",
            Self::TestClocksOff => "TEST_CLOCKS_OFF",
        }
    }
}

/// All that leaves the house about a defect or an outage.
pub const MASKED: &str = "Something went wrong on our side; the log knows it by the request id.";

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// Nobody is logged in, or the log-in has ended.
    #[error("Log in first.")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("This needs another role.")]
    Forbidden,
    /// A value cannot be taken as it is.
    #[error("{message}")]
    Invalid {
        /// The input field, in the schema's spelling: `email`, `lines.0.quantity`.
        field: &'static str,
        /// What is wrong with it.
        code: Code,
        /// A sentence for the person at the other end.
        message: Cow<'static, str>,
    },
    /// The input is fine, but the business says no.
    #[error("{message}")]
    Refused {
        /// Why.
        code: Code,
        /// A sentence for the person at the other end.
        message: Cow<'static, str>,
    },
    /// Too much at once, or too often.
    #[error("Too many attempts; try again in {retry_after_seconds} s.")]
    TooMany {
        /// When to come again.
        retry_after_seconds: u64,
    },
    /// The house cannot answer now; nothing was done.
    #[error("Busy; nothing was done. Try again in {retry_after_seconds} s.")]
    Busy {
        /// When to come again.
        retry_after_seconds: u64,
    },
    /// Somebody else wrote the same at the same time; nothing was done. Whoever opened the operation does it again.
    #[error("Others changed the same at the same time; nothing was done. Try again in 1 s.")]
    Collided,
    /// The connection broke while it was being committed.
    #[error(
        "The database went away while this was written; whether it was done is not known. Send the same again, under the same key."
    )]
    Unsure,
    /// A defect or an outage. The cause is for the log alone.
    #[error("{MASKED}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A value that cannot be taken as it is.
    pub fn invalid(field: &'static str, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid {
            field,
            code,
            message: message.into(),
        }
    }

    /// A refusal for a reason of business.
    pub fn refused(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused {
            code,
            message: message.into(),
        }
    }

    /// A defect or an outage.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The code that leaves the house.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "NOT_FOUND",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::Invalid { code, .. } | Self::Refused { code, .. } => code.name(),
            Self::TooMany { .. } => "RATE_LIMITED",
            Self::Busy { .. } | Self::Collided | Self::Unsure => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    /// Whether the house could not answer now; a repeat may find it well again.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Collided | Self::Unsure)
    }

    /// In how many seconds to come again, where that helps.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMany {
                retry_after_seconds,
            }
            | Self::Busy {
                retry_after_seconds,
            } => Some(*retry_after_seconds),
            Self::Collided => Some(1),
            Self::Unsure => Some(2),
            _ => None,
        }
    }

    /// Whether it is for the caller to mend: such errors go into a payload's `errors` list.
    #[must_use]
    pub const fn is_for_the_caller(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Refused { .. })
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        match Trouble::of(&cause) {
            Trouble::Collision => Self::Collided,
            Trouble::Outage => Self::Busy {
                retry_after_seconds: 2,
            },
            Trouble::Defect => Self::internal(cause),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<entity::money::MoneyError> for Error {
    fn from(cause: entity::money::MoneyError) -> Self {
        Self::internal(cause)
    }
}

/// What a use case answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
