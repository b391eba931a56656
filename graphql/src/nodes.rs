//! Any row by its id alone, through the same doors as everything else.

use std::{collections::HashMap, hash::Hash, str::FromStr};

use async_graphql::{Context, ID, Interface, Object, PathSegment, Result, ServerError};
use domain::{
    base::{Code, Error, Op},
    invoices, orders, payments, plans, refunds, subscriptions, users,
};

use crate::{
    base::{Ask, error::outward},
    invoices::Invoice,
    orders::Order,
    payments::Payment,
    plans::Plan,
    refunds::Refund,
    subscriptions::PlanSubscription,
    users::User,
};

/// The most ids that `nodes` takes.
const MOST_IDS: usize = 100;

/// What has an id of its own and can be had by it.
#[derive(Interface, Clone, Debug)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The id. What stands before the underscore says of what kind it is."
))]
pub enum Node {
    /// `usr_…`
    User(User),
    /// `pln_…`
    Plan(Plan),
    /// `ord_…`
    Order(Order),
    /// `sub_…`
    PlanSubscription(PlanSubscription),
    /// `pay_…`
    Payment(Payment),
    /// `inv_…`
    Invoice(Invoice),
    /// `ref_…`
    Refund(Refund),
}

/// Questions about rows of any kind.
#[derive(Default)]
pub struct NodesQuery;

#[Object]
impl NodesQuery {
    /// One row of any kind: what the caller may see by its kind's own rules. `null` and `NOT_FOUND` for all
    /// else: a row of somebody else, one that does not exist, and a text that is no id are not told apart.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id, such as `ord_…`.")] id: ID,
    ) -> Result<Option<Node>> {
        let mut found = fetch(context.op()?, std::slice::from_ref(&id)).await?;
        match found.remove(id.as_str()) {
            Some(node) => Ok(Some(node)),
            None => Err(unknown()),
        }
    }

    /// Rows of any kinds, in the order of their ids. Where `node` would answer `NOT_FOUND` there is a `null`, and
    /// an error whose path ends with its place in the list.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The ids: at most 100, twice the same is fine.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        few(&ids, "ids")?;
        let found = fetch(context.op()?, &ids).await?;
        let mut nodes = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            let node = found.get(id.as_str()).cloned();
            if node.is_none() {
                context.add_error(at(context, place));
            }
            nodes.push(node);
        }
        Ok(nodes)
    }
}

/// Refuses more than can be asked for at once.
pub(crate) fn few(ids: &[ID], argument: &'static str) -> Result<()> {
    if ids.len() <= MOST_IDS {
        return Ok(());
    }
    let message = format!("Ask for at most {MOST_IDS} at once.");
    Err(outward(Error::invalid(argument, Code::OutOfRange, message)))
}

fn unknown() -> async_graphql::Error {
    outward(Error::NotFound("node"))
}

/// The error of one place in the list. A refused item would be a panic of the library: it is told beside the list.
pub(crate) fn at(context: &Context<'_>, place: usize) -> ServerError {
    let error = unknown().into_server_error(context.item.pos);
    let mut error = context.set_error_path(error);
    error.path.push(PathSegment::Index(place));
    error
}

/// Those of the ids that the caller may know of, in one statement for each kind. All kinds are read alike, so
/// that the time tells no more than the answer.
pub(crate) async fn fetch(op: &Op, ids: &[ID]) -> Result<HashMap<String, Node>> {
    let mut found = HashMap::new();
    add(
        &mut found,
        ids,
        |row| User::from(row).into(),
        |ids| async move { users::query::by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| Plan::from(row).into(),
        |ids| async move { plans::query::visible_by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| Order::from(row).into(),
        |ids| async move { orders::query::by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| PlanSubscription::from(row).into(),
        |ids| async move { subscriptions::query::by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| Payment::from(row).into(),
        |ids| async move { payments::query::by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| Invoice::from(row).into(),
        |ids| async move { invoices::query::by_ids(op, &ids).await },
    )
    .await?;
    add(
        &mut found,
        ids,
        |row| Refund::from(row).into(),
        |ids| async move { refunds::query::by_ids(op, &ids).await },
    )
    .await?;
    Ok(found)
}

/// Adds the rows of one kind.
async fn add<I, M, F>(
    found: &mut HashMap<String, Node>,
    ids: &[ID],
    node: fn(M) -> Node,
    read: impl FnOnce(Vec<I>) -> F,
) -> Result<()>
where
    I: FromStr + ToString + Hash + Eq,
    F: Future<Output = domain::base::Result<HashMap<I, M>>>,
{
    let ids: Vec<I> = ids
        .iter()
        .filter_map(|id| id.as_str().parse().ok())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = read(ids).await.map_err(outward)?;
    found.extend(
        rows.into_iter()
            .map(|(id, row)| (id.to_string(), node(row))),
    );
    Ok(())
}
