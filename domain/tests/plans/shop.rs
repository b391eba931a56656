//! A small shop on a database of its own: enough to work on plans.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use domain::{
    base::{
        Actor, App, Op, Origin, clock::ManualClock, database::Database, entropy::SeededEntropy,
        hub::Hub, links::Links, policy::Policy,
    },
    ports::{
        AccessClaims, AccessTokens, Checkout, CheckoutForm, Gateway, InvalidAccessToken,
        NotAccepted, TradeReport, Unanswered,
    },
};
use entity::{
    id::{SessionId, UserId},
    money::Money,
    payments::PaymentMethod,
    users::Role,
};
use migration::MigratorTrait;
use sea_orm::ConnectionTrait;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The shop, and the clock that it goes by.
pub struct Shop {
    app: Arc<App>,
    pub clock: Arc<ManualClock>,
}

impl Shop {
    /// Somebody's operation.
    pub fn op(&self, actor: Actor) -> Op {
        Op::new(
            Arc::clone(&self.app),
            actor,
            "req-1",
            Origin::inside("test"),
        )
    }

    /// A staff member's operation.
    pub fn staff(&self) -> Op {
        self.op(person(Role::Staff))
    }

    /// A customer's operation.
    pub fn customer(&self) -> Op {
        self.op(person(Role::Customer))
    }

    /// Moves the clock on.
    pub fn a_minute_later(&self) {
        self.clock.advance(Duration::minutes(1));
    }

    async fn open(url: &str) -> Self {
        let database = Database::connect(url).await.unwrap();
        migration::Migrator::up(database.writer(), None)
            .await
            .unwrap();
        let start: DateTime<Utc> = "2026-11-21T02:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let app = Arc::new(App {
            database,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            hub: Hub::default(),
            gateway: Arc::new(NoGateway),
            access_tokens: Arc::new(NoTokens),
            links: Links::new("https://shop.example".to_owned(), [1; 32]),
            hashing: Arc::new(Semaphore::new(1)),
            refresh_key: [2; 32],
            policy: Policy::default(),
        });
        Self { app, clock }
    }
}

/// Runs a scene in a shop on SQLite, and in another on PostgreSQL when `FABRICA_TEST_POSTGRES` is set.
pub async fn in_every_shop<S, F>(scene: S)
where
    S: Fn(Shop) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("fabrica_plans_{}_{number}", std::process::id());
    let file = std::env::temp_dir().join(format!("{name}.sqlite"));
    play(&scene, &format!("sqlite:{}?mode=rwc", file.display())).await;
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
    }

    let Ok(maintenance) = std::env::var("FABRICA_TEST_POSTGRES") else {
        return;
    };
    let server = sea_orm::Database::connect(&maintenance).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    server.execute_unprepared(&create).await.unwrap();
    let (before, _) = maintenance.rsplit_once('/').unwrap();
    play(&scene, &format!("{before}/{name}")).await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    server.execute_unprepared(&drop).await.unwrap();
}

async fn play<S, F>(scene: &S, url: &str)
where
    S: Fn(Shop) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let shop = Shop::open(url).await;
    if let Err(failure) = tokio::spawn(scene(shop)).await {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Somebody with this role.
pub fn person(role: Role) -> Actor {
    Actor::User {
        id: UserId(Uuid::from_u128(1)),
        role,
        session: SessionId(Uuid::from_u128(2)),
    }
}

struct NoGateway;

#[async_trait::async_trait]
impl Gateway for NoGateway {
    fn name(&self) -> &'static str {
        "none"
    }

    fn accepts(&self, _: PaymentMethod, _: Money) -> Result<(), NotAccepted> {
        Err(NotAccepted::Method)
    }

    fn checkout_form(&self, _: &Checkout) -> Result<CheckoutForm, NotAccepted> {
        Err(NotAccepted::Method)
    }

    async fn query_trade(&self, _: &str, _: DateTime<Utc>) -> Result<TradeReport, Unanswered> {
        Err(Unanswered("there is no gateway".to_owned()))
    }
}

struct NoTokens;

impl AccessTokens for NoTokens {
    fn issue(
        &self,
        _: &AccessClaims,
        _: &str,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        Err("there are no tokens".into())
    }

    fn verify(&self, _: &str, _: DateTime<Utc>) -> Result<AccessClaims, InvalidAccessToken> {
        Err(InvalidAccessToken)
    }

    fn key_set(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}
