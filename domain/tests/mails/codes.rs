//! Six digits that show an address to be somebody's.

use chrono::Duration;
use domain::{
    base::Error,
    users::{self, ProfileChanges},
};
use entity::{base::event, users::one_time_code};
use sea_orm::EntityTrait;

use crate::{
    kit::{House, Person, on_each_engine},
    post, states,
};

/// The code in the newest mail to this address.
async fn mailed(house: &House, address: &str) -> String {
    while post(house).await > 0 {}
    house.mailer.newest_to(address).unwrap()
}

async fn mails_code(house: &House) -> String {
    mailed(house, "mei@shop.example").await
}

async fn verify(person: &Person, code: &str) -> Result<bool, &'static str> {
    let answer = users::verify_email(&person.op, code).await;
    answer
        .map(|user| user.is_verified)
        .map_err(|error| error.code())
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    let other = (code.parse::<u32>().unwrap() + 1) % 1_000_000;
    format!("{other:06}")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_is_mailed_a_code_that_verifies_the_address_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        assert!(!mei.user.is_verified);
        let code = mails_code(&house).await;
        assert!(code.len() == 6 && code.bytes().all(|c| c.is_ascii_digit()));

        assert_eq!(verify(&mei, "12345").await, Err("MALFORMED"));
        assert_eq!(verify(&mei, &wrong(&code)).await, Err("CODE_INVALID"));
        let grouped = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(verify(&mei, &grouped).await, Ok(true));
        // Saying it again changes nothing, and no further code is sent.
        assert_eq!(verify(&mei, &code).await, Ok(true));
        let more = users::request_email_code(&mei.op).await.unwrap_err();
        assert_eq!(more.code(), "INVALID_STATE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lasts_ten_minutes_and_is_not_mailed_after_them() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let code = mails_code(&house).await;
        house.wait(Duration::minutes(10));
        assert_eq!(verify(&mei, &code).await, Err("CODE_INVALID"));

        users::request_email_code(&mei.op).await.unwrap();
        house.wait(Duration::minutes(11));
        post(&house).await;
        assert_eq!(house.mailer.sent().len(), 1, "the first alone");
        let last = states(&house).await.pop();
        assert_eq!(last, Some(entity::notify::DeliveryState::Skipped));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_guess_voids_the_code_even_when_it_is_right() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let code = mails_code(&house).await;
        for _ in 0..5 {
            assert_eq!(verify(&mei, &wrong(&code)).await, Err("CODE_INVALID"));
        }
        assert_eq!(verify(&mei, &code).await, Err("CODE_INVALID"));

        // Another person, who errs four times and is right the fifth, is let in.
        let lin = house.customer("lin").await;
        let code = mailed(&house, "lin@shop.example").await;
        for _ in 0..4 {
            assert_eq!(verify(&lin, &wrong(&code)).await, Err("CODE_INVALID"));
        }
        assert_eq!(verify(&lin, &code).await, Ok(true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_code_counts_and_three_an_hour_are_the_most() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let first = mails_code(&house).await;
        users::request_email_code(&mei.op).await.unwrap();
        let second = mails_code(&house).await;
        assert_ne!(first, second);
        assert_eq!(verify(&mei, &first).await, Err("CODE_INVALID"));

        house.wait(Duration::minutes(10));
        users::request_email_code(&mei.op).await.unwrap();
        let refused = users::request_email_code(&mei.op).await.unwrap_err();
        let Error::TooMany {
            retry_after_seconds,
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(
            retry_after_seconds,
            50 * 60 + 1,
            "when the first is an hour old"
        );
        house.wait(Duration::minutes(51));
        users::request_email_code(&mei.op).await.unwrap();
        assert_eq!(verify(&mei, &mails_code(&house).await).await, Ok(true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_vouches_for_the_address_it_was_sent_to_and_its_owner_alone() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let code = mails_code(&house).await;
        let lin = house.customer("lin").await;
        assert_eq!(verify(&lin, &code).await, Err("CODE_INVALID"));

        // When the address changes, what was sent to the old one is worth nothing, and the new one gets its own.
        let changes = ProfileChanges {
            email: Some("mei@elsewhere.example".to_owned()),
            ..Default::default()
        };
        users::update_profile(&mei.op, &changes).await.unwrap();
        assert_eq!(verify(&mei, &code).await, Err("CODE_INVALID"));
        let code = mailed(&house, "mei@elsewhere.example").await;
        assert_eq!(verify(&mei, &code).await, Ok(true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_holds_a_code_or_a_secret_of_a_link() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let code = mails_code(&house).await;
        users::request_password_reset(&house.nobody(), "mei@shop.example")
            .await
            .unwrap();
        let link = mails_code(&house).await;
        let (_, secret) = link.rsplit_once('.').unwrap();

        let reader = house.app.database.reader();
        let codes = one_time_code::Entity::find().all(reader).await.unwrap();
        let events = event::Entity::find().all(reader).await.unwrap();
        let outbox = crate::deliveries(&house).await;
        assert_eq!(codes.len(), 2);
        let events: Vec<_> = events
            .iter()
            .map(|event| event.payload.to_string())
            .collect();
        let everything = format!("{codes:?} {events:?} {outbox:?}");
        assert!(!everything.contains(secret));
        assert!(!everything.contains("@shop.example"));
        // Six digits may stand in any long number by chance, but not as a value of their own.
        assert!(!everything.contains(&format!("\"{code}\"")));
    })
    .await;
}
