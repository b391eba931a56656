//! What a subscriber is told of an order that moves faster than they can read.

use crate::kit::{House, Person, on_each_engine};
use crate::scene;
use async_graphql::{Request, Response};
use domain::base::Topic;
use entity::{base::transition, id::OrderId};
use futures_util::{Stream, StreamExt};
use graphql::{Options, attach, build_schema};
use sea_orm::{ActiveValue::Set, EntityTrait};

fn watch(who: &Person, order: OrderId) -> impl Stream<Item = Response> + use<> {
    let schema = build_schema(&Options {
        introspection: false,
        ..Options::default()
    });
    let document =
        format!("subscription {{ orderStatusChanged(orderId: \"{order}\") {{ version }} }}");
    schema.execute_stream(attach(Request::new(document), who.op.clone()))
}

async fn next(answers: &mut (impl Stream<Item = Response> + Unpin)) -> i64 {
    let answer = answers.next().await.unwrap();
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let data = answer.data.into_json().unwrap();
    data["orderStatusChanged"]["version"].as_i64().unwrap()
}

/// Writes moves into the order's log, and then says that it moved.
async fn moves(house: &House, order: OrderId, versions: std::ops::RangeInclusive<i64>) {
    let rows = versions.map(|version| transition::ActiveModel {
        subject: Set(order.to_string()),
        version: Set(version),
        from_status: Set(Some("PENDING".to_owned())),
        to_status: Set("PROCESSING".to_owned()),
        cause: Set("test".to_owned()),
        actor: Set("test".to_owned()),
        at: Set(house.now()),
    });
    let rows: Vec<_> = rows.collect();
    for some in rows.chunks(100) {
        let inserted = transition::Entity::insert_many(some.to_vec());
        let database = house.app.database.writer();
        inserted.exec_without_returning(database).await.unwrap();
    }
    house.app.hub.poke(Topic::Order(order));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_falls_far_behind_is_told_the_latest_and_who_does_not_is_told_each() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let thing = scene::once(&house).await;
        let hot = scene::buy(&mei, &thing, 1, "k1").await.unwrap().id;
        let quiet = scene::buy(&mei, &thing, 1, "k2").await.unwrap().id;
        let (mut of_hot, mut of_quiet) = (Box::pin(watch(&mei, hot)), Box::pin(watch(&mei, quiet)));
        let first = next(&mut of_hot).await;
        next(&mut of_quiet).await;

        moves(&house, hot, first + 1..=first + 10).await;
        for version in first + 1..=first + 10 {
            assert_eq!(next(&mut of_hot).await, version);
        }

        // When a thousand moves come before it is read again
        moves(&house, hot, first + 11..=first + 1010).await;
        moves(&house, quiet, 2000..=2000).await;

        // Then one answer stands for all, and the neighbour's is there too
        assert_eq!(next(&mut of_hot).await, first + 1010);
        assert_eq!(next(&mut of_quiet).await, 2000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_stopped_half_way_through_a_question_keeps_nobody_waiting() {
    on_each_engine(|house| async move {
        // Given two connections that asked, and are busy with something else before they have their answers
        let app = &house.app;
        let question = || async {
            tokio::task::yield_now().await;
            "answered"
        };
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(app.in_turn(question()))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        // Then others come to their turn all the same
        for _ in 0..2 {
            assert_eq!(app.in_turn(question()).await, "answered");
        }
        for one in waiting {
            assert_eq!(one.await, "answered");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_were_asked_for_half_way_keep_no_connection_from_others() {
    on_each_engine(|house| async move {
        scene::monthly(&house).await;
        let schema = build_schema(&Options::default());
        let op = house.staff("boss").await.op;
        // Given more lists than the pool has connections, all left when they had begun
        let list = || Request::new("{ plans(first: 1) { nodes { slug } } }");
        let mut left: Vec<_> = (0..20)
            .map(|_| Box::pin(schema.execute(attach(list(), op.clone()))))
            .collect();
        for one in &mut left {
            assert!(futures_util::poll!(one).is_pending());
        }
        // Then somebody else is answered
        let found = domain::plans::query::find_by_slug(&house.nobody(), "pro").await;
        assert!(found.unwrap().is_some());
        for one in left {
            assert!(one.await.errors.is_empty());
        }
    })
    .await;
}
