//! Running an operation, and running a mutation again that collided with another.

use async_graphql::{
    Request, Response,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
    },
};
use domain::base::Op;
use graphql::base::{error::Collision, idempotency::IdempotencyHeader};

use crate::again::again;

use super::{house::Answers, limits::Standing};

/// What a request carries into its operation.
#[derive(Clone)]
pub(super) struct Carried {
    pub(super) op: Op,
    pub(super) key: Option<String>,
    pub(super) standing: Option<Standing>,
}

impl Carried {
    /// The request with all of it, and with fresh loaders.
    pub(super) fn attach(self, request: Request) -> Request {
        let now = self.op.machine_now();
        let mut request = graphql::attach(request, self.op);
        if let Some(key) = self.key {
            request = request.data(IdempotencyHeader(key));
        }
        if let Some(standing) = self.standing {
            request = request.data(standing.shown(now));
        }
        request
    }
}

/// Runs it. A mutation of one field that collided is run again as a whole, as its client would do it: nothing was
/// done. One of several fields is not, because some of them may have been done.
pub(super) async fn answer(schema: &dyn Answers, mut asked: Request, carried: Carried) -> Response {
    let Some(copy) = Copied::of(&mut asked) else {
        return schema.answer(carried.attach(asked)).await;
    };
    let app = carried.op.shared_app();
    let mut first = Some(asked);
    again(app.entropy.as_ref(), "graphql", collided, || {
        let request = first.take().unwrap_or_else(|| copy.request());
        schema.answer(carried.clone().attach(request))
    })
    .await
}

fn collided(answer: &Response) -> bool {
    let mut errors = answer.errors.iter();
    errors.any(|error| error.source::<Collision>().is_some())
}

/// What makes the same request once more.
struct Copied {
    bare: Request,
    document: ExecutableDocument,
}

impl Copied {
    /// Of a mutation of one field; of nothing else.
    fn of(asked: &mut Request) -> Option<Self> {
        let name = asked.operation_name.clone();
        let document = asked.parsed_query().ok()?;
        is_of_one_field(document, name.as_deref()).then_some(())?;
        let document = document.clone();
        let mut bare = Request::new("").variables(asked.variables.clone());
        bare.query.clone_from(&asked.query);
        bare.operation_name = name;
        bare.extensions = asked.extensions.clone();
        bare.introspection_mode = asked.introspection_mode;
        Some(Self { bare, document })
    }

    fn request(&self) -> Request {
        let bare = &self.bare;
        let mut request = Request::new(bare.query.clone()).variables(bare.variables.clone());
        request.operation_name.clone_from(&bare.operation_name);
        request.extensions = bare.extensions.clone();
        request.introspection_mode = bare.introspection_mode;
        request.set_parsed_query(self.document.clone());
        request
    }
}

fn is_of_one_field(document: &ExecutableDocument, name: Option<&str>) -> bool {
    let operation: Option<&OperationDefinition> = match (&document.operations, name) {
        (DocumentOperations::Single(only), _) => Some(&only.node),
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    operation.is_some_and(|operation| {
        let fields = &operation.selection_set.node.items;
        operation.ty == OperationType::Mutation
            && matches!(fields.as_slice(), [only] if matches!(only.node, Selection::Field(_)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_of_one_field_may_be_run_again_and_nothing_else() {
        for (text, name, one) in [
            ("mutation { a }", None, true),
            ("mutation A { a } mutation B { a b }", Some("A"), true),
            ("mutation A { a } mutation B { a b }", Some("B"), false),
            ("mutation { a b }", None, false),
            (
                "mutation { ...F } fragment F on Mutation { a b }",
                None,
                false,
            ),
            ("query { a }", None, false),
        ] {
            let document = async_graphql::parser::parse_query(text).unwrap();
            assert_eq!(is_of_one_field(&document, name), one, "{text}");
        }
    }
}
