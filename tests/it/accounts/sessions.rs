//! Sessions: refreshed, ended, and taken away.

use chrono::Duration;
use entity::users::{refresh_token, session};
use futures_util::future::join_all;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};

use crate::kit::{
    Shop, both_engines,
    client::{Client, PASSWORD, SESSION},
};

both_engines!(
    twenty_refreshes_at_once_get_the_same_child,
    a_retry_is_forgiven_for_ten_seconds_and_a_copy_never,
    logging_out_everywhere_holds_at_once,
    a_new_password_ends_the_other_sessions,
    a_closed_account_and_a_lower_role_hold_at_once,
);

async fn refresh(client: &Client, token: &str) -> Value {
    let input = json!({ "refreshToken": token });
    let client = client.logged_out();
    client.attempt("refreshSession", SESSION, input).await
}

fn token(payload: &Value) -> String {
    payload["session"]["refreshToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Whether the token still opens the door; everything but a plain no is a failure.
async fn is_in(client: &Client) -> bool {
    let answer = client.send("{ me { id } }", json!({})).await;
    match (answer.status, answer.code()) {
        (200, "") => true,
        (401, "UNAUTHENTICATED") => {
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            false
        }
        other => panic!("{other:?}: {}", answer.body),
    }
}

async fn twenty_refreshes_at_once_get_the_same_child(shop: Shop) {
    let mei = shop.mei().await;
    let asked = (0..20).map(|_| refresh(&mei, mei.refresh_token()));
    let children: Vec<String> = join_all(asked).await.iter().map(token).collect();
    assert!(
        children.iter().all(|child| *child == children[0]),
        "{children:?}"
    );
    assert_ne!(children[0], mei.refresh_token());
    assert_eq!(
        shop.database.count("refresh_tokens").await,
        2,
        "a parent and its child"
    );
}

async fn a_retry_is_forgiven_for_ten_seconds_and_a_copy_never(shop: Shop) {
    // A client that lost the answer asks again
    let mei = shop.mei().await;
    let child = token(&refresh(&mei, mei.refresh_token()).await);
    assert_eq!(token(&refresh(&mei, mei.refresh_token()).await), child);

    // Eleven seconds later it is somebody else who has the old one
    let used = refresh_token::Entity::find()
        .filter(refresh_token::Column::UsedAt.is_not_null())
        .one(shop.database.db())
        .await
        .unwrap()
        .unwrap();
    let earlier = refresh_token::ActiveModel {
        id: Set(used.id),
        used_at: Set(used.used_at.map(|at| at - Duration::seconds(11))),
        ..Default::default()
    };
    earlier.update(shop.database.db()).await.unwrap();
    let reused = refresh(&mei, mei.refresh_token()).await;
    assert_eq!(reused["errors"][0]["code"], "TOKEN_REUSED");
    assert_eq!(
        refresh(&mei, &child).await["errors"][0]["code"],
        "TOKEN_INVALID"
    );
    assert!(!is_in(&mei).await, "the whole session ended");

    // A grandparent is nobody's retry, however soon it comes
    let mei = shop.mei().await;
    let child = token(&refresh(&mei, mei.refresh_token()).await);
    refresh(&mei, &child).await;
    let reused = refresh(&mei, mei.refresh_token()).await;
    assert_eq!(reused["errors"][0]["code"], "TOKEN_REUSED");
    assert!(!is_in(&mei).await);
    let sessions = session::Entity::find()
        .order_by_asc(session::Column::CreatedAt)
        .all(shop.database.db())
        .await
        .unwrap();
    let reasons: Vec<_> = sessions
        .into_iter()
        .map(|session| session.revoked_reason)
        .collect();
    assert_eq!(
        reasons,
        [
            Some("token_reused".to_owned()),
            Some("token_reused".to_owned())
        ]
    );
}

async fn logging_out_everywhere_holds_at_once(shop: Shop) {
    let (phone, laptop) = (shop.mei().await, shop.mei().await);
    let staff = shop.demo("staff").await;
    let ended = phone
        .ask("mutation { logOutEverywhere { endedSessions } }", json!({}))
        .await;
    assert_eq!(ended["logOutEverywhere"]["endedSessions"], 2);
    assert!(!is_in(&phone).await && !is_in(&laptop).await);
    let payload = refresh(&laptop, laptop.refresh_token()).await;
    assert_eq!(payload["errors"][0]["code"], "TOKEN_INVALID");
    assert!(is_in(&staff).await, "others stay");
}

async fn a_new_password_ends_the_other_sessions(shop: Shop) {
    let here = shop.newcomer("lin").await;
    let there = shop.guest().log_in("lin", PASSWORD).await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "another-quiet-river" });
    here.mutate("changePassword", "user { id }", input).await;
    assert!(is_in(&here).await && !is_in(&there).await);
    shop.guest().log_in("lin", "another-quiet-river").await;
}

async fn a_closed_account_and_a_lower_role_hold_at_once(shop: Shop) {
    let admin = shop.demo("admin").await;
    let id =
        async |client: &Client| client.ask("{ me { id } }", json!({})).await["me"]["id"].clone();

    let staff = shop.demo("staff").await;
    let orders = "{ orders(first: 1) { totalCount } }";
    staff.ask(orders, json!({})).await;
    let input = json!({ "userId": id(&staff).await, "role": "CUSTOMER" });
    admin.mutate("updateUser", "user { role }", input).await;
    let answer = staff.send(orders, json!({})).await;
    assert!(
        ["FORBIDDEN", "UNAUTHENTICATED"].contains(&answer.code()),
        "{}",
        answer.body
    );

    let mei = shop.mei().await;
    let input = json!({ "userId": id(&mei).await });
    admin.mutate("deactivateUser", "user { id }", input).await;
    assert!(!is_in(&mei).await);
    let payload = refresh(&mei, mei.refresh_token()).await;
    assert_eq!(payload["errors"][0]["code"], "TOKEN_INVALID");
}
