//! How errors leave the house: what the caller can mend goes into a payload's `errors`, the rest becomes a
//! top-level error with a code. Causes go to the log, once, here.

use async_graphql::{Enum, ErrorExtensions, SimpleObject};
use domain::base::{Code, Error};

/// What is wrong, in one word that programs can rely on.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::base::Code")]
pub enum UserErrorCode {
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
    /// The name or the password is wrong, or the account cannot log in.
    WrongCredentials,
    /// The present password is wrong.
    WrongPassword,
    /// The refresh token is not, or no longer, good. Log in again.
    TokenInvalid,
    /// The refresh token was used before; its whole session was ended for safety. Log in again.
    TokenReused,
    /// The plan cannot be bought now.
    PlanNotForSale,
    /// The plan is paid once: use `createOrder`.
    PlanNotRecurring,
    /// The plan is a subscription: use `createSubscription`.
    PlanRecurring,
    /// A running or pending subscription to this plan exists already.
    AlreadySubscribed,
    /// The state of the thing does not allow this; the message names the state.
    InvalidState,
    /// The time to pay the order is over. Order again.
    OrderExpired,
    /// This method does not take this amount; the message says what it takes.
    MethodNotAvailable,
    /// The idempotency key was sent before with another input. Use a new one.
    IdempotencyKeyReused,
    /// A request with the same idempotency key is still running. Try again in a moment.
    IdempotencyKeyInUse,
    /// The operation needs an idempotency key.
    IdempotencyKeyRequired,
    /// The subscription is to this plan already.
    SamePlan,
    /// The plan is sold in another currency. Cancel, and subscribe anew.
    CurrencyMismatch,
    /// What the preview showed is not so any more, and nothing was done; the message names what changed. Look at a new
    /// preview.
    PreviewDrifted,
    /// The customer's credit is less than what is taken of it.
    InsufficientCredit,
    /// The last admin cannot be demoted, deactivated or erased.
    LastAdmin,
    /// The cursor does not belong to this list.
    InvalidCursor,
    /// The code or link is wrong, was used, was replaced by a newer one, or its time is over. Ask for a new one.
    CodeInvalid,
    /// More than the payment brought, or more than is left of it.
    RefundExceedsCapture,
    /// The payment was made in instalments or with bonus points: it goes back in full or not at all.
    RefundInFullOnly,
    /// The payment brought no money that could go back; the message names its state.
    NotRefundable,
    /// The gateway gives no card payments back here; ask for a manual refund.
    RefundNotAvailable,
    /// The gateway gave no usable answer. Nothing was done; ask again.
    GatewayUnanswered,
    /// This shop has no test clocks: its money is real.
    TestClocksOff,
}

/// Something the caller can mend or must decide.
#[derive(SimpleObject, Clone, Debug)]
pub struct UserError {
    /// What is wrong, for programs.
    pub code: UserErrorCode,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// Where: the path of the input field, such as `["input", "email"]`; empty when it is not about one field.
    pub path: Vec<String>,
}

impl UserError {
    fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Invalid {
                field,
                code,
                message,
            } => Some(Self {
                code: (*code).into(),
                message: message.to_string(),
                path: std::iter::once("input")
                    .chain(field.split('.'))
                    .map(str::to_owned)
                    .collect(),
            }),
            Error::Refused { code, message } => Some(Self {
                code: (*code).into(),
                message: message.to_string(),
                path: Vec::new(),
            }),
            _ => None,
        }
    }
}

/// Splits what a use case answered into what belongs into the payload and what is a top-level error.
///
/// # Errors
/// Everything that the caller cannot mend.
pub fn for_payload<T>(
    result: domain::base::Result<T>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(error) => match UserError::of(&error) {
            Some(user_error) => Ok((None, vec![user_error])),
            None => Err(outward(error)),
        },
    }
}

/// What an error stands for that may be gone when the operation is done again: nothing was done, because others wrote
/// the same at the same time. It is the source of such an error, which stays in the house.
#[derive(Clone, Copy, Debug)]
pub struct Collision;

impl std::fmt::Display for Collision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Error::Collided.fmt(formatter)
    }
}

/// The top-level error for a domain error: a fixed sentence and a code; an unexpected cause is logged here.
#[must_use]
pub fn outward(error: Error) -> async_graphql::Error {
    if let Error::Internal(cause) = &error {
        tracing::error!(error = %chain(cause.as_ref()), "a request failed for a reason of ours");
    }
    let code = match &error {
        Error::Invalid {
            code: Code::InvalidCursor,
            ..
        } => "INVALID_CURSOR",
        Error::Invalid { .. } | Error::Refused { .. } => "BAD_USER_INPUT",
        other => other.code(),
    };
    let told = match error {
        Error::Collided => async_graphql::Error::new_with_source(Collision),
        _ => async_graphql::Error::new(error.to_string()),
    };
    told.extend_with(|_, extensions| {
        extensions.set("code", code);
        if let Some(wait) = error.retry_after_seconds() {
            extensions.set("retryAfterSeconds", wait);
        }
        match &error {
            Error::Invalid { field, code, .. } => {
                extensions.set("field", *field);
                extensions.set("reason", code.name());
            }
            Error::Refused { code, .. } => extensions.set("reason", code.name()),
            _ => {}
        }
    })
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
