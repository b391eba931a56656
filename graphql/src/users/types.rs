//! What people look like from outside.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{base::page::Direction, invoices, orders, subscriptions, users::SessionTokens};
use entity::users::user;

use crate::{
    base::{Ask, ask::load, ids, page, scalars::Url},
    connection,
    invoices::InvoiceConnection,
    orders::OrderConnection,
    subscriptions::PlanSubscriptionConnection,
    test_clocks::{TestClock, loaders::TestClockById},
};

/// What a person may do here.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::users::Role")]
pub enum Role {
    /// Buys; sees what is theirs.
    Customer,
    /// Runs the shop; sees what is everybody's.
    Staff,
    /// Staff who also manage people.
    Admin,
}

/// A language that we write mails in.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::users::Locale")]
pub enum Locale {
    /// Chinese, as written in Taiwan.
    ZhTw,
    /// English.
    En,
}

/// A person with an account. Customers see themselves alone.
#[derive(Clone, Debug)]
pub struct User(pub user::Model);

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self(user)
    }
}

/// A person with an account. Customers see themselves alone.
#[Object]
impl User {
    /// The id: `usr_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The name shown, unique whatever the case; `erased-…` when the person's data was removed.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// The e-mail address, unique whatever the case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Given name; may be empty.
    async fn first_name(&self) -> &str {
        &self.0.first_name
    }

    /// Family name; may be empty.
    async fn last_name(&self) -> &str {
        &self.0.last_name
    }

    /// Phone number as the person wrote it; may be empty.
    async fn phone(&self) -> &str {
        &self.0.phone
    }

    /// The language of our mails to them.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Link to a picture, always `https`; `null` without one.
    async fn avatar_url(&self) -> Option<Url> {
        self.0.avatar_url.clone().map(Url)
    }

    /// Whether the e-mail address was shown to be theirs. A new address is not.
    async fn is_verified(&self) -> bool {
        self.0.is_verified
    }

    /// Whether the person may log in.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// What the person may do here.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// When the account was made.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at
    }

    /// When the person last logged in; `null` before the first time.
    async fn last_log_in_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_log_in_at
    }

    /// The test clock that the person lives by; `null` for whoever lives by the machine's, as
    /// everybody does where the money is real.
    async fn test_clock(&self, context: &Context<'_>) -> Result<Option<TestClock>> {
        let Some(id) = self.0.test_clock_id else {
            return Ok(None);
        };
        let row = load::<TestClockById, _>(context, id).await?;
        Ok(row.map(TestClock))
    }

    /// Their orders, newest first.
    async fn orders(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<OrderConnection> {
        let op = context.op()?;
        let only_theirs = orders::query::OrderFilter {
            user_id: Some(self.0.id),
            ..Default::default()
        };
        let theirs = only_theirs.apply(orders::query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        OrderConnection::fetch(
            op,
            theirs,
            &orders::query::by_placing(Direction::Descending),
            &request,
        )
        .await
    }

    /// Their subscriptions, newest first.
    async fn subscriptions(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<PlanSubscriptionConnection> {
        let op = context.op()?;
        let only_theirs = subscriptions::query::SubscriptionFilter {
            user_id: Some(self.0.id),
            ..Default::default()
        };
        let theirs = only_theirs.apply(subscriptions::query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        PlanSubscriptionConnection::fetch(
            op,
            theirs,
            &subscriptions::query::by_creation(Direction::Descending),
            &request,
        )
        .await
    }

    /// Their invoices, newest first.
    async fn invoices(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<InvoiceConnection> {
        let op = context.op()?;
        let only_theirs = invoices::query::InvoiceFilter {
            user_id: Some(self.0.id),
            ..Default::default()
        };
        let theirs = only_theirs.apply(invoices::query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        InvoiceConnection::fetch(
            op,
            theirs,
            &invoices::query::by_issue(Direction::Descending),
            &request,
        )
        .await
    }
}

/// The two tokens of a log-in. Both are secrets.
#[derive(SimpleObject)]
pub struct Session {
    /// Send it with every request: `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends. Refresh the session before, or when a request answers `UNAUTHENTICATED`.
    expires_at: DateTime<Utc>,
    /// For `refreshSession`. It works once; the answer brings the next one.
    refresh_token: String,
    /// When the refresh token ends: then log in again.
    refresh_token_expires_at: DateTime<Utc>,
}

impl From<SessionTokens> for Session {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token,
            expires_at: tokens.access_token_expires_at,
            refresh_token: tokens.refresh_token,
            refresh_token_expires_at: tokens.refresh_token_expires_at,
        }
    }
}

connection!(UserConnection, UserEdge, User, user::Entity, "People.");
