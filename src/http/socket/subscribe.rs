//! The operations of a socket: from `subscribe` to the last answer.

use async_graphql::{Request, Response, ServerError, Value, parser::types::OperationType};
use domain::base::{Actor, Op};
use futures_util::{StreamExt, stream};
use graphql::document::refusal;

use crate::http::{
    envelope::Envelope,
    limits,
    operation::{self, Ready, telling},
    outcome,
    pace::paced,
    protocol::{self, Close},
    record::{OperationRecord, name_of},
};

use super::{Look, Session, Step};

impl Session {
    pub(super) async fn subscribe(&mut self, id: String, payload: serde_json::Value) -> Step<()> {
        let Some(caller) = &self.caller else {
            return Err(Close::Unauthorized.into());
        };
        if self.running.contains_key(&id) {
            return Err(Close::Duplicate.into());
        }
        let actor = caller.actor;
        let envelope = Envelope::from_value(payload)
            .map_err(|_| Close::Malformed("The payload of subscribe has not the right form"))?;
        if self.running.len() >= self.house.limits.subscriptions {
            let error = refusal("RATE_LIMITED", "Too many subscriptions on this socket.");
            return self.fail(&id, vec![error]).await;
        }
        let shares = &self.house.shares;
        let standing = shares.take(actor.user_id(), self.visitor.address).await;
        if let Some(wait) = standing.and_then(|standing| standing.retry_after) {
            return self.fail(&id, vec![limits::too_often(wait)]).await;
        }
        let ready = match operation::ready(&self.house, envelope, actor).await {
            Ok(ready) => ready,
            Err(errors) => {
                self.note(None, actor, errors.first());
                return self.fail(&id, errors).await;
            }
        };
        let record = OperationRecord::of(&ready);
        match self.admit(&ready, actor).await {
            Ok(told) => {
                self.note(Some(&record), actor, None);
                self.follow(id, ready.request, told, actor);
                Ok(())
            }
            Err(error) => {
                self.note(Some(&record), actor, Some(&error));
                self.fail(&id, vec![error]).await
            }
        }
    }

    /// What is told about the cost, when the operation may be run here and its sender can pay for it.
    async fn admit(&mut self, ready: &Ready, actor: Actor) -> Result<Option<Value>, ServerError> {
        if ready.operation.kind != OperationType::Subscription {
            let message = "Send queries and mutations by POST; this socket is for subscriptions.";
            return Err(refusal("BAD_REQUEST", message));
        }
        let (user, address) = (actor.user_id(), self.visitor.address);
        let cost = ready.operation.cost;
        let share = (self.house.shares).take_cost(user, address, cost).await;
        match share.and_then(|share| share.retry_after) {
            Some(wait) => Err(limits::too_often(wait)),
            None => Ok(ready.told(share)),
        }
    }

    /// The log line and the figure of an operation: one for each, as the socket's own line comes when it opens.
    fn note(&self, record: Option<&OperationRecord>, actor: Actor, refused: Option<&ServerError>) {
        let code = refused.and_then(outcome::code_of);
        if let Some(record) = record {
            record.count(code);
        }
        tracing::info!(
            request_id = self.visitor.request_id,
            trace_id = self.visitor.trace.map(|trace| trace.trace_id()),
            actor = name_of(actor),
            operation_name = record.and_then(|record| record.name.as_deref()),
            op_hash = record.map(|record| &*record.hash),
            cost = record.map(|record| record.cost),
            code,
            "subscribed"
        );
    }

    fn follow(&mut self, id: String, request: Request, told: Option<Value>, actor: Actor) {
        let op = Op::new(
            self.house.app.clone(),
            actor,
            &self.visitor.request_id,
            self.visitor.origin.clone(),
        )
        .traced(self.visitor.trace);
        let answers = self.house.schema.answers(graphql::attach(request, op));
        let answers = paced(answers, self.house.limits.answers);
        let answers = telling(answers, told)
            .map(Some)
            .chain(stream::once(async { None }));
        self.fresh.insert(id.clone());
        self.running.insert(id, answers.boxed());
    }

    /// Sends what a subscription answered.
    pub(super) async fn pass_on(&mut self, id: String, answer: Option<Response>) -> Step<()> {
        let Some(mut response) = answer else {
            self.forget(&id);
            return self.wire.send(protocol::complete(&id)).await;
        };
        // Nobody is told anything by rights that ended a moment ago.
        self.check_session(Look::Database).await?;
        let is_first = self.fresh.remove(&id);
        if is_first && protocol::was_not_run(&response) {
            self.forget(&id);
            return self.fail(&id, response.errors).await;
        }
        self.sign(&mut response.errors);
        match protocol::next(&id, &response) {
            Ok(text) => self.wire.send(text).await,
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written as JSON");
                Err(Close::TryLater.into())
            }
        }
    }

    /// Says that an operation was not run. Nothing follows for this id.
    async fn fail(&mut self, id: &str, mut errors: Vec<ServerError>) -> Step<()> {
        self.sign(&mut errors);
        match protocol::error(id, &errors) {
            Ok(text) => self.wire.send(text).await,
            Err(_) => Err(Close::TryLater.into()),
        }
    }

    fn sign(&self, errors: &mut [ServerError]) {
        for error in errors {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("requestId", self.visitor.request_id.as_str());
        }
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.running.remove(id);
        self.fresh.remove(id);
    }
}
