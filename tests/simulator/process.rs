//! The simulator as a process: its sending loop, its bounds, its memory.

use std::{sync::Arc, time::Duration};

use adapters::simulator::{
    Simulator,
    trade::{DeliveryState, Status},
};
use domain::base::{clock::SystemClock, entropy::SystemEntropy};
use tokio_util::sync::CancellationToken;

use super::kit::World;

#[tokio::test]
async fn a_shop_that_never_answers_is_given_up() {
    let world = World::new("given-up").await;
    world.will_answer(&["0|no", "1|ok", " 1|OK", "1|OK\n"]);
    world.buy("DEAF1").await;
    for _ in 0..10 {
        world.after_seconds(5).await;
    }
    assert_eq!(world.received().len(), 4);
    let delivery = world.delivery("DEAF1");
    assert_eq!(
        (delivery.sends, delivery.state),
        (4, DeliveryState::GivenUp)
    );
}

#[tokio::test]
async fn a_restarted_process_goes_on_where_it_was() {
    let world = World::new("restart").await;
    world.will_answer(&["0|no"]);
    world
        .plan(r#"{"notifications": 7, "delay_ms": 1000}"#)
        .await;
    world.buy("AGAIN1").await;
    world.after_seconds(1).await;
    world.notice();

    let reborn = world.reopened();
    assert!(matches!(
        reborn.trade("AGAIN1").unwrap().status,
        Status::Paid(_)
    ));
    assert_eq!(reborn.faults().notifications, Some(6));
    let form = world.form("AGAIN1", entity::payments::PaymentMethod::CreditCard);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form.fields)
        .finish();
    assert!(reborn.checkout(body.as_bytes()).html.contains("10300028"));
    world.clock.advance(chrono::TimeDelta::seconds(5));
    reborn.deliver_due().await;
    let notice = world.notice();
    assert!(
        notice
            .fields
            .contains(&("RtnMsg".to_owned(), "paid".to_owned()))
    );
    assert_eq!(
        reborn.deliveries("AGAIN1")[0].state,
        DeliveryState::Acknowledged
    );
}

#[tokio::test]
async fn a_file_that_is_not_the_simulators_is_left_alone() {
    let world = World::new("foreign").await;
    let storage = &world.settings.storage;
    std::fs::create_dir_all(storage.parent().unwrap()).unwrap();
    std::fs::write(storage, "a letter").unwrap();
    let opened = Simulator::open(
        world.settings.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        world.browser.clone(),
    );
    assert!(opened.is_err());
    assert_eq!(std::fs::read_to_string(storage).unwrap(), "a letter");
}

#[tokio::test]
async fn the_loop_sends_by_itself_and_stops_when_told() {
    let world = World::new("loop").await;
    world.will_answer(&["0|no"]);
    let mut settings = world.settings.clone();
    settings.resend_after = Duration::from_millis(20);
    settings.storage = settings.storage.with_file_name("loop.json");
    let simulator = Simulator::open(
        settings,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        world.browser.clone(),
    )
    .unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(Arc::clone(&simulator).run(stop.clone()));

    let form = world.form("LOOP1", entity::payments::PaymentMethod::Atm);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form.fields)
        .finish();
    assert_eq!(simulator.checkout(body.as_bytes()).status, 200);

    let answered = async {
        while simulator.deliveries("LOOP1")[0].state == DeliveryState::Waiting {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answered)
        .await
        .unwrap();
    assert_eq!(world.notices().len(), 2);
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(20), running)
        .await
        .unwrap()
        .unwrap();
}
