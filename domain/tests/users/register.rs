//! Opening an account.

use domain::{
    base::Code,
    users::{self, NewUser},
};
use entity::{base::event, users::user};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::{
    authenticate,
    kit::{newcomer, on_each_engine},
    refusal, times, trail,
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_is_logged_in_at_once_as_a_customer() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let actor = authenticate(&house, &mei.tokens.access_token).await;
        assert_eq!(&actor.unwrap(), mei.op.actor());
        assert!(!mei.user.is_verified, "nobody has shown the address yet");
        assert_eq!(times(&house, "user.registered").await, 1);
        assert_eq!(times(&house, "session.started").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_an_address_are_taken_whatever_their_case() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        for (field, twin) in [
            (
                "username",
                NewUser {
                    username: " MEI ".to_owned(),
                    ..newcomer("lin")
                },
            ),
            (
                "email",
                NewUser {
                    email: "Mei@Shop.Example".to_owned(),
                    ..newcomer("lin")
                },
            ),
        ] {
            let error = users::register(&house.nobody(), &twin).await.unwrap_err();
            let domain::base::Error::Invalid {
                field: named, code, ..
            } = error
            else {
                panic!("{error:?}");
            };
            assert_eq!((named, code), (field, Code::Taken));
        }
        let count = user::Entity::find().count(house.app.database.reader());
        assert_eq!(count.await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_100_kib_is_refused_before_it_is_hashed() {
    on_each_engine(|house| async move {
        // Nobody can be hashed now: whoever asks for it would be told that the house is busy.
        house.app.hashing.forget_permits(2);
        let greedy = NewUser {
            password: "p".repeat(100 * 1024),
            ..newcomer("mei")
        };
        let answer = users::register(&house.nobody(), &greedy).await;
        assert_eq!(refusal(answer), Code::TooLong);
        let answer = crate::say(&house.nobody(), "mei", &greedy.password).await;
        assert_eq!(refusal(answer), Code::TooLong);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_events_nor_the_audit_trail_hold_personal_data_or_secrets() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let _ = crate::say(&house.nobody(), "mei@shop.example", "a wrong password").await;
        let events = event::Entity::find();
        let events = events.all(house.app.database.reader()).await.unwrap();
        let trail = trail(&house).await;
        assert!(
            events.len() >= 2 && trail.len() >= 3,
            "there is something to look at"
        );
        let written = format!("{events:?} {trail:?}");
        for private in [
            "mei",
            "Mei",
            "Lin",
            "5550",
            "password\"",
            &mei.tokens.refresh_token,
            &mei.user.password_hash,
        ] {
            assert!(!written.contains(private), "{private} in {written}");
        }
    })
    .await;
}
