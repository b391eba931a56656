//! The outbox: at least once, under one id, in order, and never silently nothing.

use chrono::Duration;
use domain::{
    base::Error,
    notify::{self, query::DeliveryFilter},
    ports::NotSent,
    users,
};
use entity::notify::{Consumer, DeliveryState};
use futures_util::future::join_all;

use crate::{
    deliveries,
    kit::{House, on_each_engine},
    post, states,
};

fn down() -> Option<NotSent> {
    Some(NotSent::Unavailable(
        "the mail server cannot be reached".to_owned(),
    ))
}

fn ids(house: &House) -> Vec<String> {
    house
        .mailer
        .sent()
        .into_iter()
        .map(|mail| mail.id)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_event_is_one_mail_however_many_workers_look() {
    on_each_engine(|house| async move {
        for name in ["mei", "lin", "ann", "bob"] {
            house.customer(name).await;
        }
        let workers = (0..4).map(|_| post(&house));
        join_all(workers).await;
        // Whoever was too slow for the others looks again.
        while post(&house).await > 0 {}
        let mut sent = ids(&house);
        sent.sort_unstable();
        sent.dedup();
        assert_eq!(sent.len(), 4);
        assert_eq!(house.mailer.sent().len(), 4, "none came twice");
        assert_eq!(states(&house).await, [DeliveryState::Done; 4]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_dispatchers_deliver_each_mail_once_and_each_thing_s_mails_in_order() {
    on_each_engine(|house| async move {
        // Given six people with four mails each, about one thing: their account
        let names = ["mei", "lin", "ann", "bob", "cai", "dan"];
        for name in names {
            let person = house.customer(name).await;
            let phrases = [
                crate::kit::PASSWORD,
                "second phrase",
                "third phrase",
                "fourth phrase",
            ];
            for change in phrases.windows(2) {
                users::change_password(&person.op, change[0], change[1])
                    .await
                    .unwrap();
            }
        }
        // When eight dispatchers work at once, and none waits for another
        let dispatchers = (0..8).map(|_| {
            let op = house.job();
            tokio::spawn(async move {
                let mut empty = 0;
                while empty < 3 {
                    let sent = domain::flows::send_mails(&op, 5).await.unwrap();
                    empty = if sent == 0 { empty + 1 } else { 0 };
                }
            })
        });
        for dispatcher in join_all(dispatchers).await {
            dispatcher.unwrap();
        }
        while post(&house).await > 0 {}
        // Then nothing came twice, and everybody's came in their order
        let mut sent = ids(&house);
        assert_eq!(sent.len(), 24);
        sent.sort_unstable();
        sent.dedup();
        assert_eq!(sent.len(), 24, "none came twice");
        assert_eq!(states(&house).await, [DeliveryState::Done; 24]);
        assert!(deliveries(&house).await.iter().all(|row| row.attempt == 1));
        let mut rows = deliveries(&house).await;
        rows.sort_by(|one, other| {
            (&one.subject, one.sequence).cmp(&(&other.subject, other.sequence))
        });
        let place = |row: &entity::notify::delivery::Model| {
            let id = row.id.to_string();
            ids(&house).iter().position(|sent| *sent == id)
        };
        for pair in rows
            .windows(2)
            .filter(|pair| pair[0].subject == pair[1].subject)
        {
            assert!(place(&pair[0]) < place(&pair[1]), "{pair:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_behind_the_outbox_is_can_be_seen() {
    on_each_engine(|house| async move {
        let backlog = async || notify::query::backlog(&house.job()).await.unwrap();
        assert_eq!(
            (backlog().await.lag, backlog().await.dead),
            (Duration::zero(), 0)
        );
        house.customer("mei").await;
        house.wait(Duration::seconds(90));
        assert_eq!(backlog().await.lag, Duration::seconds(90));
        house.mailer.meets(Some(NotSent::Refused("no".to_owned())));
        post(&house).await;
        assert_eq!(
            (backlog().await.lag, backlog().await.dead),
            (Duration::zero(), 1)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_committed_causes_no_mail() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let again = users::register(&house.nobody(), &crate::kit::newcomer("mei")).await;
        assert_eq!(again.unwrap_err().code(), "TAKEN");
        assert_eq!(post(&house).await, 1, "mei's own, and no other");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_after_sending_sends_again_under_the_same_id() {
    on_each_engine(|house| async move {
        // Given a worker that has taken a delivery, and may have sent it
        house.customer("mei").await;
        let job = house.job();
        let taken = notify::claim(&job, Consumer::Mail).await.unwrap().unwrap();
        // When it dies, nobody takes the delivery while its lease lasts
        assert_eq!(post(&house).await, 0);
        // and somebody does afterwards
        house.wait(Duration::minutes(3));
        assert_eq!(post(&house).await, 1);
        assert_eq!(ids(&house), [taken.delivery.id.to_string()]);
        assert_eq!(deliveries(&house).await[0].attempt, 2);

        // And when the first one was only slow, what it says of its attempt changes nothing any more
        notify::failed(&job, &taken.delivery, "too late")
            .await
            .unwrap();
        assert_eq!(states(&house).await, [DeliveryState::Done]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_a_mail_server_delays_mails_and_loses_none() {
    on_each_engine(|house| async move {
        // Given two people who did something that causes a mail that keeps
        let (mei, lin) = (house.customer("mei").await, house.customer("lin").await);
        post(&house).await;
        for person in [&mei, &lin] {
            users::change_password(&person.op, crate::kit::PASSWORD, "another long phrase")
                .await
                .unwrap();
        }
        // When the server takes nothing for an hour
        house.mailer.meets(down());
        for _ in 0..60 {
            let tried = post(&house).await;
            assert!(tried <= 1, "the first that fails ends the run, not {tried}");
            house.wait(Duration::minutes(1));
        }
        assert_eq!(house.mailer.sent().len(), 2, "the codes from before alone");
        let waiting = deliveries(&house).await;
        assert!(waiting.iter().skip(2).all(|row| {
            row.state == DeliveryState::Queued
                && row.last_error.as_deref() == Some("the mail server cannot be reached")
        }));
        // Then each comes once when it is back
        house.mailer.meets(None);
        house.wait(Duration::hours(6));
        while post(&house).await > 0 {}
        for address in ["mei@shop.example", "lin@shop.example"] {
            assert_eq!(
                house.mailer.subjects_to(address),
                ["verification code", "password changed"]
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_about_one_thing_keep_their_order_and_hold_up_no_other() {
    on_each_engine(|house| async move {
        // Given two mails about mei, and the first has failed once
        let mei = house.customer("mei").await;
        house.mailer.meets(Some(NotSent::Later("busy".to_owned())));
        assert_eq!(post(&house).await, 1);
        users::change_password(&mei.op, crate::kit::PASSWORD, "another long phrase")
            .await
            .unwrap();
        house.mailer.meets(None);
        // Then the second waits for the first, but not lin's
        house.customer("lin").await;
        assert_eq!(post(&house).await, 1);
        assert_eq!(house.mailer.subjects_to("mei@shop.example"), [""; 0]);
        assert_eq!(house.mailer.subjects_to("lin@shop.example").len(), 1);
        // and they come in their order
        house.wait(Duration::minutes(1));
        assert_eq!(post(&house).await, 2);
        assert_eq!(
            house.mailer.subjects_to("mei@shop.example"),
            ["verification code", "password changed"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_make_a_dead_letter_that_staff_can_bring_back() {
    on_each_engine(|house| async move {
        let boss = house.staff("boss").await;
        post(&house).await;
        users::change_password(&boss.op, crate::kit::PASSWORD, "another long phrase")
            .await
            .unwrap();
        house.mailer.meets(Some(NotSent::Later(
            "the mail server answered 451".to_owned(),
        )));
        for attempt in 1..=10 {
            assert_eq!(post(&house).await, 1, "attempt {attempt}");
            house.wait(Duration::hours(29));
        }
        assert_eq!(post(&house).await, 0);
        let dead = deliveries(&house).await.pop().unwrap();
        assert_eq!(
            (dead.state, dead.attempt, dead.last_error.as_deref()),
            (
                DeliveryState::Dead,
                10,
                Some("the mail server answered 451")
            )
        );
        // A customer neither sees it nor brings it back
        let mei = house.customer("mei").await;
        let refused = notify::query::staff_list(&mei.op, &DeliveryFilter::default());
        assert!(matches!(refused, Err(Error::Forbidden)));
        let refused = notify::retry_delivery(&mei.op, dead.id).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        // Staff do, and doing it twice is doing it once
        house.mailer.meets(None);
        post(&house).await;
        for _ in 0..2 {
            let queued = notify::retry_delivery(&boss.op, dead.id).await.unwrap();
            assert_eq!((queued.state, queued.attempt), (DeliveryState::Queued, 0));
        }
        assert_eq!(post(&house).await, 1);
        assert_eq!(ids(&house).last(), Some(&dead.id.to_string()));
        let over = notify::retry_delivery(&boss.op, dead.id).await.unwrap_err();
        assert_eq!(over.code(), "INVALID_STATE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_not_there_is_not_tried_again() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let gone = NotSent::Refused("the mail server answered 550".to_owned());
        house.mailer.meets(Some(gone));
        assert_eq!(post(&house).await, 1);
        assert_eq!(states(&house).await, [DeliveryState::Dead]);
        house.wait(Duration::days(3));
        assert_eq!(post(&house).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_to_a_person_of_whom_nothing_is_left() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        post(&house).await;
        let mei = house.customer("mei").await;
        users::erase_user(&boss.op, mei.user.id).await.unwrap();
        assert_eq!(post(&house).await, 1);
        assert_eq!(states(&house).await[1], DeliveryState::Skipped);
        assert_eq!(house.mailer.sent().len(), 1, "the admin's alone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_forgets_what_is_long_over_and_keeps_dead_letters() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        post(&house).await;
        house.customer("lin").await;
        house.mailer.meets(Some(NotSent::Refused("no".to_owned())));
        post(&house).await;
        house.wait(Duration::days(91));
        assert_eq!(notify::forget_delivered(&house.job()).await.unwrap(), 1);
        assert_eq!(notify::forget_delivered(&house.job()).await.unwrap(), 0);
        assert_eq!(states(&house).await, [DeliveryState::Dead]);
    })
    .await;
}
