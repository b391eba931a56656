//! Pages of lists, forwards and backwards.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    base::{
        Op, Result,
        page::{self, Direction, Page, PageRequest, PageSizes, Sort},
    },
    orders, payments, subscriptions,
};
use entity::orders::order::{self, OrderStatus};

use crate::kit::{House, Person, on_each_engine};

use super::scene::*;

const BOTH: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// Eleven orders of Mei: seven in one instant and for one price, two dearer ones, two a day later; and one of
/// Kim, whom no list of Mei's may show.
async fn orders_of_mei(house: &House) -> Person {
    let (mei, kim) = (house.customer("mei").await, house.customer("kim").await);
    let manual = once(house).await;
    for number in 0..7 {
        buy(&mei, &manual, 1, &format!("same-{number}"))
            .await
            .unwrap();
    }
    buy(&kim, &manual, 1, "kim").await.unwrap();
    for number in 0..2 {
        buy(&mei, &manual, 2, &format!("dear-{number}"))
            .await
            .unwrap();
    }
    house.wait(days(1));
    for number in 0..2 {
        buy(&mei, &manual, 1, &format!("later-{number}"))
            .await
            .unwrap();
    }
    mei
}

fn first(size: i32, after: Option<String>) -> PageRequest {
    PageRequest {
        first: Some(size),
        after,
        ..PageRequest::default()
    }
}

fn last(size: i32, before: Option<String>) -> PageRequest {
    PageRequest {
        last: Some(size),
        before,
        ..PageRequest::default()
    }
}

async fn fetch(
    op: &Op,
    sort: &Sort<order::Entity>,
    request: &PageRequest,
) -> Result<Page<order::Model>> {
    let select = orders::query::visible_to(op.actor());
    page::fetch(op.reader(), select, sort, request, PageSizes::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_on_exactly_one_page_both_ways_even_when_keys_are_equal() {
    on_each_engine(|house| async move {
        let mei = orders_of_mei(&house).await;
        for direction in BOTH {
            for sort in [
                orders::query::by_placing(direction),
                orders::query::by_total(direction),
            ] {
                let whole = fetch(&mei.op, &sort, &first(100, None)).await.unwrap();
                assert!(!whole.has_next && !whole.has_previous);
                let whole: Vec<_> = whole.rows.into_iter().map(|(_, row)| row).collect();
                assert_eq!(whole.len(), 11);
                assert!(whole.iter().all(|order| order.user_id == mei.user.id));
                let keys: Vec<_> = whole
                    .iter()
                    .map(|row| match sort.name {
                        "orders.total" => (row.total_minor, row.id),
                        _ => (row.placed_at.timestamp(), row.id),
                    })
                    .collect();
                let mut sorted = keys.clone();
                sorted.sort();
                if direction == Direction::Descending {
                    sorted.reverse();
                }
                assert_eq!(keys, sorted, "{} {direction:?}", sort.name);

                for size in [1, 3, 4, 10, 11] {
                    let forwards = walk_forwards(&mei.op, &sort, size).await;
                    assert_eq!(forwards, whole, "forwards by {size}");
                    let backwards = walk_backwards(&mei.op, &sort, size).await;
                    assert_eq!(backwards, whole, "backwards by {size}");
                }
            }
        }
    })
    .await;
}

async fn walk_forwards(op: &Op, sort: &Sort<order::Entity>, size: i32) -> Vec<order::Model> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = fetch(op, sort, &first(size, after.clone())).await.unwrap();
        assert!(page.rows.len() <= size as usize);
        assert_eq!(page.has_previous, after.is_some());
        after = page.rows.last().map(|(cursor, _)| cursor.clone());
        all.extend(page.rows.into_iter().map(|(_, row)| row));
        if !page.has_next {
            return all;
        }
    }
}

