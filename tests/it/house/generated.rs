//! The committed descriptions of the server are what the server says of itself.

use std::{collections::BTreeSet, fs};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use graphql::base::access::RULES;

use super::sources::root;

#[test]
fn the_files_of_schema_are_up_to_date() {
    let generated = fabrica::commands::schema::generated().unwrap();
    let names: Vec<&str> = generated.iter().map(|(name, _)| *name).collect();
    for name in [
        "schema.graphql",
        "permissions.md",
        "errors.md",
        "events.md",
        "settings.md",
        "metrics.md",
    ] {
        assert!(names.contains(&name), "{name} is not generated");
    }
    for (name, text) in generated {
        let committed = fs::read_to_string(root().join("schema").join(name)).unwrap_or_default();
        assert!(
            committed == text,
            "schema/{name} is out of date: run `make generate`"
        );
    }
}

#[test]
fn every_root_field_has_a_rule_and_every_rule_a_field() {
    let document = parse_schema(graphql::sdl()).unwrap();
    let mut fields = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let name = definition.node.name.node.as_str();
        if let ("Query" | "Mutation" | "Subscription", TypeKind::Object(object)) =
            (name, &definition.node.kind)
        {
            for field in &object.fields {
                fields.insert(format!("{name}.{}", field.node.name.node));
            }
        }
    }
    let rules: Vec<String> = RULES
        .iter()
        .map(|rule| format!("{}.{}", rule.parent, rule.field))
        .collect();
    let distinct: BTreeSet<String> = rules.iter().cloned().collect();
    assert_eq!(distinct.len(), rules.len(), "a rule stands twice");
    assert_eq!(distinct, fields);
}
