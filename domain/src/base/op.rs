//! The value that carries an operation: the house, who asks, from where, in which request.
//!
//! It is built in four places only: a GraphQL request, a callback, a job (or command), a test.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::ports::{AccessTokens, Gateway, InvoicePrinter, MailWriter, Mailer};

use super::{
    actor::{Access, Actor},
    apart::apart,
    clock::Clock,
    database::Database,
    entropy::{Entropy, uuid_at},
    error::{Error, Result},
    hub::Hub,
    job_run::Lease,
    links::Links,
    policy::Policy,
    timeline::Timeline,
    trace::TraceParent,
    tx::Tx,
};

/// The house: what every operation of this process shares.
pub struct App {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// The live subscribers of this process.
    pub hub: Hub,
    /// Where shoppers pay.
    pub gateway: Arc<dyn Gateway>,
    /// Who signs access tokens.
    pub access_tokens: Arc<dyn AccessTokens>,
    /// Who carries mails.
    pub mailer: Arc<dyn Mailer>,
    /// Who puts mails into words.
    pub mail_writer: Arc<dyn MailWriter>,
    /// Who puts invoices on paper.
    pub invoice_printer: Arc<dyn InvoicePrinter>,
    /// Signed links.
    pub links: Links,
    /// How many passwords are hashed at once: hashing is made to be slow, and must not take every core.
    pub hashing: Arc<Semaphore>,
    /// How many live connections ask the database at once. Thousands may come over from another replica in a moment;
    /// they wait for each other, and nobody who buys waits for them.
    pub live_reads: Arc<Semaphore>,
    /// The key that refresh tokens are derived with.
    pub refresh_key: [u8; 32],
    /// The key that the codes in mails are derived with.
    pub code_key: [u8; 32],
    /// The rules that are settings.
    pub policy: Policy,
}

impl App {
    /// Whether every poke of whoever writes to the database arrives here. While it does not, somebody who must know
    /// has to look.
    #[must_use]
    pub fn hears_everybody(&self) -> bool {
        !self.database.is_shared() || self.hub.hears_replicas()
    }

    /// Asks the database for a live connection, in its turn. In a task of its own: a connection does many things by
    /// turns, and one that stopped half-way through a question while it waits to ask another would keep its turn, and
    /// a place in the pool, from all others.
    pub async fn in_turn<T: Send + 'static>(
        &self,
        question: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let turns = Arc::clone(&self.live_reads);
        apart(async move {
            // They are never closed; if they were, nobody had to wait.
            let _turn = turns.acquire_owned().await.ok();
            question.await
        })
        .await
    }
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Through which door: `graphql`, `callback`, `job`, `command`.
    pub door: &'static str,
    /// The address of the client, as the trusted hop saw it; empty for the clockwork.
    pub address: String,
    /// The client's user agent, cut at 200 characters.
    pub agent: String,
}

impl Origin {
    /// An origin without a client.
    #[must_use]
    pub const fn inside(door: &'static str) -> Self {
        Self {
            door,
            address: String::new(),
            agent: String::new(),
        }
    }
}

/// An operation.
#[derive(Clone)]
pub struct Op {
    app: Arc<App>,
    actor: Actor,
    request_id: Arc<str>,
    origin: Arc<Origin>,
    timeline: Timeline,
    trace: Option<TraceParent>,
    lease: Option<Arc<Lease>>,
    from_replica: bool,
}

impl Op {
    /// An operation of `actor`.
    #[must_use]
    pub fn new(app: Arc<App>, actor: Actor, request_id: &str, origin: Origin) -> Self {
        Self {
            app,
            actor,
            request_id: request_id.into(),
            origin: Arc::new(origin),
            timeline: Timeline::Machine,
            trace: None,
            lease: None,
            from_replica: false,
        }
    }

    /// An operation of a part of Fabrica itself, under a request id of its own.
    #[must_use]
    pub fn system(app: Arc<App>, part: &'static str, door: &'static str) -> Self {
        let request_id = uuid_at(app.entropy.as_ref(), app.clock.now()).to_string();
        Self::new(app, Actor::System(part), &request_id, Origin::inside(door))
    }

