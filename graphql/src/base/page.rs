//! Relay connections over the domain's pages.

use async_graphql::{Enum, SimpleObject};
use domain::base::{
    Op, apart,
    page::{self, Page, PageRequest, Sort},
};
use sea_orm::{EntityTrait, Select};

/// Which page it is, and whether there are others.
#[derive(SimpleObject, Clone, Debug)]
pub struct PageInfo {
    /// Whether more follow.
    pub has_next_page: bool,
    /// Whether some precede.
    pub has_previous_page: bool,
    /// The cursor of the first row; `null` on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor of the last row; `null` on an empty page.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// The page info of a page.
    #[must_use]
    pub fn of<M>(page: &Page<M>) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: page.rows.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// Which way a list runs.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::base::page::Direction")]
pub enum SortDirection {
    /// Small, early or `a` first.
    Ascending,
    /// Large, late or `z` first.
    Descending,
}

/// The four arguments of a connection as one value.
#[must_use]
pub const fn request(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> PageRequest {
    PageRequest {
        list: None,
        first,
        after,
        last,
        before,
    }
}

/// Reads one page of `everything`: staff's from the read replica, where there is one.
///
/// # Errors
/// A page size or cursor that cannot be used.
pub(crate) async fn read<E: EntityTrait>(
    op: &Op,
    everything: &Select<E>,
    sort: &Sort<E>,
    request: &PageRequest,
) -> async_graphql::Result<Page<E::Model>> {
    let sizes = op.app().policy.pages;
    let (op, everything) = (op.clone(), everything.clone());
    let (sort, request) = (sort.clone(), request.clone());
    // Apart, because it may be asked for below a live answer.
    apart(async move {
        let (sort, request) = (&sort, &request);
        op.read_list(|op| {
            let everything = everything.clone();
            async move { page::fetch(op.reader(), everything, sort, request, sizes).await }
        })
        .await
    })
    .await
    .map_err(super::error::outward)
}

/// How many rows there are of `everything`, read as a page is.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn count<E: EntityTrait<Model: Sync>>(
    op: &Op,
    everything: &Select<E>,
) -> async_graphql::Result<u64> {
    let (op, everything) = (op.clone(), everything.clone());
    apart(async move {
        op.read_list(|op| {
            let everything = everything.clone();
            async move { page::count(op.reader(), everything).await }
        })
        .await
    })
    .await
    .map_err(super::error::outward)
}

/// Declares a connection and its edge: `connection!(OrderConnection, OrderEdge, Order, order::Entity, "Orders.")`.
/// `Node` must be `From<Model>`; build one with `OrderConnection::fetch(op, select, sort, request)`.
#[macro_export]
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $entity:ty, $doc:literal) => {
        #[doc = $doc]
        pub struct $connection {
            op: domain::base::Op,
            everything: sea_orm::Select<$entity>,
            page:
                std::sync::Arc<domain::base::page::Page<<$entity as sea_orm::EntityTrait>::Model>>,
        }

        impl $connection {
            /// Reads one page; `totalCount` is counted only when it is asked for.
            ///
            /// # Errors
            /// A page size or cursor that cannot be used.
            pub async fn fetch(
                op: &domain::base::Op,
                everything: sea_orm::Select<$entity>,
                sort: &domain::base::page::Sort<$entity>,
                request: &domain::base::page::PageRequest,
            ) -> async_graphql::Result<Self> {
                let page = $crate::base::page::read(op, &everything, sort, request).await?;
                Ok(Self::of(op, everything, std::sync::Arc::new(page)))
            }

            /// The page that was read of `everything`.
            fn of(
                op: &domain::base::Op,
                everything: sea_orm::Select<$entity>,
                page: std::sync::Arc<
                    domain::base::page::Page<<$entity as sea_orm::EntityTrait>::Model>,
                >,
            ) -> Self {
                Self {
                    op: op.clone(),
                    everything,
                    page,
                }
            }
        }

        #[doc = $doc]
        #[async_graphql::Object]
        impl $connection {
            /// The rows with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                self.page
                    .rows
                    .iter()
                    .map(|(cursor, row)| $edge {
                        cursor: cursor.clone(),
                        node: row.clone().into(),
                    })
                    .collect()
            }

            /// The rows alone.
            async fn nodes(&self) -> Vec<$node> {
                self.page
                    .rows
                    .iter()
                    .map(|(_, row)| row.clone().into())
                    .collect()
            }

            /// Which page it is.
            async fn page_info(&self) -> $crate::base::page::PageInfo {
                $crate::base::page::PageInfo::of(&self.page)
            }

            /// How many rows the whole list has. Counted only when asked for.
            async fn total_count(&self) -> async_graphql::Result<u64> {
                if self.page.is_whole {
                    return Ok(u64::try_from(self.page.rows.len())?);
                }
                $crate::base::page::count(&self.op, &self.everything).await
            }
        }

        #[doc = concat!("One row of a `", stringify!($connection), "`.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Its place in the list; opaque.
            cursor: String,
            /// The row.
            node: $node,
        }
    };
}
