//! Staying logged in.

use chrono::Duration;
use domain::{
    base::{Code, Error},
    users,
};
use entity::users::refresh_token;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    authenticate,
    kit::{House, Person, on_each_engine},
    refusal, session_row, times,
};

async fn refresh(house: &House, token: &str) -> String {
    let next = users::refresh(&house.nobody(), token).await.unwrap();
    next.tokens.refresh_token
}

async fn refused(house: &House, token: &str) -> Code {
    refusal(users::refresh(&house.nobody(), token).await)
}

async fn tokens_of(house: &House, person: &Person) -> u64 {
    refresh_token::Entity::find()
        .filter(refresh_token::Column::SessionId.eq(person.tokens.session_id))
        .count(house.app.database.reader())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_from_token_to_token() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let mut token = mei.tokens.refresh_token.clone();
        for _ in 0..3 {
            house.wait(Duration::minutes(15));
            let next = users::refresh(&house.nobody(), &token).await.unwrap();
            assert_eq!(next.user.id, mei.user.id);
            assert_eq!(next.tokens.session_id, mei.tokens.session_id);
            assert_ne!(next.tokens.refresh_token, token);
            let actor = authenticate(&house, &next.tokens.access_token).await;
            assert_eq!(&actor.unwrap(), mei.op.actor());
            token = next.tokens.refresh_token;
        }
        let session = session_row(&house, mei.tokens.session_id).await;
        assert_eq!(session.last_used_at, house.now());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_at_once_get_one_and_the_same_child() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let asked = (0..20).map(|_| {
            let (nobody, token) = (house.nobody(), mei.tokens.refresh_token.clone());
            tokio::spawn(async move { users::refresh(&nobody, &token).await })
        });
        let children: Vec<String> = join_all(asked)
            .await
            .into_iter()
            .map(|answer| answer.unwrap().unwrap().tokens.refresh_token)
            .collect();
        assert!(children.iter().all(|child| *child == children[0]));
        assert_eq!(tokens_of(&house, &mei).await, 2, "the first and its child");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_at_nine_seconds_gets_the_same_child() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let child = refresh(&house, &mei.tokens.refresh_token).await;
        house.wait(Duration::seconds(9));
        assert_eq!(refresh(&house, &mei.tokens.refresh_token).await, child);
        assert_eq!(tokens_of(&house, &mei).await, 2);
        refresh(&house, &child).await;
    })
    .await;
}

/// Whoever holds the newest token is out, and so are the access tokens; the trail tells it.
async fn assert_the_family_ended(house: &House, mei: &Person, newest: &str) {
    let session = session_row(house, mei.tokens.session_id).await;
    assert_eq!(session.revoked_at, Some(house.now()), "committed");
    assert_eq!(session.revoked_reason.as_deref(), Some("token_reused"));
    assert_eq!(times(house, "session.token_reused").await, 1);
    assert_eq!(refused(house, newest).await, Code::TokenInvalid);
    let actor = authenticate(house, &mei.tokens.access_token).await;
    assert!(matches!(actor, Err(Error::Unauthenticated)), "{actor:?}");
    // Only the first theft is one; later attempts find nothing alive.
    assert_eq!(
        refused(house, &mei.tokens.refresh_token).await,
        Code::TokenInvalid
    );
    assert_eq!(times(house, "session.token_reused").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_at_eleven_seconds_ends_the_family() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let child = refresh(&house, &mei.tokens.refresh_token).await;
        house.wait(Duration::seconds(11));
        let answer = refused(&house, &mei.tokens.refresh_token).await;
        assert_eq!(answer, Code::TokenReused);
        assert_the_family_ended(&house, &mei, &child).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grandparent_after_one_second_ends_the_family() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let child = refresh(&house, &mei.tokens.refresh_token).await;
        let grandchild = refresh(&house, &child).await;
        house.wait(Duration::seconds(1));
        let answer = refused(&house, &mei.tokens.refresh_token).await;
        assert_eq!(answer, Code::TokenReused);
        assert_the_family_ended(&house, &mei, &grandchild).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_log_in_outlives_a_theft() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let phone = crate::say(&house.nobody(), "mei", crate::kit::PASSWORD).await;
        let phone = phone.unwrap().tokens.refresh_token;
        refresh(&house, &mei.tokens.refresh_token).await;
        house.wait(Duration::minutes(1));
        refused(&house, &mei.tokens.refresh_token).await;
        refresh(&house, &phone).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lasts_thirty_days_and_a_session_ninety() {
    on_each_engine(|house| async move {
        let idle = house.customer("idle").await;
        let mei = house.customer("mei").await;
        let mut token = mei.tokens.refresh_token.clone();
        for _ in 0..3 {
            house.wait(Duration::days(29));
            token = refresh(&house, &token).await;
        }
        assert_eq!(
            refused(&house, &idle.tokens.refresh_token).await,
            Code::TokenInvalid,
            "not used for 30 days"
        );
        let last = users::refresh(&house.nobody(), &token).await.unwrap();
        assert_eq!(
            last.tokens.refresh_token_expires_at,
            mei.user.joined_at + Duration::days(90),
            "used often, and yet"
        );
        house.wait(Duration::days(3));
        let answer = refused(&house, &last.tokens.refresh_token).await;
        assert_eq!(answer, Code::TokenInvalid);
        let access_ends = last.tokens.access_token_expires_at;
        assert!(access_ends <= mei.user.joined_at + Duration::days(90));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_text_is_a_refresh_token() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let rows = refresh_token::Entity::find();
        let rows = rows.all(house.app.database.reader()).await.unwrap();
        let stored = &rows[0].secret_hash;
        assert!(!format!("{rows:?}").contains(&mei.tokens.refresh_token));
        for wrong in [
            "",
            "fr_",
            &mei.tokens.access_token,
            stored,
            &format!("fr_{stored}"),
            &mei.tokens.refresh_token.to_lowercase(),
            &format!("{}\0", mei.tokens.refresh_token),
        ] {
            assert_eq!(refused(&house, wrong).await, Code::TokenInvalid, "{wrong}");
        }
        refresh(&house, &mei.tokens.refresh_token).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_cannot_go_on() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let mei = house.customer("mei").await;
        users::deactivate_user(&boss.op, mei.user.id).await.unwrap();
        let answer = refused(&house, &mei.tokens.refresh_token).await;
        assert_eq!(answer, Code::TokenInvalid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_long_ago_is_thrown_away_and_what_lives_is_kept() {
    on_each_engine(|house| async move {
        let lin = house.customer("lin").await;
        users::log_out(&lin.op).await.unwrap();
        let mei = house.customer("mei").await;
        let _ = crate::say(&house.nobody(), "mei", "a wrong password").await;
        assert_eq!(users::clean_sessions(&house.job()).await.unwrap(), 0);

        house.wait(Duration::days(29));
        let token = refresh(&house, &mei.tokens.refresh_token).await;
        house.wait(Duration::days(2));
        // Lin's session with its one token, the failed log-in, and the code that each was mailed, with its request.
        assert_eq!(users::clean_sessions(&house.job()).await.unwrap(), 7);
        assert_eq!(users::clean_sessions(&house.job()).await.unwrap(), 0);
        refresh(&house, &token).await;
        assert_eq!(tokens_of(&house, &mei).await, 3);
    })
    .await;
}
