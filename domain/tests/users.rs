//! What the house promises about people: registering, logging in, staying logged in, and being managed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; the functions below are no #[test] that clippy would see"
)]

mod kit;
#[path = "users/log_in.rs"]
mod log_in;
#[path = "users/managing.rs"]
mod managing;
#[path = "users/own_account.rs"]
mod own_account;
#[path = "users/reading.rs"]
mod reading;
#[path = "users/refresh.rs"]
mod refresh;
#[path = "users/register.rs"]
mod register;

use domain::{
    base::{Actor, Code, Error, Op, Result},
    users::{self, Credentials, LoggedIn},
};
use entity::{
    audit::audit_entry,
    id::{SessionId, UserId},
    users::{session, user},
};
use kit::House;
use sea_orm::{EntityTrait, QueryOrder};

/// Somebody says this at the log-in.
async fn say(op: &Op, identifier: &str, password: &str) -> Result<LoggedIn> {
    let credentials = Credentials {
        identifier: identifier.to_owned(),
        password: password.to_owned(),
    };
    users::log_in(op, &credentials).await
}

/// Why it was refused.
fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> Code {
    match answer {
        Err(Error::Refused { code, .. } | Error::Invalid { code, .. }) => code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// What the operation of this access token would be done as.
async fn authenticate(house: &House, access_token: &str) -> Result<Actor> {
    let claims = house
        .app
        .access_tokens
        .verify(access_token, house.now())
        .unwrap();
    users::authenticate(&house.app, &claims).await
}

async fn user_row(house: &House, id: UserId) -> user::Model {
    let row = user::Entity::find_by_id(id);
    row.one(house.app.database.reader()).await.unwrap().unwrap()
}

async fn session_row(house: &House, id: SessionId) -> session::Model {
    let row = session::Entity::find_by_id(id);
    row.one(house.app.database.reader()).await.unwrap().unwrap()
}

/// The audit trail, oldest first.
async fn trail(house: &House) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::At)
        .order_by_asc(audit_entry::Column::Id)
        .all(house.app.database.reader())
        .await
        .unwrap()
}

/// How often this stands in the audit trail.
async fn times(house: &House, action: &str) -> usize {
    let trail = trail(house).await;
    trail.iter().filter(|entry| entry.action == action).count()
}
