//! A house for tests: the real domain on a real database, with a clock that stands still, dice that repeat
//! themselves, and a gateway that answers what the test says.
//!
//! ```ignore
//! mod kit;
//!
//! #[tokio::test(flavor = "multi_thread")]
//! async fn an_order_is_placed() {
//!     kit::on_each_engine(|house| async move {
//!         let mei = house.customer("mei").await;
//!         orders::place(&mei.op, …).await.unwrap();
//!     })
//!     .await;
//! }
//! ```

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking; no test file uses all of the kit"
)]

pub mod cards;
pub mod clocks;
mod databases;
mod gateway;
pub mod invariants;
mod post;
mod tokens;

use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};
use domain::{
    base::{
        Actor, App, Op, Origin,
        clock::{Clock, ManualClock},
        database::Database,
        entropy::SeededEntropy,
        hub::Hub,
        links::Links,
        policy::Policy,
    },
    users::{self, LoggedIn, NewUser, SessionTokens},
};
use entity::{
    id::UserId,
    users::{Locale, Role, user},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged};

pub use gateway::RecordedGateway;
pub use post::RecordedMailer;

/// The password of everybody whom [`House::customer`] and the like make.
pub const PASSWORD: &str = "correct horse battery";

/// Where the tests' clients sit, when they do not say.
pub const ADDRESS: &str = "203.0.113.7";

/// A domain with nobody in it yet.
pub struct House {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub gateway: Arc<RecordedGateway>,
    pub mailer: Arc<RecordedMailer>,
}

/// Somebody who has an account and is logged in.
pub struct Person {
    pub user: user::Model,
    pub tokens: SessionTokens,
    /// Their operations.
    pub op: Op,
}

/// Runs a test in a house of its own on SQLite, and again on the PostgreSQL that `FABRICA_TEST_POSTGRES` names
/// (`scripts/postgres.sh start` prints it). Fails without one, unless it says `off`.
pub async fn on_each_engine<T, F>(test: T)
where
    T: Fn(House) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let postgres = databases::postgres();
    databases::on_sqlite(|database| test(House::on(database))).await;
    if postgres.is_some() {
        databases::on_postgres(|database| test(House::on(database))).await;
    }
}

/// Runs a test in a house of its own on SQLite alone.
pub async fn on_sqlite<T, F>(test: T)
where
    T: FnOnce(House) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    databases::on_sqlite(|database| test(House::on(database))).await;
}

/// Runs a test in a house of its own on SQLite, without a disk.
pub async fn on_sqlite_in_memory<T, F>(test: T)
where
    T: FnOnce(House) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    databases::on_sqlite_in_memory(|database| test(House::on(database))).await;
}

/// Runs a test in a house of its own on PostgreSQL alone. Its name ends with `on_postgres`, so that it can be left out.
pub async fn on_postgres<T, F>(test: T)
where
    T: FnOnce(House) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    databases::on_postgres(|database| test(House::on(database))).await;
}

/// Noon in Taipei, on a day that is neither the first nor the last of its month.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 4, 0, 0).unwrap()
}

impl House {
    /// A house on a migrated database.
    pub fn on(database: Database) -> Self {
        let clock = Arc::new(ManualClock::at(noon()));
        let gateway = Arc::new(RecordedGateway::default());
        let mailer = Arc::new(RecordedMailer::default());
        let app = App {
            database,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(20_261_120)),
            hub: Hub::default(),
            gateway: gateway.clone(),
            access_tokens: Arc::new(tokens::PlainTokens),
            mailer: mailer.clone(),
            mail_writer: Arc::new(post::PlainWriter),
            invoice_printer: Arc::new(post::PlainPrinter),
            links: Links::new("https://shop.example".to_owned(), [7; 32]),
            hashing: Arc::new(tokio::sync::Semaphore::new(2)),
            live_reads: Arc::new(tokio::sync::Semaphore::new(2)),
            refresh_key: [9; 32],
            code_key: [11; 32],
            policy: Policy {
                test_clocks: true,
                ..Policy::default()
            },
        };
        Self {
            app: Arc::new(app),
            clock,
            gateway,
            mailer,
        }
    }

    /// The time in the house.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// An operation of this actor, from the address where all clients sit.
    pub fn op(&self, actor: Actor) -> Op {
        self.op_from(actor, ADDRESS)
    }

    /// An operation of this actor, from another address.
    pub fn op_from(&self, actor: Actor, address: &str) -> Op {
        let origin = Origin {
            door: "graphql",
            address: address.to_owned(),
            agent: "kit".to_owned(),
        };
        Op::new(self.app.clone(), actor, "request-1", origin)
    }

    /// An operation of nobody.
    pub fn nobody(&self) -> Op {
        self.op(Actor::Anonymous)
    }

    /// An operation of the clockwork.
    pub fn job(&self) -> Op {
        Op::system(self.app.clone(), "job", "job")
    }

    /// An operation of the door that gateways knock at.
    pub fn callback(&self) -> Op {
        Op::system(self.app.clone(), "callback", "callback")
    }

    /// Somebody who buys, with this user name.
    pub async fn customer(&self, name: &str) -> Person {
        self.person(name, Role::Customer).await
    }

    /// Somebody who runs the shop.
    pub async fn staff(&self, name: &str) -> Person {
        self.person(name, Role::Staff).await
    }

    /// Somebody who manages people.
    pub async fn admin(&self, name: &str) -> Person {
        self.person(name, Role::Admin).await
    }

    /// Registers somebody, then gives them their role as if they had always had it.
    pub async fn person(&self, name: &str, role: Role) -> Person {
        let LoggedIn { user, tokens } = users::register(&self.nobody(), &newcomer(name))
            .await
            .expect("a newcomer can register");
        let user = match role {
            Role::Customer => user,
            other => self.with_role(user.id, other).await,
        };
        let op = self.op(Actor::User {
            id: user.id,
            role,
            session: tokens.session_id,
        });
        Person { user, tokens, op }
    }

    async fn with_role(&self, id: UserId, role: Role) -> user::Model {
        user::ActiveModel {
            id: Unchanged(id),
            role: Set(role),
            ..Default::default()
        }
        .update(self.app.database.writer())
        .await
        .unwrap()
    }
}

/// Somebody of this user name who has no account yet.
pub fn newcomer(name: &str) -> NewUser {
    NewUser {
        username: name.to_owned(),
        email: format!("{name}@shop.example"),
        password: PASSWORD.to_owned(),
        first_name: "Mei".to_owned(),
        last_name: "Lin".to_owned(),
        phone: "+886 2 5550 1234".to_owned(),
        locale: Locale::ZhTw,
    }
}