async fn walk_backwards(op: &Op, sort: &Sort<order::Entity>, size: i32) -> Vec<order::Model> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = fetch(op, sort, &last(size, before.clone())).await.unwrap();
        assert!(page.rows.len() <= size as usize);
        assert_eq!(page.has_next, before.is_some());
        before = page.rows.first().map(|(cursor, _)| cursor.clone());
        let mut rows: Vec<_> = page.rows.into_iter().map(|(_, row)| row).collect();
        rows.append(&mut all);
        all = rows;
        if !page.has_previous {
            return all;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_between_two_pages_shifts_nothing() {
    on_each_engine(|house| async move {
        let mei = orders_of_mei(&house).await;
        let sort = orders::query::by_placing(Direction::Descending);
        let whole = walk_forwards(&mei.op, &sort, 100).await;
        let page = fetch(&mei.op, &sort, &first(4, None)).await.unwrap();
        house.wait(days(1));
        let manual = domain::plans::query::find_by_slug(&mei.op, "manual")
            .await
            .unwrap()
            .unwrap();
        buy(&mei, &manual, 1, "newest").await.unwrap();
        let after = page.rows.last().map(|(cursor, _)| cursor.clone());
        let next = fetch(&mei.op, &sort, &first(4, after)).await.unwrap();
        let next: Vec<_> = next.rows.into_iter().map(|(_, row)| row).collect();
        assert_eq!(next, whole[4..8]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_1_to_100_rows_from_one_end() {
    on_each_engine(|house| async move {
        let mei = orders_of_mei(&house).await;
        let sort = orders::query::by_placing(Direction::Ascending);
        for size in [0, -1, 101, i32::MAX, i32::MIN] {
            for request in [first(size, None), last(size, None)] {
                assert_eq!(
                    refusal(fetch(&mei.op, &sort, &request).await),
                    "OUT_OF_RANGE",
                    "{size}"
                );
            }
        }
        let both = PageRequest {
            first: Some(1),
            last: Some(1),
            ..PageRequest::default()
        };
        assert_eq!(refusal(fetch(&mei.op, &sort, &both).await), "MALFORMED");
        for size in [1, 100] {
            assert!(fetch(&mei.op, &sort, &first(size, None)).await.is_ok());
        }
        let manual = domain::plans::query::find_by_slug(&mei.op, "manual")
            .await
            .unwrap()
            .unwrap();
        for number in 0..15 {
            buy(&mei, &manual, 1, &format!("more-{number}"))
                .await
                .unwrap();
        }
        let silent = fetch(&mei.op, &sort, &PageRequest::default())
            .await
            .unwrap();
        assert_eq!((silent.rows.len(), silent.has_next), (20, true), "20 of 26");
    })
    .await;
}

/// What is in a cursor, with one part of it changed.
fn edited(cursor: &str, part: &str, value: serde_json::Value) -> String {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let mut content: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert!(content.get(part).is_some(), "{content} has no {part}");
    content[part] = value;
    BASE64_URL_SAFE_NO_PAD.encode(content.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_not_of_this_list_is_refused() {
    on_each_engine(|house| async move {
        let mei = orders_of_mei(&house).await;
        let sort = orders::query::by_placing(Direction::Ascending);
        let own = |page: Page<order::Model>| page.rows[0].0.clone();
        let cursor = own(fetch(&mei.op, &sort, &first(1, None)).await.unwrap());
        let by_total = orders::query::by_total(Direction::Ascending);
        let of_totals = own(fetch(&mei.op, &by_total, &first(1, None)).await.unwrap());
        let lin = house.customer("lin").await;
        let plan = monthly(&house).await;
        subscribe(&mei, &plan, "s").await.unwrap();
        subscribe(&lin, &plan, "s").await.unwrap();
        let subscriptions = page::fetch(
            mei.op.reader(),
            subscriptions::query::visible_to(mei.op.actor()),
            &subscriptions::query::by_creation(Direction::Ascending),
            &first(1, None),
            PageSizes::default(),
        )
        .await;
        let of_subscriptions = subscriptions.unwrap().rows[0].0.clone();
        let of_lin = own(fetch(&lin.op, &sort, &first(1, None)).await.unwrap());
        let filter = orders::query::OrderFilter {
            statuses: Some(vec![OrderStatus::Pending]),
            ..Default::default()
        };
        let of_those_placed = page::fetch(
            mei.op.reader(),
            filter.apply(orders::query::visible_to(mei.op.actor())),
            &sort,
            &first(1, None),
            PageSizes::default(),
        )
        .await;
        let of_those_placed = own(of_those_placed.unwrap());
        let mut cut = cursor.clone();
        cut.pop();
        for strange in [
            String::new(),
            "null".to_owned(),
            "%%%".to_owned(),
            "A".repeat(5000),
            cut,
            format!("{cursor}A"),
            of_totals,
            of_subscriptions.clone(),
            of_lin,
            of_those_placed,
            edited(&cursor, "f", "".into()),
            edited(&cursor, "v", 1.into()),
            edited(&cursor, "s", "orders.total".into()),
            edited(&cursor, "i", "1".into()),
            edited(&cursor, "k", serde_json::json!({"number": 1})),
            edited(&cursor, "k", serde_json::json!({"text": "2026"})),
            edited(
                &cursor,
                "k",
                serde_json::json!({"time": "+262142-12-31T00:00:00Z"}),
            ),
            edited(
                &cursor,
                "k",
                serde_json::json!({"time": "-262143-01-01T00:00:00Z"}),
            ),
        ] {
            for request in [
                first(1, Some(strange.clone())),
                last(1, Some(strange.clone())),
            ] {
                let refused = fetch(&mei.op, &sort, &request).await;
                assert_eq!(refusal(refused), "INVALID_CURSOR", "{strange}");
            }
        }
        let payments = page::fetch(
            mei.op.reader(),
            payments::query::visible_to(mei.op.actor()),
            &payments::query::by_creation(Direction::Ascending),
            &first(1, Some(of_subscriptions)),
            PageSizes::default(),
        )
        .await;
        assert_eq!(
            refusal(payments),
            "INVALID_CURSOR",
            "another list by the same word"
        );
        assert!(fetch(&mei.op, &sort, &first(1, Some(cursor))).await.is_ok());
    })
    .await;
}
