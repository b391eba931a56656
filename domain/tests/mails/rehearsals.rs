//! Mails to those who live by a clock that can be moved: what they are told, and on which day.

use domain::{
    flows, notify,
    ports::{Mail, NotSent},
};
use entity::{
    base::test_clock,
    notify::{Consumer, DeliveryState, delivery},
    payments::PaymentMethod,
    subscriptions::subscription,
};

use crate::{
    deliveries,
    kit::{
        House, Person,
        clocks::{advance, clock, living_by, now_of, set, stands},
        on_each_engine,
    },
    post,
    scene::*,
};

/// Mei, who subscribed on 20 November by a clock of her own.
struct Rehearsal {
    staff: Person,
    clock: test_clock::Model,
    mei: Person,
    row: subscription::Model,
}

async fn rehearsal(house: &House) -> Rehearsal {
    let staff = house.staff("lin").await;
    let clock = clock(house, &staff).await;
    let mei = living_by(house, &staff, "mei", &clock).await;
    let row = subscribed(house, &mei, &monthly(house).await).await;
    Rehearsal {
        staff,
        clock,
        mei,
        row,
    }
}

/// What was sent about the subscription: on which day, and what about.
fn told(house: &House) -> Vec<String> {
    let told = |mail: Mail| {
        let is_about_it = mail.words.subject != "verification code";
        is_about_it.then(|| format!("{} {}", day(Some(mail.date)), mail.words.subject))
    };
    house.mailer.sent().into_iter().filter_map(told).collect()
}

/// What somebody is told who pays once and never again.
const FORTY_DAYS: [&str; 7] = [
    "2026-11-20 payment received",
    "2026-12-17 renewal coming",
    "2026-12-21 payment reminder",
    "2026-12-23 payment reminder",
    "2026-12-25 payment reminder",
    "2026-12-27 payment reminder",
    "2026-12-28 subscription ended",
];

#[tokio::test(flavor = "multi_thread")]
async fn forty_days_at_once_send_the_mails_of_forty_days_each_on_its_own() {
    on_each_engine(|house| async move {
        let Rehearsal { staff, clock, .. } = rehearsal(&house).await;
        advance(&house, &staff, &clock, clock.shows + days(40)).await;
        assert_eq!(told(&house), FORTY_DAYS);

        // The words are of their day too: the last day to pay, which is long over where the clock stands now
        let sent = house.mailer.sent();
        let last = sent.iter().find(|mail| mail.words.text.contains("last, "));
        assert!(last.unwrap().words.text.starts_with("last, until 12-28"));
        while post(&house).await > 0 {}
        assert_eq!(told(&house), FORTY_DAYS, "nothing was left for later");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_cut_off_at_each_step_tells_the_same_once() {
    on_each_engine(|house| async move {
        let Rehearsal { staff, clock, .. } = rehearsal(&house).await;
        let goal = clock.shows + days(40);
        set(&staff, &clock, goal).await;
        let mut walks = 0;
        while stands(&house, &clock).await.moving_to.is_some() {
            // Between two walks the everyday worker finds nothing that is its own
            flows::move_test_clocks(&house.job(), 1).await.unwrap();
            let moving = stands(&house, &clock).await.moving_to.is_some();
            let before = told(&house);
            while post(&house).await > 0 {}
            assert!(!moving || told(&house) == before, "sent beside the walk");
            walks += 1;
        }
        assert!(walks > 5, "{walks} walks");
        assert_eq!(told(&house), FORTY_DAYS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_a_clock_is_on_its_way_is_told_by_the_walk() {
    on_each_engine(|house| async move {
        let Rehearsal {
            staff,
            clock,
            mei,
            row,
        } = rehearsal(&house).await;
        let goal = clock.shows + days(34);
        set(&staff, &clock, goal).await;
        while renewals(&house, &row).await.is_empty() {
            flows::move_test_clocks(&house.job(), 1).await.unwrap();
        }
        // Given a card that is declined on the way, on the day on which the period begins
        let on_the_way = stands(&house, &clock).await;
        assert_eq!(
            (day(Some(on_the_way.shows)).as_str(), on_the_way.moving_to),
            ("2026-12-20", Some(goal))
        );
        let mei = now_of(&house, mei, &clock).await;
        let order = renewals(&house, &row).await.remove(0);
        let attempt = begin(&mei, order.id, PaymentMethod::CreditCard, "k").await;
        hear(&house, &declined(&attempt.unwrap())).await.unwrap();

        // Then the everyday worker leaves it to whoever walks the clock, and it goes out on its day
        post(&house).await;
        assert!(!told(&house).iter().any(|mail| mail.contains("failed")));
        flows::move_test_clocks(&house.job(), 1000).await.unwrap();
        assert_eq!(
            told(&house),
            [
                "2026-11-20 payment received",
                "2026-12-17 renewal coming",
                "2026-12-20 payment failed",
                "2026-12-21 payment reminder",
                "2026-12-23 payment reminder",
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_does_not_leave_a_mail_behind_that_somebody_has_in_hand() {
    on_each_engine(|house| async move {
        let Rehearsal { staff, clock, .. } = rehearsal(&house).await;
        // Given a worker that took the receipt before the clock was set, and died
        let mut taken = Vec::new();
        while let Some(next) = notify::claim(&house.job(), Consumer::Mail).await.unwrap() {
            taken.push(next.delivery.kind);
        }
        assert!(
            taken.contains(&"payment.status_changed".to_owned()),
            "{taken:?}"
        );
        set(&staff, &clock, clock.shows + days(40)).await;
        assert_eq!(flows::move_test_clocks(&house.job(), 100).await.unwrap(), 0);
        assert_eq!(stands(&house, &clock).await.shows, clock.shows, "it waits");

        // When its lease is over the clock goes on, and nothing is lost or late
        house.wait(chrono::Duration::minutes(3));
        flows::move_test_clocks(&house.job(), 100).await.unwrap();
        assert_eq!(told(&house), FORTY_DAYS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_holds_no_clock_up() {
    on_each_engine(|house| async move {
        let Rehearsal { staff, clock, .. } = rehearsal(&house).await;
        house
            .mailer
            .meets(Some(NotSent::Unavailable("away".to_owned())));
        advance(&house, &staff, &clock, clock.shows + days(40)).await;
        assert!(told(&house).is_empty());
        let tried = |row: &delivery::Model| row.attempt == 1;
        assert!(
            deliveries(&house)
                .await
                .iter()
                .filter(|row| tried(row))
                .count()
                >= 2
        );

        // Back again, what still holds is told with the day on which it happened; what is over is not
        house.mailer.meets(None);
        for _ in 0..10 {
            house.wait(days(1));
            while post(&house).await > 0 {}
        }
        // They are about two things, and each waits for a while of its own
        let mut told = told(&house);
        told.sort();
        assert_eq!(
            told,
            [
                "2026-11-20 payment received",
                "2026-12-28 subscription ended"
            ]
        );
        let queued = |row: &delivery::Model| row.state == DeliveryState::Queued;
        assert!(!deliveries(&house).await.iter().any(queued));
    })
    .await;
}
