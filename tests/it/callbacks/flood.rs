//! A flood of forged notices beside genuine ones.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use adapters::ecpay::check_mac;
use entity::payments::PaymentStatus;
use futures_util::future::join_all;

use super::notice::{body, paid, with};
use crate::kit::{Shop, both_engines, customer::Attempt};

both_engines!(genuine_notices_are_answered_in_time_beside_a_flood_of_forged_ones);

/// How many connections the forger keeps busy.
const FORGERS: usize = 6;
const SHOPPERS: usize = 12;
/// Each genuine notice comes so often: ECPay sends again what it has no answer to.
const DELIVERIES: usize = 3;

async fn attempts(shop: &Shop) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for number in 0..SHOPPERS {
        let shopper = shop.newcomer(&format!("shopper{number}")).await;
        let purchase = shopper.subscribe("pro").await;
        attempts.push(shopper.begin_payment(&purchase, "CREDIT_CARD").await);
    }
    attempts
}

/// Sends forged notices about a real trade until it is told to stop; how many were refused.
async fn forge(shop: &Shop, trade_no: &str, is_over: &AtomicBool) -> u64 {
    let forged = with(paid(trade_no, 899), check_mac::FIELD, &"0".repeat(64));
    let forged = body(&forged);
    let mut refused = 0;
    while !is_over.load(Ordering::Relaxed) {
        let answer = shop.post("/ecpay/notify", forged.clone()).await;
        assert_eq!(answer, (400, "0|CheckMacValue Error".to_owned()));
        refused += 1;
    }
    refused
}

async fn genuine_notices_are_answered_in_time_beside_a_flood_of_forged_ones(shop: Shop) {
    // Given orders that wait for their money, and a forger who knows the number of one
    let attempts = attempts(&shop).await;
    let before = shop.database.counts().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let began = Instant::now();

    // When the genuine notices come one by one while the forger does what he can
    let forging = join_all((0..FORGERS).map(|_| forge(&shop, &attempts[0].trade_no, &is_over)));
    let genuine = async {
        let mut slowest = Duration::ZERO;
        for attempt in &attempts {
            for _ in 0..DELIVERIES {
                let asked = Instant::now();
                let notice = body(&paid(&attempt.trade_no, 899));
                let answer = shop.post("/ecpay/notify", notice).await;
                assert_eq!(answer, (200, "1|OK".to_owned()));
                slowest = slowest.max(asked.elapsed());
            }
        }
        is_over.store(true, Ordering::Relaxed);
        slowest
    };
    let (refused, slowest) = tokio::join!(forging, genuine);

    // Then every one was answered in time, and the forger left nothing behind
    let (refused, took) = (refused.iter().sum::<u64>(), began.elapsed());
    eprintln!("{refused} forged notices in {took:?}; the slowest genuine answer took {slowest:?}");
    let genuine = (SHOPPERS * DELIVERIES) as u64;
    assert!(refused > 3 * genuine, "{refused} forged");
    // After this time the gateway would have been told to come again. The machine may be busy with other tests.
    assert!(slowest < Duration::from_millis(2500), "{slowest:?}");
    let after = shop.database.counts().await;
    assert_eq!(after["notices"] - before["notices"], SHOPPERS as i64);
    assert_eq!(
        after["settlements"] - before["settlements"],
        SHOPPERS as i64
    );
    for attempt in &attempts {
        let payment = shop.database.payment(attempt.payment()).await;
        assert_eq!(payment.status, PaymentStatus::Paid);
    }
}
