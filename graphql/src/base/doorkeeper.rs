//! The extension at every door: it enforces the access table, keeps a failed nullable field from wiping its
//! parent, and sees to it that every error carries a known code and the request's id.

use std::{
    any::TypeId,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Request, Response, ServerError, ServerResult,
    ValidationResult, Value, Variables,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery,
        NextPrepareRequest, NextRequest, NextResolve, NextValidation, ResolveInfo,
    },
    parser::types::ExecutableDocument,
};
use domain::{
    audit,
    base::{Access, Error, Op, error::MASKED},
};

use crate::document::{Verdict, cut};

use super::{access, error::outward, sight};

/// Makes a doorkeeper for each request.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper {
    /// Whether everybody may read the schema through introspection; staff always may.
    pub introspection: bool,
    /// How many errors an answer has at most.
    pub errors: usize,
}

impl ExtensionFactory for Doorkeeper {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(DoorkeeperExtension {
            introspection: self.introspection,
            errors: self.errors,
            kept: Mutex::default(),
        })
    }
}

struct DoorkeeperExtension {
    introspection: bool,
    errors: usize,
    /// Errors of nullable fields, appended when the answer is complete.
    kept: Mutex<Vec<ServerError>>,
}

#[async_trait::async_trait]
impl Extension for DoorkeeperExtension {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        let request_id = ctx.data_opt::<Op>().map(Op::request_id);
        for error in &mut response.errors {
            finish(error, request_id);
        }
        // The first few tell what is wrong; a `null` without one of its own is one of many.
        cut(&mut response.errors, self.errors);
        response
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let op = request.data.get(&TypeId::of::<Op>());
        let op = op.and_then(|op| op.downcast_ref::<Op>());
        let may_look = self.introspection || op.is_some_and(|op| op.actor().may(Access::Staff));
        let request = match may_look {
            true => request,
            false => request.disable_introspection(),
        };
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        next.run(ctx, query, variables)
            .await
            .map_err(|error| with_code(error, "GRAPHQL_PARSE_FAILED"))
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let verdict = ctx.data_opt::<Verdict>();
        if let Some(known) = verdict.and_then(Verdict::known) {
            return Ok(known);
        }
        let found = next.run(ctx).await.map_err(|mut errors| {
            cut(&mut errors, self.errors);
            let errors = errors.into_iter();
            let coded = errors.map(|error| with_code(error, "GRAPHQL_VALIDATION_FAILED"));
            coded.collect::<Vec<_>>()
        })?;
        if let Some(verdict) = verdict {
            verdict.keep(found);
        }
        Ok(found)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        response.errors.append(&mut kept);
        response
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let nullable = !info.return_type.ends_with('!');
        let position = info.field.name.pos;
        let root = info.path_node.parent.is_none() && !info.is_for_introspection;
        let entered = match root {
            true => enter(ctx, root_of(info.parent_type), info.name).await,
            // `PlanSubscription` is a row and no root, whatever its name ends with.
            false => look(ctx, info.parent_type, info.name),
        };
        let result = match entered {
            Ok(()) => next.run(ctx, info).await,
            Err(error) => {
                let mut error = error.into_server_error(position);
                error.path = path_to(info.path_node);
                Err(error)
            }
        };
        match result {
            Err(error) if nullable => {
                self.kept
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(error);
                Ok(None)
            }
            other => other,
        }
    }
}

/// Where the field stands in the answer.
fn path_to(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path = Vec::new();
    let mut next = Some(node);
    while let Some(node) = next {
        path.push(match node.segment {
            QueryPathSegment::Index(place) => PathSegment::Index(place),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        });
        next = node.parent;
    }
    path.reverse();
    path
}

/// The root that a root field stands in. The parts of a merged subscription go by their own names here, where
/// those of the other roots do not.
fn root_of(parent: &str) -> &str {
    match parent.ends_with("Subscription") {
        true => "Subscription",
        false => parent,
    }
}

/// Lets the caller in, or says why not; a refused mutation leaves its line in the audit trail.
async fn enter(ctx: &ExtensionContext<'_>, parent: &str, field: &str) -> async_graphql::Result<()> {
    if field.starts_with("__") {
        return Ok(());
    }
    let op = ctx
        .data_opt::<Op>()
        .ok_or_else(|| outward(Error::internal("a request without an Op")))?;
    let Some(required) = access::of(parent, field) else {
        return Err(outward(Error::internal(format!(
            "{parent}.{field} has no access rule"
        ))));
    };
    let Err(refusal) = op.require(required) else {
        return Ok(());
    };
    if parent == "Mutation" {
        audit::note_refusal(op, field, refusal.code()).await;
    }
    Err(outward(refusal))
}

/// Lets the caller see a field of a row that they see, or says why not.
fn look(ctx: &ExtensionContext<'_>, parent: &str, field: &str) -> async_graphql::Result<()> {
    match (sight::of(parent, field), ctx.data_opt::<Op>()) {
        (Access::Anyone, _) => Ok(()),
        (access, Some(op)) => op.require(access).map_err(outward),
        (_, None) => Err(outward(Error::internal("a request without an Op"))),
    }
}

fn with_code(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Gives the error a code if it has none, and the request's id.
fn finish(error: &mut ServerError, request_id: Option<&str>) {
    let known = error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some());
    if !known {
        // The library's own errors carry no code: before execution they are about the document or its
        // variables, during it they are about an argument that could not be read. All else is masked.
        let about_input = error.path.is_empty()
            || error.message.starts_with("Failed to parse")
            || error.message.starts_with("Expected input type")
            || error.message.starts_with("Invalid value");
        if about_input {
            error
                .extensions
                .get_or_insert_default()
                .set("code", "BAD_USER_INPUT");
        } else {
            tracing::error!(error = %error.message, "a request failed for a reason of ours");
            MASKED.clone_into(&mut error.message);
            error
                .extensions
                .get_or_insert_default()
                .set("code", "INTERNAL_SERVER_ERROR");
        }
    }
    if let Some(request_id) = request_id {
        error
            .extensions
            .get_or_insert_default()
            .set("requestId", request_id);
    }
}
