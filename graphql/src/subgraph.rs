//! The face as a subgraph of a federated graph, behind a setting: a router asks what is here (`_service`), and for the
//! rows that other subgraphs refer to by their ids (`_entities`). Whatever is a `Node` may be referred to.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    Context, ID, InputValueError, InputValueResult, MergedObject, Name, Object, Result, Scalar,
    ScalarType, SimpleObject, Union, Value,
};

use crate::{
    base::{Ask, ruled::Ruled},
    invoices::Invoice,
    nodes::{self, Node},
    orders::Order,
    payments::Payment,
    plans::Plan,
    refunds::Refund,
    roots::{self, Mutation, Options, Questions, Subscription},
    subscriptions::PlanSubscription,
    users::User,
};

/// The schema with the two questions of routers.
pub type Schema = async_graphql::Schema<Ruled<SubgraphQuery>, Ruled<Mutation>, Ruled<Subscription>>;

/// Builds the schema with the two questions of routers.
#[must_use]
pub fn build_schema(options: &Options) -> Schema {
    roots::raise(Ruled::<SubgraphQuery>::default(), options).finish()
}

/// That schema as text, in a fixed order.
#[must_use]
pub fn sdl() -> String {
    roots::written(&build_schema(&Options::default()))
}

/// What can be asked, by routers too.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct SubgraphQuery(Questions, RoutersQuery);

/// What other subgraphs know of a row: of which kind it is, and its id.
#[derive(Clone, Debug)]
pub struct Representation {
    kind: String,
    id: ID,
}

/// What other subgraphs know of a row: an object with its `__typename` and its `id`.
#[Scalar(
    name = "_Any",
    specified_by_url = "https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec"
)]
impl ScalarType for Representation {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Object(fields) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(InputValueError::custom(format!(
                "a row is referred to by the texts `__typename` and `id`, and `{name}` is missing"
            ))),
        };
        Ok(Self {
            kind: text("__typename")?,
            id: text("id")?.into(),
        })
    }

    fn to_value(&self) -> Value {
        let fields = [("__typename", &self.kind), ("id", &self.id.0)];
        let fields = fields.map(|(name, text)| (Name::new(name), Value::String(text.clone())));
        Value::Object(fields.into_iter().collect())
    }
}

/// A row that other subgraphs may refer to.
#[derive(Union)]
#[graphql(name = "_Entity")]
pub enum Entity {
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

impl From<Node> for Entity {
    fn from(node: Node) -> Self {
        match node {
            Node::User(row) => Self::User(row),
            Node::Plan(row) => Self::Plan(row),
            Node::Order(row) => Self::Order(row),
            Node::PlanSubscription(row) => Self::PlanSubscription(row),
            Node::Payment(row) => Self::Payment(row),
            Node::Invoice(row) => Self::Invoice(row),
            Node::Refund(row) => Self::Refund(row),
        }
    }
}

impl Entity {
    const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Plan(_) => "Plan",
            Self::Order(_) => "Order",
            Self::PlanSubscription(_) => "PlanSubscription",
            Self::Payment(_) => "Payment",
            Self::Invoice(_) => "Invoice",
            Self::Refund(_) => "Refund",
        }
    }
}

/// What this subgraph is.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The schema, with what federation must know of it.
    sdl: &'static str,
}

/// Questions of routers.
#[derive(Default)]
pub struct RoutersQuery;

#[Object]
impl RoutersQuery {
    /// What this subgraph is, for composing.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        static SDL: LazyLock<String> = LazyLock::new(|| with_keys(&roots::sdl()));
        Service { sdl: &SDL }
    }

    /// Rows that other subgraphs refer to, in the order asked for: what the caller may see by each kind's own rules.
    /// Where there is none there is a `null`, and an error whose path ends with its place in the list.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is known of them: at most 100.")] representations: Vec<
            Representation,
        >,
    ) -> Result<Vec<Option<Entity>>> {
        let ids: Vec<ID> = representations.iter().map(|one| one.id.clone()).collect();
        nodes::few(&ids, "representations")?;
        let found: HashMap<String, Node> = nodes::fetch(context.op()?, &ids).await?;
        let mut entities = Vec::with_capacity(ids.len());
        for (place, wanted) in representations.iter().enumerate() {
            let entity = found.get(wanted.id.as_str()).cloned().map(Entity::from);
            let entity = entity.filter(|entity| entity.kind() == wanted.kind);
            if entity.is_none() {
                context.add_error(nodes::at(context, place));
            }
            entities.push(entity);
        }
        Ok(entities)
    }
}

/// The schema as federation reads it: each `Node` is known by its id, and the types that every subgraph with lists or
/// prices has may be shared.
fn with_keys(sdl: &str) -> String {
    let mut text = String::from(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", \"@shareable\"])\n\n",
    );
    for line in sdl.lines() {
        let opens = line.starts_with("type ").then(|| line.strip_suffix(" {"));
        match opens.flatten() {
            Some(head) if head.ends_with(" implements Node") => {
                text.push_str(head);
                text.push_str(" @key(fields: \"id\") {");
            }
            Some(head @ ("type PageInfo" | "type Money")) => {
                text.push_str(head);
                text.push_str(" @shareable {");
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}
