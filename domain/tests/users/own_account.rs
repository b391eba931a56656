//! What people do with their own account.

use chrono::Duration;
use domain::{
    base::{Actor, Code, Error},
    users::{self, ProfileChanges},
};

use crate::{
    authenticate,
    kit::{PASSWORD, on_each_engine},
    refusal, say, session_row, times, user_row,
};

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_this_session_at_once_and_no_other() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let phone = say(&house.nobody(), "mei", PASSWORD).await.unwrap().tokens;
        users::log_out(&mei.op).await.unwrap();
        users::log_out(&mei.op).await.unwrap();
        assert_eq!(
            times(&house, "session.ended").await,
            1,
            "a repeat does nothing"
        );

        let here = authenticate(&house, &mei.tokens.access_token).await;
        assert!(matches!(here, Err(Error::Unauthenticated)));
        let answer = users::refresh(&house.nobody(), &mei.tokens.refresh_token).await;
        assert_eq!(refusal(answer), Code::TokenInvalid);
        assert!(authenticate(&house, &phone.access_token).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_everywhere_ends_every_session_of_this_person_alone() {
    on_each_engine(|house| async move {
        let lin = house.customer("lin").await;
        let mei = house.customer("mei").await;
        let phone = say(&house.nobody(), "mei", PASSWORD).await.unwrap().tokens;
        assert_eq!(users::log_out_everywhere(&mei.op).await.unwrap(), 2);
        for token in [&mei.tokens.access_token, &phone.access_token] {
            let actor = authenticate(&house, token).await;
            assert!(matches!(actor, Err(Error::Unauthenticated)));
        }
        assert!(authenticate(&house, &lin.tokens.access_token).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_elsewhere_keeps_the_session_that_asks() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let phone = say(&house.nobody(), "mei", PASSWORD).await.unwrap().tokens;
        assert_eq!(users::log_out_elsewhere(&mei.op).await.unwrap(), 1);
        let actor = authenticate(&house, &phone.access_token).await;
        assert!(matches!(actor, Err(Error::Unauthenticated)));
        assert!(authenticate(&house, &mei.tokens.access_token).await.is_ok());
        assert_eq!(users::log_out_elsewhere(&mei.op).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_nothing_to_log_out_of() {
    on_each_engine(|house| async move {
        let answers = [
            users::log_out(&house.nobody()).await.unwrap_err(),
            users::log_out_everywhere(&house.nobody())
                .await
                .unwrap_err(),
            users::log_out_elsewhere(&house.nobody()).await.unwrap_err(),
            users::log_out(&house.job()).await.unwrap_err(),
        ];
        for answer in answers {
            assert!(matches!(answer, Error::Unauthenticated), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let phone = say(&house.nobody(), "mei", PASSWORD).await.unwrap().tokens;
        users::change_password(&mei.op, PASSWORD, "another horse battery")
            .await
            .unwrap();

        assert!(authenticate(&house, &mei.tokens.access_token).await.is_ok());
        let there = authenticate(&house, &phone.access_token).await;
        assert!(matches!(there, Err(Error::Unauthenticated)));
        let session = session_row(&house, phone.session_id).await;
        assert_eq!(session.revoked_reason.as_deref(), Some("password_changed"));

        let old = say(&house.nobody(), "mei", PASSWORD).await;
        assert_eq!(refusal(old), Code::WrongCredentials);
        let new = say(&house.nobody(), "mei", "another horse battery").await;
        assert!(new.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_the_present_password_is_counted_like_a_failed_log_in() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let short = users::change_password(&mei.op, PASSWORD, "short").await;
        assert_eq!(refusal(short), Code::TooShort);
        for _ in 0..5 {
            let answer = users::change_password(&mei.op, "a guess", "a new password").await;
            assert_eq!(refusal(answer), Code::WrongPassword);
        }
        let answer = users::change_password(&mei.op, PASSWORD, "a new password").await;
        assert!(matches!(answer, Err(Error::TooMany { .. })), "{answer:?}");
        let answer = say(&house.nobody(), "mei", PASSWORD).await;
        assert!(matches!(answer, Err(Error::TooMany { .. })), "{answer:?}");
        assert_eq!(times(&house, "changePassword").await, 6);
        house.wait(Duration::minutes(16));
        assert!(
            say(&house.nobody(), "mei", PASSWORD).await.is_ok(),
            "unchanged"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_not_verified_but_another_spelling_is() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let mei = house.customer("mei").await;
        let verified = users::UserChanges {
            is_verified: Some(true),
            ..Default::default()
        };
        users::update_user(&boss.op, mei.user.id, &verified)
            .await
            .unwrap();

        let email = |email: &str| ProfileChanges {
            email: Some(email.to_owned()),
            ..Default::default()
        };
        let same = users::update_profile(&mei.op, &email("Mei@Shop.example")).await;
        assert!(same.unwrap().is_verified);
        let other = users::update_profile(&mei.op, &email("mei@home.example")).await;
        assert!(!other.unwrap().is_verified);
        let taken = users::update_profile(&mei.op, &email("BOSS@shop.example")).await;
        assert_eq!(refusal(taken), Code::Taken);
        let row = user_row(&house, mei.user.id).await;
        assert_eq!(row.email_key, "mei@home.example");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_change_is_not_written() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let same = ProfileChanges {
            username: Some("mei".to_owned()),
            first_name: Some(" Mei ".to_owned()),
            avatar_url: Some(String::new()),
            ..Default::default()
        };
        let row = users::update_profile(&mei.op, &same).await.unwrap();
        assert_eq!(row.version, 1);
        assert_eq!(times(&house, "user.profile_updated").await, 0);

        let new = ProfileChanges {
            phone: Some("0912 345 678".to_owned()),
            avatar_url: Some("https://pictures.example/mei.png".to_owned()),
            ..Default::default()
        };
        let row = users::update_profile(&mei.op, &new).await.unwrap();
        assert_eq!((row.version, row.phone.as_str()), (2, "0912 345 678"));
        assert_eq!(row.role, entity::users::Role::Customer);
        assert_eq!(times(&house, "user.profile_updated").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_holds_from_the_next_request_on() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let lin = house.staff("lin").await;
        let role = |actor: Actor| match actor {
            Actor::User { role, .. } => role,
            other => panic!("{other:?}"),
        };
        let before = authenticate(&house, &lin.tokens.access_token).await;
        assert_eq!(role(before.unwrap()), entity::users::Role::Staff);
        let demoted = users::UserChanges {
            role: Some(entity::users::Role::Customer),
            ..Default::default()
        };
        users::update_user(&boss.op, lin.user.id, &demoted)
            .await
            .unwrap();
        let after = authenticate(&house, &lin.tokens.access_token).await;
        assert_eq!(role(after.unwrap()), entity::users::Role::Customer);
    })
    .await;
}
