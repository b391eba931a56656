//! One socket, from `connection_init` to the last frame. One task does everything: answers are sent as the
//! socket takes them, so that nothing piles up for a client that does not read.

use std::{collections::HashSet, net::IpAddr, panic::AssertUnwindSafe, time::Duration};

use async_graphql::Response;
use axum::extract::ws::{Message, WebSocket};
use domain::base::{Error, Origin, TraceParent};
use entity::id::UserId;
use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_stream::StreamMap;

mod subscribe;

use super::{
    allowance::Allowance,
    caller::{self, Caller},
    house::House,
    observe,
    protocol::{self, Close, Said},
    tally::Ticket,
    vigil::{self, Look, Vigil},
    wire::{End, Step, Wire},
};

/// Who came, as far as HTTP tells.
pub(super) struct Visitor {
    pub(super) origin: Origin,
    pub(super) request_id: String,
    pub(super) trace: Option<TraceParent>,
    pub(super) address: Option<IpAddr>,
}

/// Answers of one subscription; `None` after the last.
type Answers = BoxStream<'static, Option<Response>>;

struct Session {
    house: House,
    visitor: Visitor,
    wire: Wire,
    caller: Option<Caller>,
    vigil: Vigil,
    /// Subscriptions that have sent nothing yet: their first answer may say that they were not run.
    fresh: HashSet<String>,
    running: StreamMap<String, Answers>,
    allowance: Allowance,
    heard: Instant,
    _ticket: Option<Ticket<UserId>>,
}

/// Serves the socket until it is closed.
pub(super) async fn serve(house: House, socket: WebSocket, visitor: Visitor) {
    let wire = Wire::new(socket, house.limits.send);
    if !wire.speaks() {
        return wire.close(Close::WrongProtocol).await;
    }
    let vigil = Vigil::new(house.limits.session_check);
    let mut session = Session {
        house,
        visitor,
        wire,
        caller: None,
        vigil,
        fresh: HashSet::new(),
        running: StreamMap::new(),
        allowance: Allowance::default(),
        heard: Instant::now(),
        _ticket: None,
    };
    let ended = AssertUnwindSafe(session.run()).catch_unwind().await;
    let end = ended.unwrap_or_else(|_| {
        observe::note_panic(&session.visitor.request_id);
        Close::Failed.into()
    });
    session.running.clear();
    if let End::Ours(close) = end {
        session.wire.close(close).await;
    }
}

impl Session {
    async fn run(&mut self) -> End {
        let limits = self.house.limits;
        let closing = self.house.shutdown.closing.clone();
        let init = tokio::time::sleep(limits.init);
        tokio::pin!(init);
        let share = self.share_of(limits.spread);
        let going = async move {
            closing.cancelled().await;
            tokio::time::sleep(share).await;
        };
        tokio::pin!(going);
        let mut ping = every(limits.ping);
        loop {
            let step = tokio::select! {
                heard = self.wire.hear() => match heard {
                    Ok(message) => self.hear(message).await,
                    Err(end) => Err(end),
                },
                Some((id, answer)) = self.running.next(), if !self.running.is_empty() => {
                    self.pass_on(id, answer).await
                }
                () = &mut init, if self.caller.is_none() => Err(Close::InitTimeout.into()),
                look = self.vigil.due(&self.house.app) => self.check_session(look).await,
                _ = ping.tick() => self.ping(limits.ping).await,
                () = &mut going => Err(Close::Restart.into()),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Step<()> {
        self.heard = Instant::now();
        if !self.allowance.take() {
            return Err(Close::TooMany("Too many messages").into());
        }
        match message {
            Message::Text(text) => self.obey(protocol::read(&text)?).await,
            Message::Binary(_) => Err(Close::Malformed("Messages are texts").into()),
            // The library answers a ping, and a close once we go on listening.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Ok(()),
        }
    }

    async fn obey(&mut self, said: Said) -> Step<()> {
        match said {
            Said::Init(payload) => self.init(payload).await,
            Said::Ping(payload) => self.wire.send(protocol::pong(payload)).await,
            Said::Pong => Ok(()),
            Said::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Said::Complete { id } => {
                self.forget(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: Option<Value>) -> Step<()> {
        if self.caller.is_some() {
            return Err(Close::SecondInit.into());
        }
        let authorization = payload.as_ref().and_then(|payload| {
            let fields = payload.as_object()?;
            let found = fields
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            found
                .map(|(_, value)| value)
                .filter(|value| !value.is_null())
        });
        let caller = match authorization {
            None => Caller::nobody(),
            Some(Value::String(text)) => {
                let (house, text) = (self.house.clone(), text.clone());
                let asking = async move { caller::by_authorization(&house, &text).await };
                let known = self.house.app.in_turn(asking).await;
                known.map_err(|error| End::Ours(refused(&error)))?
            }
            Some(_) => return Err(Close::Forbidden.into()),
        };
        if let Some(user) = caller.actor.user_id() {
            let most = self.house.limits.sockets_of_user;
            let ticket = self.house.sockets_by_user.enter(user, most);
            self._ticket = Some(ticket.ok_or(Close::TooMany("Too many sockets"))?);
            self.vigil.over(&self.house.app, user);
        }
        self.caller = Some(caller);
        self.wire.send(protocol::acknowledged()).await
    }

    /// Closes the socket of a log-in that ended, or whose person now has other rights.
    async fn check_session(&mut self, look: Look) -> Step<()> {
        match &self.caller {
            Some(caller) if !vigil::is_good(&self.house, caller, look).await => {
                Err(Close::Forbidden.into())
            }
            _ => Ok(()),
        }
    }

    async fn ping(&mut self, every: Duration) -> Step<()> {
        if self.heard.elapsed() > every * 2 {
            return Err(End::Theirs);
        }
        self.wire.ping().await
    }

    /// This socket's part of a time that all sockets share, so that they do not all come back at once.
    fn share_of(&self, spread: Duration) -> Duration {
        let id = self.visitor.request_id.bytes();
        let part = id.fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        spread.mul_f64(f64::from(part) / 256.0)
    }
}

/// Ticks each `period`, for the first time after one.
pub(super) fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn refused(error: &Error) -> Close {
    match error {
        Error::Unauthenticated => Close::Forbidden,
        _ => Close::TryLater,
    }
}
