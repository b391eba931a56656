//! A root whose descriptions end with what its fields ask of the caller. The sentence is put there from the access
//! table when the schema is built, so that introspection and the written schema cannot say anything else.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response,
    ServerResult, SubscriptionType, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};
use domain::base::Access;
use futures_util::Stream;

use super::{access, sight};

/// A root and, in the schema, the rules of its fields.
#[derive(Default)]
pub struct Ruled<T>(T);

/// Adds to each field of the root what it asks, and to the fields of rows that ask for more.
fn add_rules(registry: &mut Registry, root: &str) {
    let rules = access::RULES.iter().filter(|rule| rule.parent == root);
    for rule in rules {
        say(registry, root, rule.field, rule.access);
    }
    for (parent, field, access) in sight::FIELDS {
        say(registry, parent, field, *access);
    }
}

/// Ends the field's description with the sentence, once.
fn say(registry: &mut Registry, parent: &str, field: &str, access: Access) {
    let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(parent) else {
        return;
    };
    let Some(field) = fields.get_mut(field) else {
        return;
    };
    let said = field.description.take().unwrap_or_default();
    let sentence = access.sentence();
    field.description = Some(match said.trim_end() {
        said if said.ends_with(sentence) => said.to_owned(),
        said => format!("{said} {sentence}"),
    });
}

impl<T: OutputType> OutputType for Ruled<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = T::create_type_info(registry);
        add_rules(registry, &T::type_name());
        name
    }

    async fn resolve(
        &self,
        context: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.0.resolve(context, field).await
    }
}

impl<T: ContainerType> ContainerType for Ruled<T> {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(context).await
    }
}

impl<T: ObjectType> ObjectType for Ruled<T> {}

impl<T: SubscriptionType> SubscriptionType for Ruled<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = T::create_type_info(registry);
        add_rules(registry, &T::type_name());
        name
    }

    fn create_field_stream<'a>(
        &'a self,
        context: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        self.0.create_field_stream(context)
    }
}
