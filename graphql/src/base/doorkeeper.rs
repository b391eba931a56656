//! The extension at every door: it enforces the access table, keeps a failed nullable field from wiping its
//! parent, and sees to it that every error carries a known code and the request's id.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    PathSegment, Response, ServerError, ServerResult, ValidationResult, Value, Variables,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextRequest,
        NextResolve, NextValidation, ResolveInfo,
    },
    parser::types::ExecutableDocument,
};
use domain::{
    audit,
    base::{Error, Op, error::MASKED},
};

use crate::document::cut;

use super::{access, error::outward};

/// Makes a doorkeeper for each request.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper;

impl ExtensionFactory for Doorkeeper {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(DoorkeeperExtension::default())
    }
}

#[derive(Default)]
struct DoorkeeperExtension {
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
        // What ran keeps an error for each `null`; what did not run needs no more than a few.
        if response.errors.iter().all(|error| error.path.is_empty()) {
            cut(&mut response.errors);
        }
        response
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
        next.run(ctx).await.map_err(|mut errors| {
            cut(&mut errors);
            errors
                .into_iter()
                .map(|error| with_code(error, "GRAPHQL_VALIDATION_FAILED"))
                .collect()
        })
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
        let (parent, field) = (root_of(info.parent_type), info.name);
        let answer_key = info.alias.unwrap_or(info.name);
        let entered = match root {
            true => enter(ctx, parent, field).await,
            false => Ok(()),
        };
        let result = match entered {
            Ok(()) => next.run(ctx, info).await,
            Err(error) => {
                let mut error = error.into_server_error(position);
                error.path = vec![PathSegment::Field(answer_key.to_owned())];
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
