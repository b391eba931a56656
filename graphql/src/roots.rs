//! The three roots, made of the rooms' parts, and the schema built on them.

use async_graphql::{MergedObject, Object, Request, SDLExportOptions};
use domain::base::Op;

use crate::{
    audit::AuditQuery,
    base::{ask::with_loader, doorkeeper::Doorkeeper},
    plans::{
        PlansMutation, PlansQuery,
        loaders::{PlanById, PlanVersionById, PlanVersionsByPlan},
    },
};

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, async_graphql::EmptySubscription>;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(ServerQuery, PlansQuery, AuditQuery);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(PlansMutation);

/// Questions about the server itself.
#[derive(Default)]
pub struct ServerQuery;

#[Object]
impl ServerQuery {
    /// The version of the server, such as `0.1.0`. For anyone.
    async fn server_version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// What a deployment decides about the schema.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether everybody may read the schema through introspection.
    pub introspection: bool,
}

/// Builds the schema.
#[must_use]
pub fn build_schema(options: Options) -> Schema {
    let mut builder = Schema::build(
        Query::default(),
        Mutation::default(),
        async_graphql::EmptySubscription,
    )
    .extension(Doorkeeper)
    .limit_depth(12)
    .limit_complexity(1000)
    .limit_aliases(30)
    .limit_directives(20)
    .limit_recursive_depth(16);
    if !options.introspection {
        builder = builder.disable_introspection().disable_suggestions();
    }
    builder.finish()
}

/// Puts the operation and fresh loaders into the request.
#[must_use]
pub fn attach(request: Request, op: Op) -> Request {
    let request = with_loader(request, PlanById(op.clone()));
    let request = with_loader(request, PlanVersionById(op.clone()));
    let request = with_loader(request, PlanVersionsByPlan(op.clone()));
    request.data(op)
}

/// The schema as text, in a fixed order.
#[must_use]
pub fn sdl() -> String {
    build_schema(Options {
        introspection: true,
    })
    .sdl_with_options(
        SDLExportOptions::new()
            .include_specified_by()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items()
            .use_space_ident(),
    )
}
