//! What every door shares.

use std::{net::IpAddr, sync::Arc, time::Duration};

use adapters::{ecpay::Ecpay, redis::Redis, simulator::Simulator};
use async_graphql::{ObjectType, Request, Response, Schema, SubscriptionType};
use axum::http::request::Parts;
use domain::base::{Actor, App, Op, Origin, TraceParent};
use entity::id::UserId;
use futures_util::{future::BoxFuture, stream::BoxStream};
use graphql::document::Documents;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{config::Config, documents::Store, shutdown::Shutdown, telemetry::gauges::Gauges};

use super::{caller, limits::Shares, request_id::RequestId, tally::Tally};

/// What every door shares.
#[derive(Clone)]
pub struct House {
    /// What operations work on.
    pub app: Arc<App>,
    /// The gateway that posts to our side door.
    pub ecpay: Arc<Ecpay>,
    /// ECPay's stand-in, when this process plays it too.
    pub simulator: Option<Arc<Simulator>>,
    /// What answers documents.
    pub schema: Arc<dyn Answers>,
    /// What reads and bounds documents before they are answered.
    pub documents: Arc<Documents>,
    /// The documents that were imported.
    pub trusted: Arc<Store>,
    /// The settings.
    pub config: Arc<Config>,
    /// How the process goes down.
    pub shutdown: Shutdown,
    /// The figures.
    pub metrics: PrometheusHandle,
    /// The figures that are read when somebody fetches them.
    pub gauges: Arc<Gauges>,
    /// How much and how long.
    pub limits: Limits,
    /// What replicas share, when there is one.
    pub redis: Option<Arc<Redis>>,
    pub(super) shares: Arc<Shares>,
    pub(super) sockets_by_address: Tally<IpAddr>,
    pub(super) sockets_by_user: Tally<UserId>,
}

impl House {
    /// A house with the usual limits.
    #[must_use]
    pub fn new(
        app: Arc<App>,
        ecpay: Arc<Ecpay>,
        simulator: Option<Arc<Simulator>>,
        schema: Arc<dyn Answers>,
        config: Arc<Config>,
        shutdown: Shutdown,
        metrics: PrometheusHandle,
    ) -> Self {
        let server = &config.server;
        let shares = Arc::new(Shares::new(server.rates, server.replicas, None));
        Self {
            app,
            ecpay,
            simulator,
            schema,
            documents: Arc::new(Documents::new(config.limits.documents.clone())),
            trusted: Arc::default(),
            gauges: Arc::new(Gauges::of(&config)),
            limits: Limits {
                operation: config.limits.operation,
                ..Limits::default()
            },
            config,
            shutdown,
            metrics,
            redis: None,
            shares,
            sockets_by_address: Tally::default(),
            sockets_by_user: Tally::default(),
        }
    }
}

impl House {
    /// The same house, beside others that share this Redis with it.
    #[must_use]
    pub fn sharing(self, redis: Option<Arc<Redis>>) -> Self {
        let server = &self.config.server;
        let shares = Shares::new(server.rates, server.replicas, redis.clone());
        Self {
            shares: Arc::new(shares),
            redis,
            ..self
        }
    }

    /// The operation of a part of Fabrica that was asked through `door` by the sender of this request.
    #[must_use]
    pub fn op(&self, actor: Actor, door: &'static str, parts: &Parts) -> Op {
        let origin = caller::origin(self, &parts.headers, &parts.extensions);
        let request_id = parts.extensions.get::<RequestId>();
        let request_id = request_id.map_or_else(String::new, |id| id.0.clone());
        Op::new(
            Arc::clone(&self.app),
            actor,
            &request_id,
            Origin { door, ..origin },
        )
        .traced(parts.extensions.get::<TraceParent>().copied())
    }
}

/// How much and how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time for the headers of a request, from the first byte or the end of the one before.
    pub headers: Duration,
    /// The time for a body.
    pub body: Duration,
    /// The time for an operation of somebody who is logged in; others have half.
    pub operation: Duration,
    /// Connections of one address, unless a proxy stands between.
    pub connections: usize,
    /// Sockets of one address.
    pub sockets_of_address: usize,
    /// Sockets of one user.
    pub sockets_of_user: usize,
    /// Subscriptions of one socket.
    pub subscriptions: usize,
    /// Answers of one subscription in any one second.
    pub answers: usize,
    /// The time for `connection_init`.
    pub init: Duration,
    /// How often a socket's session is looked at again.
    pub session_check: Duration,
    /// How often a socket is pinged; silent for twice as long, it is dead.
    pub ping: Duration,
    /// How long a socket may keep us waiting while it does not read.
    pub send: Duration,
    /// Over how long the sockets are closed when the process goes down.
    pub spread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(10),
            body: Duration::from_secs(15),
            operation: Duration::from_secs(10),
            connections: 100,
            sockets_of_address: 50,
            sockets_of_user: 10,
            subscriptions: 20,
            answers: 10,
            init: Duration::from_secs(3),
            session_check: Duration::from_secs(5),
            ping: Duration::from_secs(15),
            send: Duration::from_secs(10),
            spread: Duration::ZERO,
        }
    }
}

/// What answers documents: the schema, without its type.
pub trait Answers: Send + Sync {
    /// Answers a query or a mutation.
    fn answer<'a>(&'a self, request: Request) -> BoxFuture<'a, Response>;

    /// Answers a subscription, again and again.
    fn answers(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<Q, M, S> Answers for Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn answer<'a>(&'a self, request: Request) -> BoxFuture<'a, Response> {
        Box::pin(self.execute(request))
    }

    fn answers(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request)
    }
}
