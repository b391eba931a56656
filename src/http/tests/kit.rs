//! A house for tests: a real database in memory, a tiny schema, tokens that anybody can read.

use std::{
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_graphql::{Context, ErrorExtensions, Object, Schema, Subscription};
use async_trait::async_trait;
use axum::{Router, body::Body};
use chrono::{DateTime, Duration, Utc};
use domain::{
    base::{App, Op, clock::ManualClock, database::Database, entropy::SeededEntropy},
    ports::{
        AccessClaims, AccessTokens, CardAnswer, CardInstruction, CardQuestion, CardReport,
        Checkout, CheckoutForm, Gateway, InvalidAccessToken, NotAccepted, NotRefundedHere,
        TradeReport, Unanswered,
    },
    users::{NewUser, register},
};
use entity::{base::job_run, id::SessionId, money::Money, payments::PaymentMethod};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusHandle;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::{
    app,
    config::{self, Keys},
    http::{House, router, serve::serve},
    parts,
    shutdown::Shutdown,
    telemetry,
};

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.unwrap_or_default())
    }

    async fn who(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<Op>().actor().to_string()
    }

    async fn address(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<Op>().origin().address.clone()
    }

    async fn refused(&self, code: String) -> async_graphql::Result<bool> {
        Err(
            async_graphql::Error::new("no").extend_with(|_, extensions| {
                extensions.set("code", code);
                extensions.set("retryAfterSeconds", 7);
            }),
        )
    }

    async fn panic(&self) -> bool {
        let canaries: [bool; 0] = [];
        *canaries
            .first()
            .expect("a canary that must not leave the house")
    }

    async fn remaining(&self, context: &Context<'_>) -> Option<u32> {
        let share = context.data_opt::<graphql::base::rate::RateLimit>();
        share.map(|share| share.remaining)
    }

    async fn slow(&self) -> bool {
        std::future::pending().await
    }
}

/// How often [`Mutation`] was asked to collide.
pub static COLLISIONS: AtomicUsize = AtomicUsize::new(0);

pub struct Mutation;

#[Object]
impl Mutation {
    async fn write(&self) -> bool {
        true
    }

    async fn log_in(&self) -> bool {
        true
    }

    /// Dies in the middle of a transaction.
    async fn write_and_panic(&self, context: &Context<'_>) -> bool {
        let tx = context.data_unchecked::<Op>().begin().await.unwrap();
        let run = job_run::ActiveModel {
            job: Set("half".to_owned()),
            slot_at: Set(tx.now()),
            started_at: Set(tx.now()),
            finished_at: Set(None),
            handled: Set(0),
            error: Set(None),
            ..Default::default()
        };
        let inserted = job_run::Entity::insert(run);
        inserted.exec_without_returning(tx.db()).await.unwrap();
        let canaries: [bool; 0] = [];
        *canaries
            .first()
            .expect("a canary that must not leave the house")
    }

    /// Collides the first times it is run in this process.
    async fn collide(&self, times: usize) -> async_graphql::Result<usize> {
        let tried = COLLISIONS.fetch_add(1, Ordering::Relaxed);
        match tried < times {
            true => Err(graphql::base::error::outward(domain::base::Error::Collided)),
            false => Ok(tried),
        }
    }

    async fn key(&self, context: &Context<'_>) -> String {
        graphql::base::idempotency::key(context, "").to_owned()
    }
}

/// How many pieces of [`Live`]'s torrent were made.
pub static TORRENT: AtomicUsize = AtomicUsize::new(0);

pub struct Live;

#[Subscription]
impl Live {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(0..to)
    }

    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    async fn flood(&self) -> impl Stream<Item = i32> {
        stream::repeat(1)
    }

    /// Always has more, and each of it is large.
    async fn torrent(&self) -> impl Stream<Item = String> {
        stream::repeat_with(|| "x".repeat(256 * 1024)).inspect(|_| {
            TORRENT.fetch_add(1, Ordering::Relaxed);
        })
    }

    async fn panics(&self) -> impl Stream<Item = i32> {
        stream::once(async {
            let canaries: [i32; 0] = [];
            *canaries
                .first()
                .expect("a canary that must not leave the house")
        })
    }

    async fn who(&self, context: &Context<'_>) -> impl Stream<Item = String> + use<> {
        let actor = context.data_unchecked::<Op>().actor().to_string();
        stream::once(async { actor }).boxed()
    }
}

/// `user/session/expiry`, unsigned.
pub struct OpenTokens;

