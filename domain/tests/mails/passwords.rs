//! A new password for who has forgotten theirs.

use chrono::Duration;
use domain::users::{self, Credentials};

use crate::{
    kit::{House, PASSWORD, Person, on_each_engine},
    post, states,
};

const NEW: &str = "a quite different phrase";

async fn ask(house: &House, email: &str) {
    users::request_password_reset(&house.nobody(), email)
        .await
        .unwrap();
}

/// The secret in the newest mail to mei.
async fn secret(house: &House) -> String {
    while post(house).await > 0 {}
    let link = house.mailer.newest_to("mei@shop.example").unwrap();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, "https://shop.example/reset-password");
    secret.to_owned()
}

async fn reset(house: &House, secret: &str, new: &str) -> Result<(), &'static str> {
    let answer = users::reset_password(&house.nobody(), secret, new).await;
    answer.map_err(|error| error.code())
}

async fn enters_with(house: &House, password: &str) -> bool {
    let credentials = Credentials {
        identifier: "mei".to_owned(),
        password: password.to_owned(),
    };
    users::log_in(&house.nobody(), &credentials).await.is_ok()
}

async fn lives(house: &House, person: &Person) -> bool {
    let answer = users::refresh(&house.nobody(), &person.tokens.refresh_token).await;
    answer.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_sets_a_password_once_and_ends_every_session() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        post(&house).await;
        ask(&house, " Mei@Shop.example ").await;
        let secret = secret(&house).await;

        assert_eq!(reset(&house, &secret, "short").await, Err("TOO_SHORT"));
        assert_eq!(reset(&house, &secret, NEW).await, Ok(()));
        assert_eq!(
            reset(&house, &secret, "a third phrase").await,
            Err("CODE_INVALID")
        );
        assert!(!lives(&house, &mei).await);
        assert!(!enters_with(&house, PASSWORD).await);
        assert!(enters_with(&house, NEW).await);
        while post(&house).await > 0 {}
        assert_eq!(
            house.mailer.subjects_to("mei@shop.example"),
            ["verification code", "password reset", "password changed"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_over_after_half_an_hour_a_newer_one_or_another_way_to_a_password() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        post(&house).await;
        ask(&house, "mei@shop.example").await;
        let late = secret(&house).await;
        house.wait(Duration::minutes(30));
        assert_eq!(reset(&house, &late, NEW).await, Err("CODE_INVALID"));

        ask(&house, "mei@shop.example").await;
        let older = secret(&house).await;
        ask(&house, "mei@shop.example").await;
        let newer = secret(&house).await;
        assert_eq!(reset(&house, &older, NEW).await, Err("CODE_INVALID"));

        users::change_password(&mei.op, PASSWORD, NEW)
            .await
            .unwrap();
        assert_eq!(
            reset(&house, &newer, "a third phrase").await,
            Err("CODE_INVALID")
        );
        assert!(enters_with(&house, NEW).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_opens_nothing() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        post(&house).await;
        ask(&house, "mei@shop.example").await;
        let secret = secret(&house).await;
        let (id, mac) = secret.split_once('.').unwrap();
        let turned: String = mac.chars().rev().collect();
        for forged in [
            String::new(),
            "fp_".to_owned(),
            id.to_owned(),
            format!("{id}."),
            format!("{id}.{turned}"),
            format!("{id}.{}", "A".repeat(43)),
            format!("{id}.{mac}A"),
            "x".repeat(100_000),
        ] {
            let cut: String = forged.chars().take(60).collect();
            assert_eq!(
                reset(&house, &forged, NEW).await,
                Err("CODE_INVALID"),
                "{cut}"
            );
        }
        assert_eq!(reset(&house, &secret, NEW).await, Ok(()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_learns_nothing_and_floods_nobody() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        house.customer("mei").await;
        let closed = house.customer("closed").await;
        users::deactivate_user(&boss.op, closed.user.id)
            .await
            .unwrap();
        while post(&house).await > 0 {}
        let before = states(&house).await.len();
        // The answer is the same for nobody's address, a closed account's, and the hundredth time
        ask(&house, "nobody@shop.example").await;
        ask(&house, "closed@shop.example").await;
        for _ in 0..100 {
            ask(&house, "mei@shop.example").await;
        }
        // but three mails are written, and to mei alone.
        assert_eq!(states(&house).await.len() - before, 3);
        assert!(post(&house).await > 0);
        assert_eq!(house.mailer.subjects_to("nobody@shop.example").len(), 0);
        assert_eq!(house.mailer.subjects_to("closed@shop.example").len(), 1);
        // An hour later there may be more.
        house.wait(Duration::hours(1));
        ask(&house, "mei@shop.example").await;
        assert_eq!(states(&house).await.len() - before, 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_twice_is_told_to_its_owner_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        post(&house).await;
        assert!(lives(&house, &mei).await);
        house.wait(Duration::seconds(11));
        for _ in 0..3 {
            assert!(!lives(&house, &mei).await);
        }
        while post(&house).await > 0 {}
        assert_eq!(
            house.mailer.subjects_to("mei@shop.example"),
            ["verification code", "session ended"]
        );
    })
    .await;
}
