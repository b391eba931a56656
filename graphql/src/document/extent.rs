//! How far a selection set reaches, with everything spread in. A fragment is measured once, however often it is
//! spread: re-walking spreads is what makes a kilobyte hold a worker for minutes.

use async_graphql::{ServerError, parser::types::Field};
use domain::base::page::PageSizes;

use super::{
    cost::{Cost, Size, ids, page_size},
    limits::Limits,
    refusal::too_complex,
};

/// Fields of `__schema` and `__type` that answer with lists of parts that lead on.
const SCHEMA_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// How far a selection set reaches.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    /// Fields, inline fragments and spreads.
    pub(super) selections: usize,
    /// Fields with an alias.
    pub(super) aliases: usize,
    /// Fields at the top.
    pub(super) fields: usize,
    /// Selection sets within each other.
    pub(super) levels: usize,
    /// Fields within each other.
    pub(super) depth: usize,
    /// Fields within each other from `__schema` or `__type` on.
    pub(super) introspection_depth: usize,
    /// Lists of the schema's parts within each other.
    pub(super) lists: usize,
    /// The same from `__schema` or `__type` on.
    pub(super) introspection_lists: usize,
    /// What comes once for each row of the page around.
    rows: Cost,
    /// Whether rows are asked for at all.
    has_rows: bool,
    /// What comes once.
    rest: Cost,
}

impl Extent {
    /// Takes in what stands beside.
    ///
    /// # Errors
    /// More than the limits allow: at once, before the next spread makes it more.
    pub(super) fn add(&mut self, other: Self, limits: &Limits) -> Result<(), ServerError> {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.fields = self.fields.saturating_add(other.fields);
        self.levels = self.levels.max(other.levels);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.lists = self.lists.max(other.lists);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.rows = std::mem::take(&mut self.rows).plus(other.rows);
        self.has_rows |= other.has_rows;
        self.rest = std::mem::take(&mut self.rest).plus(other.rest);
        if self.selections > limits.selections {
            return Err(too_complex("selections", limits.selections));
        }
        if self.aliases > limits.aliases {
            return Err(too_complex("aliases", limits.aliases));
        }
        Ok(())
    }

    /// An inline fragment or a spread around this.
    pub(super) fn spread(mut self) -> Self {
        self.selections = self.selections.saturating_add(1);
        self
    }

    /// A field around this, which is empty for a field without a selection.
    pub(super) fn of_field(field: &Field, inside: Self, pages: PageSizes) -> Self {
        let name = field.name.node.as_str();
        let mut extent = Self {
            selections: inside.selections.saturating_add(1),
            aliases: inside
                .aliases
                .saturating_add(usize::from(field.alias.is_some())),
            fields: 1,
            levels: inside.levels,
            depth: inside.depth + 1,
            lists: inside.lists + usize::from(SCHEMA_LISTS.contains(&name)),
            introspection_depth: inside.introspection_depth,
            introspection_lists: inside.introspection_lists,
            ..Self::default()
        };
        if name == "__schema" || name == "__type" {
            extent.introspection_depth = extent.depth;
            extent.introspection_lists = extent.lists;
            extent.depth = 1;
            return extent;
        }
        if !field.selection_set.node.items.is_empty() {
            extent.price(field, inside, pages);
        }
        extent
    }

    fn price(&mut self, field: &Field, inside: Self, pages: PageSizes) {
        let name = field.name.node.as_str();
        let size = page_size(field, pages);
        if inside.has_rows || size.is_some() {
            // A page is read whether its rows are shown or only counted.
            let row = match inside.rows.is_zero() {
                true => Cost::fixed(1),
                false => inside.rows,
            };
            let rows = row.times(size.unwrap_or(Size::Fixed(pages.usual)));
            self.rest = Cost::fixed(1).plus(rows).plus(inside.rest);
            return;
        }
        match (name, ids(field, pages)) {
            (_, Some(many)) => self.rest = Cost::fixed(1).plus(inside.rest).times(many),
            // The node in it counts.
            ("edges", None) => (self.rows, self.has_rows) = (inside.rest, true),
            ("nodes", None) => {
                (self.rows, self.has_rows) = (Cost::fixed(1).plus(inside.rest), true)
            }
            _ => self.rest = Cost::fixed(1).plus(inside.rest),
        }
    }

    /// The same, cheap to clone.
    pub(super) fn shared(mut self) -> Self {
        self.rows = self.rows.shared();
        self.rest = self.rest.shared();
        self
    }

    /// What it costs as the top of an operation.
    pub(super) fn into_cost(self) -> Cost {
        self.rest.plus(self.rows)
    }
}
