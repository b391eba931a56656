//! `rateLimit`: what the door counted, and nothing where it does not count.

use crate::kit::on_sqlite;
use async_graphql::Request;
use chrono::Duration;
use graphql::{Options, attach, base::rate::RateLimit, build_schema};
use serde_json::json;

const ASK: &str = "{ rateLimit { limit remaining resetAt } }";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_what_the_door_counted() {
    on_sqlite(|house| async move {
        let schema = build_schema(&Options {
            introspection: false,
            ..Options::default()
        });
        let share = RateLimit {
            limit: 60,
            remaining: 57,
            reset_at: house.now() + Duration::seconds(3),
        };
        let request = attach(Request::new(ASK), house.nobody());
        let counted = schema.execute(request.data(share)).await;
        assert_eq!(
            counted.data.into_json().unwrap(),
            json!({ "rateLimit": {
                "limit": 60, "remaining": 57, "resetAt": "2026-11-20T04:00:03+00:00",
            } })
        );
        let uncounted = schema
            .execute(attach(Request::new(ASK), house.nobody()))
            .await;
        assert_eq!(
            uncounted.data.into_json().unwrap(),
            json!({ "rateLimit": null })
        );
    })
    .await;
}
