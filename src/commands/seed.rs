//! Demo data, so that there is something to see on the first day.

use std::sync::Arc;

use domain::{
    base::{Code, Error, Op},
    users::{NewUser, create_user::create_user},
};
use entity::users::Role;
use serde::Serialize;

use crate::{
    app,
    config::{Config, Profile},
};

use super::{Failure, migrate, seed_plans};

/// Somebody to log in as. Also what `/dev/accounts.json` tells the playground.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DemoAccount {
    /// What the account is for.
    pub label: &'static str,
    /// The e-mail address to log in with.
    pub identifier: &'static str,
    /// The password. No secret: these accounts are refused in production.
    pub password: &'static str,
    #[serde(skip)]
    username: &'static str,
    #[serde(skip)]
    role: Role,
}

/// One for each role.
pub const DEMO_ACCOUNTS: &[DemoAccount] = &[
    account("Customer", "mei@demo.example", "mei", Role::Customer),
    account("Staff", "staff@demo.example", "staff", Role::Staff),
    account("Admin", "admin@demo.example", "admin", Role::Admin),
];

const fn account(
    label: &'static str,
    identifier: &'static str,
    username: &'static str,
    role: Role,
) -> DemoAccount {
    DemoAccount {
        label,
        identifier,
        password: "fabrica-demo-2026",
        username,
        role,
    }
}

/// Brings the database up to date and puts demo data in. Run twice, it changes nothing.
///
/// # Errors
/// In production; or the database does not answer.
pub async fn run(config: &Config) -> Result<(), Failure> {
    if config.profile == Profile::Production {
        return Err(
            "FABRICA_PROFILE: production is not seeded: everybody knows the demo passwords".into(),
        );
    }
    let _lock = app::lock_database(config)?;
    let app = app::build(config).await?;
    migrate::apply(&app.database).await?;
    let op = Op::system(Arc::clone(&app), "seed", "command");
    let made = fill(&op).await?;
    seed_plans::plans(&op).await?;
    println!(
        "{made} of {} demo accounts made; the demo plans are there",
        DEMO_ACCOUNTS.len()
    );
    Ok(())
}

/// Makes what is not there yet, and says how many accounts that was.
///
/// # Errors
/// The database does not answer.
pub async fn fill(op: &Op) -> Result<usize, Failure> {
    let mut made = 0;
    for account in DEMO_ACCOUNTS {
        let new = NewUser {
            username: account.username.to_owned(),
            email: account.identifier.to_owned(),
            password: account.password.to_owned(),
            ..NewUser::default()
        };
        match create_user(op, &new, account.role, true).await {
            Ok(_) => made += 1,
            Err(
                Error::Invalid {
                    code: Code::Taken, ..
                }
                | Error::Refused {
                    code: Code::Taken, ..
                },
            ) => {}
            Err(error) => return Err(Box::new(error)),
        }
    }
    Ok(made)
}