    /// The same operation, done by another actor.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self {
            actor,
            ..self.clone()
        }
    }

    /// The same operation, on another timeline.
    #[must_use]
    pub fn on(&self, timeline: Timeline) -> Self {
        Self {
            timeline,
            ..self.clone()
        }
    }

    /// The same operation, in this place of a trace.
    #[must_use]
    pub fn traced(&self, trace: Option<TraceParent>) -> Self {
        Self {
            trace,
            ..self.clone()
        }
    }

    /// The same operation, as a run of a job: it writes only while the run is its own.
    #[must_use]
    pub fn under(&self, lease: Lease) -> Self {
        Self {
            lease: Some(Arc::new(lease)),
            ..self.clone()
        }
    }

    /// The run of a job that it belongs to.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_deref()
    }

    /// The house.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The house, to be kept.
    #[must_use]
    pub fn shared_app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// Who asks.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// In which request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// From where.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// In which place of which trace.
    #[must_use]
    pub const fn trace(&self) -> Option<TraceParent> {
        self.trace
    }

    /// Whose time it is.
    #[must_use]
    pub const fn timeline(&self) -> Timeline {
        self.timeline
    }

    /// The present instant, for whoever the operation is about.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self.timeline {
            Timeline::Machine => self.machine_now(),
            Timeline::TestClock { shows, .. } => shows,
        }
    }

    /// The present instant by the machine: log-ins, keys and the audit trail know no other.
    #[must_use]
    pub fn machine_now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// An instant of the machine's time, told by a gateway, in the time of whoever the operation is about.
    #[must_use]
    pub fn in_their_time(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.timeline {
            Timeline::Machine => at,
            Timeline::TestClock { shows, .. } => shows + (at - self.machine_now()),
        }
    }

    /// An instant in the time of whoever the operation is about, by the machine's clock: for what a browser or a
    /// gateway compares with its own.
    #[must_use]
    pub fn in_machine_time(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.timeline {
            Timeline::Machine => at,
            Timeline::TestClock { shows, .. } => self.machine_now() + (at - shows),
        }
    }

    /// A new id of the kind asked for.
    #[must_use]
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        uuid_at(self.app.entropy.as_ref(), self.now()).into()
    }

    /// For reading what is committed.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        let database = &self.app.database;
        match database.replica() {
            Some(replica) if self.from_replica => replica.connection(),
            _ => database.reader(),
        }
    }

    /// Reads a list or a sum with the operation that it is given: for staff from the replica, where there is one and
    /// it has all that was committed by now; for everybody else, and when the replica fails, from the primary.
    ///
    /// # Errors
    /// What `read` answers.
    pub async fn read_list<T, R>(&self, read: impl Fn(Self) -> R) -> Result<T>
    where
        R: Future<Output = Result<T>>,
    {
        let database = &self.app.database;
        if self.actor.may(Access::Staff)
            && let Some(replica) = database.replica()
            && replica.has_all_of(database.reader()).await
        {
            let there = Self {
                from_replica: true,
                ..self.clone()
            };
            match read(there).await {
                Err(error @ (Error::Internal(_) | Error::Busy { .. } | Error::Collided)) => {
                    replica.leave(&format!("{error:?}"));
                }
                answered => return answered,
            }
        }
        read(self.clone()).await
    }

    /// Refuses whoever may not pass.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for nobody, [`Error::Forbidden`] for somebody else.
    pub fn require(&self, access: Access) -> Result<()> {
        if self.actor.may(access) {
            Ok(())
        } else if matches!(self.actor, Actor::Anonymous) {
            Err(Error::Unauthenticated)
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Opens a transaction that will write. Use-case files and `flows` open one; steps join theirs.
    ///
    /// # Errors
    /// The database cannot be reached or is busy.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::new(self.clone(), self.app.database.begin().await?))
    }
}
