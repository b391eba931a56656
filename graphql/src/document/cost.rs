//! What an operation costs: objects are counted, times the rows of the page they stand in. The formula is made
//! once for a document; page sizes that come as variables are put in for each request.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Field, VariableDefinition},
};
use async_graphql_value::Value as Literal;
use domain::base::page::PageSizes;

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
    pub(super) fn figure(&self, given: &Given<'_>) -> u64 {
        self.parts.iter().fold(self.fixed, |sum, (size, each)| {
            let times = match size {
                Size::Fixed(times) => *times,
                Size::Variable(name) => given.length(name),
            };
            sum.saturating_add(times.saturating_mul(each.figure(given)))
        })
    }
}

/// What a request gives for the variables of an operation, and how long pages are here.
#[derive(Clone, Copy)]
pub(super) struct Given<'r> {
    pub(super) variables: &'r Variables,
    pub(super) definitions: &'r [Positioned<VariableDefinition>],
    pub(super) pages: PageSizes,
}

impl Given<'_> {
    fn length(&self, name: &Name) -> u64 {
        match self.value_of(name) {
            Some(Value::List(items)) => items.len() as u64,
            Some(Value::Number(number)) => page(number.as_u64(), self.pages),
            _ => self.pages.usual,
        }
    }

    fn value_of(&self, name: &Name) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.definitions.iter().map(|definition| &definition.node);
            let definition = definitions.find(|definition| definition.name.node == *name)?;
            definition.default_value.as_ref().map(|value| &value.node)
        })
    }
}

/// The page size that a field is asked for; `None` when it has no such argument.
pub(super) fn page_size(field: &Field, pages: PageSizes) -> Option<Size> {
    field
        .get_argument("first")
        .or_else(|| field.get_argument("last"))
        .map(|value| size_of(&value.node, pages))
}

/// How many things a field is asked for by their ids; `None` when it has no such argument.
pub(super) fn ids(field: &Field, pages: PageSizes) -> Option<Size> {
    let many = field.get_argument("ids");
    let many = many.or_else(|| field.get_argument("representations"));
    many.map(|value| size_of(&value.node, pages))
}

fn size_of(value: &Literal, pages: PageSizes) -> Size {
    match value {
        Literal::Variable(name) => Size::Variable(name.clone()),
        Literal::List(items) => Size::Fixed(items.len() as u64),
        Literal::Number(number) => Size::Fixed(page(number.as_u64(), pages)),
        _ => Size::Fixed(pages.usual),
    }
}

/// A size outside the bounds is refused by the list itself, which says so better than a cost could.
fn page(size: Option<u64>, pages: PageSizes) -> u64 {
    size.unwrap_or(pages.most).min(pages.most)
}