impl AccessTokens for OpenTokens {
    fn issue(
        &self,
        claims: &AccessClaims,
        _token_id: &str,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        Ok(format!(
            "{}/{}/{}",
            claims.user_id,
            claims.session_id,
            claims.expires_at.timestamp()
        ))
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, InvalidAccessToken> {
        let mut parts = token.split('/');
        let mut part = || parts.next().ok_or(InvalidAccessToken);
        let (user, session, expiry) = (part()?, part()?, part()?);
        let expires_at = expiry
            .parse()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .filter(|expires_at| *expires_at > now)
            .ok_or(InvalidAccessToken)?;
        Ok(AccessClaims {
            user_id: user.parse().map_err(|_| InvalidAccessToken)?,
            session_id: session
                .parse::<SessionId>()
                .map_err(|_| InvalidAccessToken)?,
            issued_at: now,
            expires_at,
        })
    }

    fn key_set(&self) -> Value {
        serde_json::json!({ "keys": [{ "kid": "test" }] })
    }
}

/// Takes nothing.
pub struct NoGateway;

#[async_trait]
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
        Err(Unanswered("nobody is there".to_owned()))
    }

    fn refunds_cards(&self) -> Result<(), NotRefundedHere> {
        Err(NotRefundedHere("nobody is there"))
    }

    async fn card_state(&self, _: &CardQuestion) -> Result<CardReport, Unanswered> {
        Err(Unanswered("nobody is there".to_owned()))
    }

    async fn instruct_card(&self, _: &CardInstruction) -> Result<CardAnswer, Unanswered> {
        Err(Unanswered("nobody is there".to_owned()))
    }
}

/// One process counts once, however many houses stand in it.
static FIGURES: LazyLock<PrometheusHandle> = LazyLock::new(|| telemetry::start_metrics().unwrap());

pub struct Place {
    pub house: House,
    pub clock: Arc<ManualClock>,
}

/// A house with these settings on top of development's.
pub async fn place(settings: &[(&str, &str)]) -> Place {
    let pairs = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = config::load_from(pairs, None).unwrap();
    let database = Database::connect("sqlite::memory:").await.unwrap();
    Migrator::up(database.writer(), None).await.unwrap();
    let keys = Keys {
        links: [1; 32],
        refresh: [2; 32],
        codes: [3; 32],
        redis: [4; 32],
        signing: Vec::new(),
    };
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let app = App {
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(7)),
        ..app::assemble(
            &config,
            &keys,
            database,
            Arc::new(NoGateway),
            Arc::new(OpenTokens),
            parts::mails(&config).unwrap(),
        )
    };
    let house = House::new(
        Arc::new(app),
        parts::ecpay(&config).unwrap(),
        None,
        Arc::new(Schema::new(Query, Mutation, Live)),
        Arc::new(config),
        Shutdown::default(),
        FIGURES.clone(),
    );
    Place { house, clock }
}

impl Place {
    pub fn router(&self) -> Router {
        router(self.house.clone())
    }

    /// Somebody who has just registered: the access token, and the operation that can end the log-in.
    pub async fn somebody(&self) -> (String, Op) {
        let anonymous = Op::new(
            self.house.app.clone(),
            domain::base::Actor::Anonymous,
            "setup",
            domain::base::Origin::inside("test"),
        );
        let new = NewUser {
            username: "mei".to_owned(),
            email: "mei@shop.example".to_owned(),
            password: "correct horse battery".to_owned(),
            ..NewUser::default()
        };
        let logged_in = register(&anonymous, &new).await.unwrap();
        let token = logged_in.tokens.access_token;
        let claims = OpenTokens
            .verify(&token, self.house.app.clock.now())
            .unwrap();
        let actor = domain::users::authenticate(&self.house.app, &claims)
            .await
            .unwrap();
        (token, anonymous.acting_as(actor))
    }

    pub fn pass(&self, minutes: i64) {
        self.clock.advance(Duration::minutes(minutes));
    }

    pub async fn send(&self, request: http::Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// How often something was counted so far.
    pub fn figure(&self, name: &str) -> u64 {
        let text = self.house.metrics.render();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0, |count| count.trim().parse().unwrap())
    }

    /// Served on a port of its own.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, self.router(), self.house.clone()));
        address
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Posts a document as JSON, with some more headers.
    pub async fn ask(&self, document: &str, headers: &[(&str, &str)]) -> Answer {
        let body = serde_json::json!({ "query": document }).to_string();
        self.send(post(&body, headers)).await
    }
}

/// A POST to `/graphql`; JSON unless the headers say otherwise.
pub fn post(body: &str, headers: &[(&str, &str)]) -> http::Request<Body> {
    let mut builder = http::Request::post("/graphql");
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        builder = builder.header("content-type", "application/json");
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}

pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the first GraphQL error.
    pub fn code(&self) -> String {
        let json = self.json();
        json["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}
