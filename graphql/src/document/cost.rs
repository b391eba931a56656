//! What an operation costs: objects are counted, times the rows of the page they stand in. The formula is made
//! once for a document; page sizes that come as variables are put in for each request.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Field, VariableDefinition},
};
use async_graphql_value::Value as Literal;
use domain::base::page::{DEFAULT, MOST};

/// A sum: a fixed part, and parts taken several times.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    fixed: u64,
    parts: Vec<(Size, Arc<Cost>)>,
}

/// How often something comes.
#[derive(Clone, Debug)]
pub(super) enum Size {
    Fixed(u64),
    Variable(Name),
}

impl Cost {
    pub(super) fn fixed(fixed: u64) -> Self {
        Self {
            fixed,
            parts: Vec::new(),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.fixed == 0 && self.parts.is_empty()
    }

    pub(super) fn plus(mut self, other: Self) -> Self {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.parts.extend(other.parts);
        self
    }

    /// As often as the size says.
    pub(super) fn times(self, size: Size) -> Self {
        match size {
            Size::Fixed(times) if self.parts.is_empty() => {
                Self::fixed(self.fixed.saturating_mul(times))
            }
            size => Self {
                fixed: 0,
                parts: vec![(size, Arc::new(self))],
            },
        }
    }

    /// The same, cheap to clone: for fragments, which are added wherever they are spread.
    pub(super) fn shared(self) -> Self {
        match self.parts.is_empty() {
            true => self,
            false => Self {
                fixed: 0,
                parts: vec![(Size::Fixed(1), Arc::new(self))],
            },
        }
    }

    /// The figure for these variables. It takes no more steps than the operation has selections.
    pub(super) fn figure(
        &self,
        variables: &Variables,
        definitions: &[Positioned<VariableDefinition>],
    ) -> u64 {
        self.parts.iter().fold(self.fixed, |sum, (size, each)| {
            let times = match size {
                Size::Fixed(times) => *times,
                Size::Variable(name) => length(value_of(name, variables, definitions)),
            };
            sum.saturating_add(times.saturating_mul(each.figure(variables, definitions)))
        })
    }
}

/// The page size that a field is asked for; `None` when it has no such argument.
pub(super) fn page_size(field: &Field) -> Option<Size> {
    field
        .get_argument("first")
        .or_else(|| field.get_argument("last"))
        .map(|value| size_of(&value.node))
}

/// How many things a field is asked for by their ids; `None` when it has no such argument.
pub(super) fn ids(field: &Field) -> Option<Size> {
    field.get_argument("ids").map(|value| size_of(&value.node))
}

/// The page that is sent when nobody says how long.
pub(super) const fn usual_page() -> Size {
    Size::Fixed(DEFAULT)
}

fn size_of(value: &Literal) -> Size {
    match value {
        Literal::Variable(name) => Size::Variable(name.clone()),
        Literal::List(items) => Size::Fixed(items.len() as u64),
        Literal::Number(number) => Size::Fixed(page(number.as_u64())),
        _ => usual_page(),
    }
}

fn length(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::List(items)) => items.len() as u64,
        Some(Value::Number(number)) => page(number.as_u64()),
        _ => DEFAULT,
    }
}

/// A size outside the bounds is refused by the list itself, which says so better than a cost could.
fn page(size: Option<u64>) -> u64 {
    size.unwrap_or(MOST).min(MOST)
}

fn value_of<'v>(
    name: &Name,
    variables: &'v Variables,
    definitions: &'v [Positioned<VariableDefinition>],
) -> Option<&'v Value> {
    variables.get(name).or_else(|| {
        let mut definitions = definitions.iter().map(|definition| &definition.node);
        let definition = definitions.find(|definition| definition.name.node == *name)?;
        definition.default_value.as_ref().map(|value| &value.node)
    })
}
