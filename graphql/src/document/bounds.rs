//! The walk that bounds a parsed document: every definition is visited once, before the library's own
//! validation, which visits a fragment as often as it is spread.

use std::collections::HashMap;

use async_graphql::{
    Positioned, ServerError,
    parser::types::{
        ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::{
    cost::Cost,
    extent::Extent,
    limits::Limits,
    refusal::{invalid, too_complex, too_deep},
};

/// What a mutation's root field costs beside what it answers: it writes, and there is one writer.
const WRITE: u64 = 10;

/// Bounds the document, and answers what each of its operations costs, by name.
///
/// # Errors
/// The first limit that is passed; a fragment that spreads itself; a subscription to several things.
pub(super) fn bound(
    document: &ExecutableDocument,
    limits: &Limits,
) -> Result<HashMap<Option<String>, Cost>, ServerError> {
    let count = document.operations.iter().len();
    if count > limits.operations {
        return Err(too_complex("operations", limits.operations));
    }
    let mut walk = Walk {
        document,
        limits,
        directives: 0,
        fragments: HashMap::new(),
    };
    let mut whole = Extent::default();
    let mut costs = HashMap::with_capacity(count);
    for (name, operation) in document.operations.iter() {
        let extent = walk.operation(&operation.node)?;
        whole.add(extent.clone(), limits)?;
        let writes = match operation.node.ty {
            OperationType::Mutation => WRITE.saturating_mul(extent.fields as u64),
            OperationType::Query | OperationType::Subscription => 0,
        };
        let cost = Cost::fixed(writes).plus(extent.into_cost());
        costs.insert(name.map(ToString::to_string), cost);
    }
    match walk.unused() {
        Some(error) => Err(error),
        None => Ok(costs),
    }
}

struct Walk<'d> {
    document: &'d ExecutableDocument,
    limits: &'d Limits,
    directives: usize,
    /// `None` while the fragment is being measured: who asks for it then stands inside it.
    fragments: HashMap<&'d str, Option<Extent>>,
}

impl<'d> Walk<'d> {
    /// The first fragment that no operation spreads. The library would say so as well, but only after it
    /// looked for conflicts in each: hundreds that spread one large fragment would keep it busy for long.
    fn unused(&self) -> Option<ServerError> {
        let unused = self.document.fragments.iter();
        let unused = unused.filter(|(name, _)| !self.fragments.contains_key(name.as_str()));
        let (name, first) = unused.min_by_key(|(_, each)| (each.pos.line, each.pos.column))?;
        let mut error = invalid(format!("The fragment \"{name}\" is never used."));
        error.locations = vec![first.pos];
        Some(error)
    }

    fn operation(&mut self, operation: &'d OperationDefinition) -> Result<Extent, ServerError> {
        let limits = self.limits;
        self.count(&operation.directives)?;
        for definition in &operation.variable_definitions {
            self.count(&definition.node.directives)?;
        }
        let extent = self.set(&operation.selection_set.node, 0)?;
        if extent.depth > limits.depth {
            return Err(too_deep("fields", limits.depth));
        }
        if extent.introspection_depth > limits.introspection_depth {
            return Err(too_deep("introspection", limits.introspection_depth));
        }
        if extent.introspection_lists > limits.introspection_lists {
            return Err(too_deep(
                "introspection's lists",
                limits.introspection_lists,
            ));
        }
        match operation.ty {
            OperationType::Mutation if extent.fields > limits.mutations => {
                Err(too_complex("mutations", limits.mutations))
            }
            OperationType::Subscription if extent.fields > 1 => {
                Err(invalid("A subscription must have one root field."))
            }
            _ => Ok(extent),
        }
    }

    /// `level` is how many selection sets stand around this one.
    fn set(&mut self, set: &'d SelectionSet, level: usize) -> Result<Extent, ServerError> {
        if level >= self.limits.levels {
            return Err(too_deep("selection sets", self.limits.levels));
        }
        let mut extent = Extent::default();
        for selection in &set.items {
            let one = self.selection(&selection.node, level + 1)?;
            extent.add(one, self.limits)?;
        }
        extent.levels += 1;
        Ok(extent)
    }

    fn selection(&mut self, selection: &'d Selection, level: usize) -> Result<Extent, ServerError> {
        self.count(selection.directives())?;
        match selection {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => Ok(
                Extent::of_field(&field.node, Extent::default(), self.limits.pages),
            ),
            Selection::Field(field) => {
                let inside = self.set(&field.node.selection_set.node, level)?;
                Ok(Extent::of_field(&field.node, inside, self.limits.pages))
            }
            Selection::InlineFragment(inline) => {
                let inside = self.set(&inline.node.selection_set.node, level)?;
                Ok(inside.spread())
            }
            Selection::FragmentSpread(spread) => {
                let inside = self.fragment(&spread.node.fragment_name.node, level)?;
                Ok(inside.spread())
            }
        }
    }

    fn fragment(&mut self, name: &'d str, level: usize) -> Result<Extent, ServerError> {
        // One that does not exist is the validation's to name.
        let Some(definition) = self.document.fragments.get(name) else {
            return Ok(Extent::default());
        };
        let extent = match self.fragments.get(name) {
            Some(Some(known)) => known.clone(),
            Some(None) => {
                return Err(invalid(
                    "A fragment must not spread itself, nor through others.",
                ));
            }
            None => {
                self.fragments.insert(name, None);
                self.count(&definition.node.directives)?;
                let extent = self
                    .set(&definition.node.selection_set.node, level)?
                    .shared();
                self.fragments.insert(name, Some(extent.clone()));
                extent
            }
        };
        // A fragment measured elsewhere may stand deeper here.
        if level + extent.levels > self.limits.levels {
            return Err(too_deep("selection sets", self.limits.levels));
        }
        Ok(extent)
    }

    fn count<T>(&mut self, directives: &[Positioned<T>]) -> Result<(), ServerError> {
        self.directives += directives.len();
        if self.directives > self.limits.directives {
            return Err(too_complex("directives", self.limits.directives));
        }
        Ok(())
    }
}
