//! Logging in, and being kept out.

use chrono::Duration;
use domain::{
    base::{Actor, Code, Error},
    users,
};
use entity::{audit::AuditOutcome, users::user};
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged};

use crate::{
    kit::{House, PASSWORD, on_each_engine},
    refusal, say, trail, user_row,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_by_name_or_by_address_in_any_case() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        house.wait(Duration::hours(1));
        for identifier in ["mei", " MEI ", "mei@shop.example", "Mei@SHOP.example"] {
            let inside = say(&house.nobody(), identifier, PASSWORD).await.unwrap();
            assert_eq!(inside.user.id, mei.user.id);
            assert_ne!(inside.tokens.session_id, mei.tokens.session_id);
        }
        let row = user_row(&house, mei.user.id).await;
        assert_eq!(row.last_log_in_at, Some(house.now()));
    })
    .await;
}

/// An unknown name, a wrong password, a closed and an erased account, in this order.
async fn the_four_who_stay_outside(house: &House) -> [(&'static str, &'static str); 4] {
    let boss = house.admin("boss").await;
    house.customer("mei").await;
    let closed = house.customer("closed").await;
    users::deactivate_user(&boss.op, closed.user.id)
        .await
        .unwrap();
    let erased = house.customer("erased").await;
    users::erase_user(&boss.op, erased.user.id).await.unwrap();
    [
        ("nobody", PASSWORD),
        ("mei", "a wrong password"),
        ("closed", PASSWORD),
        ("erased@shop.example", PASSWORD),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stays_outside_is_not_told_why() {
    on_each_engine(|house| async move {
        let mut answers = Vec::new();
        for (identifier, password) in the_four_who_stay_outside(&house).await {
            let error = say(&house.nobody(), identifier, password)
                .await
                .unwrap_err();
            answers.push(format!("{error:?}"));
        }
        assert!(answers[0].contains("WrongCredentials"));
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stays_outside_costs_as_much_as_anybody() {
    on_each_engine(|house| async move {
        let four = the_four_who_stay_outside(&house).await;
        // The hashing room is closed: whoever needs it is told that the house is busy.
        house.app.hashing.forget_permits(2);
        let nobody = house.nobody();
        let answers = join_all(
            four.iter()
                .map(|(name, password)| say(&nobody, name, password)),
        );
        for answer in answers.await {
            assert!(matches!(answer, Err(Error::Busy { .. })), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_the_house_was_too_busy_for_does_not_count() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        house.app.hashing.forget_permits(2);
        // Five together and then one more: were they counted, the last would be one too many.
        let nobody = house.nobody();
        let crowd = join_all((0..5).map(|_| say(&nobody, "mei", "a wrong password"))).await;
        assert!(crowd.iter().all(|it| matches!(it, Err(Error::Busy { .. }))));
        let last = say(&nobody, "mei", "a wrong password").await;
        assert!(matches!(last, Err(Error::Busy { .. })));
        house.app.hashing.add_permits(2);
        assert!(say(&nobody, "mei", PASSWORD).await.is_ok());
    })
    .await;
}

async fn fail(house: &House, address: &str, identifier: &str) {
    let op = house.op_from(Actor::Anonymous, address);
    let answer = say(&op, identifier, "a wrong password").await;
    assert_eq!(refusal(answer), Code::WrongCredentials);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_failures_an_address_waits_even_with_the_right_password() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let here = "198.51.100.1";
        // Name and address are one account: taking turns doubles nothing.
        for identifier in ["mei", "mei@shop.example", "MEI", "mei", "mei@shop.example"] {
            fail(&house, here, identifier).await;
            house.wait(Duration::minutes(1));
        }
        let guesser = house.op_from(Actor::Anonymous, here);
        let answer = say(&guesser, "mei", PASSWORD).await;
        let Err(Error::TooMany {
            retry_after_seconds,
        }) = answer
        else {
            panic!("{answer:?}");
        };
        assert_eq!(
            retry_after_seconds,
            10 * 60 + 1,
            "until the oldest is 15 minutes old"
        );
        let elsewhere = house.op_from(Actor::Anonymous, "198.51.100.2");
        assert!(say(&elsewhere, "mei", PASSWORD).await.is_ok());

        house.wait(Duration::seconds(retry_after_seconds.try_into().unwrap()));
        assert!(
            say(&guesser, "mei", PASSWORD).await.is_ok(),
            "no lock lasts"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_is_limited_like_any_other() {
    on_each_engine(|house| async move {
        for _ in 0..5 {
            fail(&house, "198.51.100.1", "nobody").await;
        }
        let guesser = house.op_from(Actor::Anonymous, "198.51.100.1");
        let answer = say(&guesser, "nobody", PASSWORD).await;
        assert!(matches!(answer, Err(Error::TooMany { .. })), "{answer:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn being_right_forgives_the_failures_before() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        for _ in 0..3 {
            for _ in 0..4 {
                fail(&house, "198.51.100.1", "mei").await;
            }
            let op = house.op_from(Actor::Anonymous, "198.51.100.1");
            assert!(say(&op, "mei", PASSWORD).await.is_ok());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_that_come_all_at_once_cannot_pass_the_limit_together() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let guesser = house.op_from(Actor::Anonymous, "198.51.100.1");
        let guesses = (0..20).map(|_| {
            let guesser = guesser.clone();
            tokio::spawn(async move { say(&guesser, "mei", "a wrong password").await })
        });
        let mut judged = 0;
        for answer in join_all(guesses).await {
            match answer.unwrap() {
                Err(Error::Refused { .. }) => judged += 1,
                Err(Error::TooMany { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(judged <= 5, "{judged} guesses were judged");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_under_siege_is_slowed_down_and_never_locked() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        for host in 0..100 {
            fail(&house, &format!("198.51.100.{host}"), "mei").await;
        }
        let guesser = house.op_from(Actor::Anonymous, "192.0.2.1");
        let answer = say(&guesser, "mei", PASSWORD).await;
        let Err(Error::TooMany {
            retry_after_seconds,
        }) = answer
        else {
            panic!("{answer:?}");
        };
        assert!(
            (1..=6).contains(&retry_after_seconds),
            "{retry_after_seconds}"
        );
        // Where Mei has logged in before, she notices nothing.
        let home = say(&house.nobody(), "mei", PASSWORD).await.unwrap();
        assert_eq!(home.user.id, mei.user.id);
        // And whoever waits a moment is judged by the password alone.
        house.wait(Duration::seconds(retry_after_seconds.try_into().unwrap()));
        assert!(say(&guesser, "mei", PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stands_in_the_audit_trail_without_the_name_that_was_tried() {
    on_each_engine(|house| async move {
        fail(&house, "198.51.100.1", "somebody@shop.example").await;
        let trail = trail(&house).await;
        let [line] = trail.as_slice() else {
            panic!("{trail:?}");
        };
        assert_eq!(line.action, "logIn");
        assert_eq!(line.outcome, AuditOutcome::Refused);
        assert_eq!(line.code.as_deref(), Some("WRONG_CREDENTIALS"));
        assert_eq!(line.address, "198.51.100.1");
        assert!(!format!("{line:?}").contains("somebody"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_of_weaker_days_is_renewed_at_the_log_in() {
    use argon2::{Argon2, Params, PasswordHasher, password_hash::phc::PasswordHash};
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let weak = Argon2::from(Params::new(8 * 1024, 1, 1, None).unwrap());
        let weak: PasswordHash = weak
            .hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef")
            .unwrap();
        user::ActiveModel {
            id: Unchanged(mei.user.id),
            password_hash: Set(weak.to_string()),
            ..Default::default()
        }
        .update(house.app.database.writer())
        .await
        .unwrap();

        assert!(say(&house.nobody(), "mei", PASSWORD).await.is_ok());
        let renewed = user_row(&house, mei.user.id).await.password_hash;
        assert!(
            renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{renewed}"
        );
        assert!(say(&house.nobody(), "mei", PASSWORD).await.is_ok());
    })
    .await;
}
