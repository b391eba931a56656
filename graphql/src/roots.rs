//! The three roots, made of the rooms' parts, and the schema built on them.

use std::sync::Arc;

use async_graphql::{
    MergedObject, MergedSubscription, Object, ObjectType, Request, SDLExportOptions, SchemaBuilder,
    SubscriptionType,
};
use chrono::{DateTime, Utc};
use domain::base::Op;

use crate::{
    audit::AuditQuery,
    base::{ask::with_loader, doorkeeper::Doorkeeper, rate::RateQuery, ruled::Ruled},
    document::Limits,
    invoices::{
        InvoicesQuery,
        loaders::{CreditNotesByInvoice, InvoiceById, InvoiceByOrder, LinesByInvoice},
    },
    jobs::{JobsMutation, JobsQuery},
    ledger::LedgerQuery,
    nodes::NodesQuery,
    notify::{OutboxMutation, OutboxQuery},
    orders::{
        OrdersMutation, OrdersQuery, OrdersSubscription,
        loaders::{LinesByOrder, OrderById},
    },
    payments::{
        PaymentsMutation, PaymentsQuery,
        loaders::{DecisionsByPayment, PaymentById, PaymentsByOrder},
    },
    plans::{
        PlanCache, PlansMutation, PlansQuery,
        loaders::{PlanById, PlanVersionById, PlanVersionsByPlan},
    },
    reconciliation::ReconciliationQuery,
    refunds::{
        RefundsMutation, RefundsQuery,
        loaders::{CreditNoteByRefund, RefundById, RefundsByPayment},
    },
    subscriptions::{
        PlanChangesMutation, PlanChangesQuery, SubscriptionsMutation, SubscriptionsQuery,
        SubscriptionsSubscription,
        loaders::{CardContractBySubscription, NextRenewalOf, SubscriptionById},
    },
    test_clocks::{TestClocksMutation, TestClocksQuery, loaders::TestClockById},
    users::{AddressMutation, UsersMutation, UsersQuery, loaders::UserById},
};

/// The schema.
pub type Schema = async_graphql::Schema<Ruled<Query>, Ruled<Mutation>, Ruled<Subscription>>;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(Questions);

/// The rooms' questions, for whichever root stands on them.
#[derive(MergedObject, Default)]
pub struct Questions(
    ServerQuery,
    UsersQuery,
    PlansQuery,
    OrdersQuery,
    SubscriptionsQuery,
    PlanChangesQuery,
    PaymentsQuery,
    InvoicesQuery,
    RefundsQuery,
    AuditQuery,
    OutboxQuery,
    LedgerQuery,
    ReconciliationQuery,
    JobsQuery,
    TestClocksQuery,
    NodesQuery,
    RateQuery,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    UsersMutation,
    PlansMutation,
    OrdersMutation,
    SubscriptionsMutation,
    PlanChangesMutation,
    PaymentsMutation,
    OutboxMutation,
    AddressMutation,
    RefundsMutation,
    JobsMutation,
    TestClocksMutation,
);

/// What can be watched.
#[derive(MergedSubscription, Default)]
pub struct Subscription(OrdersSubscription, SubscriptionsSubscription);

/// Questions about the server itself.
#[derive(Default)]
pub struct ServerQuery;

#[Object]
impl ServerQuery {
    /// The version of the server, such as `0.1.0`.
    async fn server_version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// What a deployment decides about the schema.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether everybody may read the schema through introspection, and is helped with names; staff may always.
    pub introspection: bool,
    /// How much a document may ask for: the library holds to it too, as a second net.
    pub limits: Limits,
    /// Where plans are kept as anybody may see them; nothing has them read anew each time.
    pub plan_cache: Option<Arc<PlanCache>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            introspection: true,
            limits: Limits::default(),
            plan_cache: None,
        }
    }
}

/// Builds the schema.
#[must_use]
pub fn build_schema(options: &Options) -> Schema {
    builder(options).finish()
}

/// The schema, before its last stone: whoever watches it from within adds an extension.
#[must_use]
pub fn builder(
    options: &Options,
) -> SchemaBuilder<Ruled<Query>, Ruled<Mutation>, Ruled<Subscription>> {
    raise(Ruled::default(), options)
}

/// The schema on this root of questions.
pub(crate) fn raise<Q: ObjectType + 'static>(
    query: Q,
    options: &Options,
) -> SchemaBuilder<Q, Ruled<Mutation>, Ruled<Subscription>> {
    let limits = &options.limits;
    let builder = async_graphql::Schema::build(
        query,
        Ruled::<Mutation>::default(),
        Ruled::<Subscription>::default(),
    )
    .extension(Doorkeeper {
        introspection: options.introspection,
        errors: limits.errors,
    })
    .override_output_type_description::<DateTime<Utc>>(
        "An instant, as RFC 3339 writes it. Answers are in UTC, such as `2026-11-20T04:15:00+00:00`; \
         in inputs any offset will do.",
    )
    .limit_depth(limits.depth.max(limits.introspection_depth))
    .limit_complexity(limits.selections)
    .limit_aliases(limits.aliases)
    .limit_directives(limits.directives)
    .limit_recursive_depth(limits.levels);
    let builder = match options.plan_cache.clone() {
        Some(cache) => builder.data(cache),
        None => builder,
    };
    match options.introspection {
        true => builder,
        false => builder.disable_suggestions(),
    }
}

/// Puts the operation and fresh loaders into the request.
#[must_use]
pub fn attach(request: Request, op: Op) -> Request {
    let request = with_loader(request, UserById(op.clone()));
    let request = with_loader(request, PlanById(op.clone()));
    let request = with_loader(request, PlanVersionById(op.clone()));
    let request = with_loader(request, PlanVersionsByPlan(op.clone()));
    let request = with_loader(request, OrderById(op.clone()));
    let request = with_loader(request, LinesByOrder(op.clone()));
    let request = with_loader(request, PaymentById(op.clone()));
    let request = with_loader(request, PaymentsByOrder(op.clone()));
    let request = with_loader(request, DecisionsByPayment(op.clone()));
    let request = with_loader(request, PaymentById(op.clone()));
    let request = with_loader(request, RefundById(op.clone()));
    let request = with_loader(request, RefundsByPayment(op.clone()));
    let request = with_loader(request, CreditNoteByRefund(op.clone()));
    let request = with_loader(request, CreditNotesByInvoice(op.clone()));
    let request = with_loader(request, InvoiceById(op.clone()));
    let request = with_loader(request, InvoiceByOrder(op.clone()));
    let request = with_loader(request, LinesByInvoice(op.clone()));
    let request = with_loader(request, SubscriptionById(op.clone()));
    let request = with_loader(request, CardContractBySubscription(op.clone()));
    let request = with_loader(request, NextRenewalOf(op.clone()));
    let request = with_loader(request, TestClockById(op.clone()));
    request.data(op)
}

/// The schema as text, in a fixed order.
#[must_use]
pub fn sdl() -> String {
    written(&build_schema(&Options::default()))
}

/// A schema as text, in a fixed order.
pub(crate) fn written<Q, M, S>(schema: &async_graphql::Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    schema.sdl_with_options(
        SDLExportOptions::new()
            .include_specified_by()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items()
            .use_space_ident(),
    )
}
