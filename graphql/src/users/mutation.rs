//! What can be done about people.

use async_graphql::{Context, Object, Result};
use domain::users::{self, LoggedIn};
use entity::id::UserId;

use crate::base::{Ask, UserError, error::for_payload, ids};

use super::{
    inputs::{
        ChangePasswordInput, CreateUserInput, DeactivateUserInput, EraseUserInput, LogInInput,
        RefreshSessionInput, RegisterInput, UpdateProfileInput, UpdateUserInput,
    },
    payloads::{
        ChangePasswordPayload, CreateUserPayload, DeactivateUserPayload, EraseUserPayload,
        LogInPayload, LogOutElsewherePayload, LogOutEverywherePayload, LogOutPayload,
        RefreshSessionPayload, RegisterPayload, UpdateProfilePayload, UpdateUserPayload,
    },
    types::{Session, User},
};

/// Work on people and their sessions.
#[derive(Default)]
pub struct UsersMutation;

#[Object]
impl UsersMutation {
    /// Opens an account of one's own and logs in.
    async fn register(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account.")] input: RegisterInput,
    ) -> Result<RegisterPayload> {
        let done = users::register(context.op()?, &input.into()).await;
        let (user, session, errors) = logged_in(done)?;
        Ok(RegisterPayload {
            user,
            session,
            errors,
        })
    }

    /// Begins a session. A wrong password and an unknown name get the same answer; after five failures within 15
    /// minutes one address must wait, even with the right password.
    async fn log_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who wants in.")] input: LogInInput,
    ) -> Result<LogInPayload> {
        let done = users::log_in(context.op()?, &input.into()).await;
        let (user, session, errors) = logged_in(done)?;
        Ok(LogInPayload {
            user,
            session,
            errors,
        })
    }

    /// Trades a refresh token for the next pair of tokens. A repeat within ten seconds gets the same refresh token
    /// again; a later one ends the whole session, because somebody may have stolen it.
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload> {
        let done = users::refresh(context.op()?, &input.refresh_token).await;
        let (user, session, errors) = logged_in(done)?;
        Ok(RefreshSessionPayload {
            user,
            session,
            errors,
        })
    }

    /// Ends the session that asks, at once.
    async fn log_out(&self, context: &Context<'_>) -> Result<LogOutPayload> {
        let op = context.op()?;
        let (done, errors) = for_payload(users::log_out(op).await)?;
        Ok(LogOutPayload {
            ended_session_id: done.and_then(|()| op.actor().session_id()).map(ids::write),
            errors,
        })
    }

    /// Ends every session of the person who asks, on every device, at once.
    async fn log_out_everywhere(&self, context: &Context<'_>) -> Result<LogOutEverywherePayload> {
        let (ended, errors) = for_payload(users::log_out_everywhere(context.op()?).await)?;
        Ok(LogOutEverywherePayload {
            ended_sessions: ended.map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
            errors,
        })
    }

    /// Ends every other session of the person who asks, at once; the one that asks goes on.
    async fn log_out_elsewhere(&self, context: &Context<'_>) -> Result<LogOutElsewherePayload> {
        let (ended, errors) = for_payload(users::log_out_elsewhere(context.op()?).await)?;
        Ok(LogOutElsewherePayload {
            ended_sessions: ended.map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
            errors,
        })
    }

    /// Changes the password of the person who asks, and ends their other sessions.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The passwords.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let (present, new) = (&input.current_password, &input.new_password);
        let done = users::change_password(context.op()?, present, new).await;
        let (user, errors) = for_payload(done)?;
        Ok(ChangePasswordPayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Changes what the person who asks says about themself.
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload> {
        let done = users::update_profile(context.op()?, &input.into()).await;
        let (user, errors) = for_payload(done)?;
        Ok(UpdateProfilePayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Makes an account for somebody else, with any role.
    async fn create_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account.")] input: CreateUserInput,
    ) -> Result<CreateUserPayload> {
        let (role, is_verified) = (input.role.into(), input.is_verified);
        let new = input.into_new_user();
        let done = users::create_user(context.op()?, &new, role, is_verified).await;
        let (user, errors) = for_payload(done)?;
        Ok(CreateUserPayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Changes somebody's role, names, verification, or whether they may log in.
    async fn update_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateUserInput,
    ) -> Result<UpdateUserPayload> {
        let id = ids::parse(&input.user_id)?;
        let done = users::update_user(context.op()?, id, &input.into()).await;
        let (user, errors) = for_payload(done)?;
        Ok(UpdateUserPayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Closes an account: the person is logged out everywhere and cannot log in. Their orders and subscriptions
    /// stay; `updateUser` opens it again.
    async fn deactivate_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account.")] input: DeactivateUserInput,
    ) -> Result<DeactivateUserPayload> {
        let done = users::deactivate_user(context.op()?, ids::parse(&input.user_id)?).await;
        let (user, errors) = for_payload(done)?;
        Ok(DeactivateUserPayload {
            user: user.map(User::from),
            errors,
        })
    }

    /// Removes a person's data for good: names, addresses, password, sessions. Their orders stay, and invoices keep
    /// the buyer as issued, because the law has books kept.
    async fn erase_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The person.")] input: EraseUserInput,
    ) -> Result<EraseUserPayload> {
        let id: UserId = ids::parse(&input.user_id)?;
        let (done, errors) = for_payload(users::erase_user(context.op()?, id).await)?;
        Ok(EraseUserPayload {
            erased_user_id: done.map(|user| ids::write(user.id)),
            errors,
        })
    }
}

type Answer = (Option<User>, Option<Session>, Vec<UserError>);

fn logged_in(done: domain::base::Result<LoggedIn>) -> Result<Answer> {
    let (done, errors) = for_payload(done)?;
    let (user, tokens) = done.map(|done| (done.user, done.tokens)).unzip();
    Ok((user.map(User::from), tokens.map(Session::from), errors))
}
