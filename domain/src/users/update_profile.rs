//! Changing what is one's own.

use entity::users::{CodePurpose, Locale, user};
use sea_orm::ActiveValue::Set;

use crate::base::{Access, Error, Op, Result};

use super::{account, codes, events::UserProfileUpdated, fields, verify_email};

/// What is to change; `None` stays as it is. There is no role here, and no mark of verification.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address; a new one is not verified.
    pub email: Option<String>,
    /// Given name; empty takes it away.
    pub first_name: Option<String>,
    /// Family name; empty takes it away.
    pub last_name: Option<String>,
    /// Phone number; empty takes it away.
    pub phone: Option<String>,
    /// Link to a picture, `https` only; empty takes it away.
    pub avatar_url: Option<String>,
    /// The language we write to them in.
    pub locale: Option<Locale>,
}

/// Changes what the person who asks says about themself. Without a change nothing is written. A new address gets
/// a code.
///
/// # Errors
/// Nobody is logged in; a field that cannot be taken, [`crate::base::Code::Taken`] among them.
pub async fn update_profile(op: &Op, changes: &ProfileChanges) -> Result<user::Model> {
    op.require(Access::SignedIn)?;
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let mut tx = op.begin().await?;
    let user = account::lock(&tx, user_id).await?;
    account::refuse_erased(&user)?;
    let (row, fields) = decide(&user, changes)?;
    if fields.is_empty() {
        return Ok(user);
    }
    let before = user;
    let user = account::update(&tx, &before, row).await?;
    tx.record(UserProfileUpdated { user_id, fields })?;
    if user.email_key != before.email_key {
        // What was sent to the old address must not vouch for the new one, nor open the account.
        codes::void(&tx, user_id, CodePurpose::VerifyEmail).await?;
        codes::void(&tx, user_id, CodePurpose::ResetPassword).await?;
        // The change holds even when the new address gets no code now: it can be asked for later.
        verify_email::send_code(&mut tx, &user).await?;
    }
    tx.commit().await?;
    Ok(user)
}

/// The columns to write, and the names of the fields that differ.
fn decide(
    user: &user::Model,
    changes: &ProfileChanges,
) -> Result<(user::ActiveModel, Vec<&'static str>)> {
    let mut row = user::ActiveModel::default();
    let mut changed = Vec::new();
    if let Some(username) = &changes.username {
        let username = fields::username(username)?;
        if username.shown != user.username {
            row.username = Set(username.shown);
            row.username_key = Set(username.key);
            changed.push("username");
        }
    }
    if let Some(email) = &changes.email {
        let email = fields::email(email)?;
        if email.shown != user.email {
            if email.key != user.email_key {
                row.is_verified = Set(false);
            }
            row.email = Set(email.shown);
            row.email_key = Set(email.key);
            changed.push("email");
        }
    }
    if let Some(phone) = &changes.phone {
        let phone = fields::phone(phone)?;
        if phone != user.phone {
            row.phone = Set(phone);
            changed.push("phone");
        }
    }
    if let Some(avatar_url) = &changes.avatar_url {
        let avatar_url = fields::avatar_url(avatar_url)?;
        if avatar_url != user.avatar_url {
            row.avatar_url = Set(avatar_url);
            changed.push("avatarUrl");
        }
    }
    if let Some(locale) = changes.locale
        && locale != user.locale
    {
        row.locale = Set(locale);
        changed.push("locale");
    }
    let (first, last) = (&changes.first_name, &changes.last_name);
    names(
        user,
        first.as_deref(),
        last.as_deref(),
        &mut row,
        &mut changed,
    )?;
    Ok((row, changed))
}

/// The part about the names, which an admin may change too.
pub(super) fn names(
    user: &user::Model,
    first: Option<&str>,
    last: Option<&str>,
    row: &mut user::ActiveModel,
    changed: &mut Vec<&'static str>,
) -> Result<()> {
    if let Some(first) = first {
        let first = fields::name("firstName", first)?;
        if first != user.first_name {
            row.first_name = Set(first);
            changed.push("firstName");
        }
    }
    if let Some(last) = last {
        let last = fields::name("lastName", last)?;
        if last != user.last_name {
            row.last_name = Set(last);
            changed.push("lastName");
        }
    }
    Ok(())
}
