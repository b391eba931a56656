//! What is done with codes and links that were mailed.

use async_graphql::{Context, Object, Result};
use domain::users;

use crate::base::{Ask, error::for_payload};

use super::{
    inputs::{RequestPasswordResetInput, ResetPasswordInput, VerifyEmailInput},
    payloads::{
        RequestEmailCodePayload, RequestPasswordResetPayload, ResetPasswordPayload,
        VerifyEmailPayload,
    },
    types::User,
};

/// Work on addresses and forgotten passwords.
#[derive(Default)]
pub struct AddressMutation;

#[Object]
impl AddressMutation {
    /// Mails a code of six digits to the address of the person who asks; it is good for ten minutes, and those before
    /// it are void. At most three an hour. Needs a logged-in user.
    async fn request_email_code(&self, context: &Context<'_>) -> Result<RequestEmailCodePayload> {
        let (expires_at, errors) = for_payload(users::request_email_code(context.op()?).await)?;
        Ok(RequestEmailCodePayload { expires_at, errors })
    }

    /// Shows that the address is theirs, with the code from the mail. Five codes may be tried; the sixth voids it.
    /// Needs a logged-in user.
    async fn verify_email(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code.")] input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload> {
        let (user, errors) = for_payload(users::verify_email(context.op()?, &input.code).await)?;
        Ok(VerifyEmailPayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Mails a link for a new password, if the address is somebody's; the answer is the same in any case. At most
    /// three an hour go to one address. For anyone.
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload> {
        let done = users::request_password_reset(context.op()?, &input.email).await;
        let (done, errors) = for_payload(done)?;
        Ok(RequestPasswordResetPayload {
            accepted: done.is_some(),
            errors,
        })
    }

    /// Sets a new password with the token of a mailed link, and ends every session. The token is good once, for half
    /// an hour. For anyone.
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload> {
        let (token, new) = (&input.token, &input.new_password);
        let (done, errors) = for_payload(users::reset_password(context.op()?, token, new).await)?;
        Ok(ResetPasswordPayload {
            done: done.is_some(),
            errors,
        })
    }
}
