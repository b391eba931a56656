//! A month of somebody's subscription, in a moment.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::kit::{
    Browser, Engine, Shop, both_engines,
    browser::GOOD_CARD,
    client::Client,
    customer::{Purchase, new_key},
    run,
    wait::eventually,
};

both_engines!(a_month_goes_by_and_the_renewal_carries_the_clock_s_time);

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Sets the clock and waits until everything on the way has happened.
async fn advance(staff: &Client, clock: &str, to: DateTime<Utc>) {
    let input = json!({ "testClockId": clock, "to": to });
    let set = staff
        .mutate("advanceTestClock", "testClock { status }", input)
        .await;
    assert_eq!(set["testClock"]["status"], "MOVING");
    eventually("the clock is READY", async || {
        let query = "query($id: ID!) { testClock(id: $id) { status shows } }";
        let asked = staff.ask(query, json!({ "id": clock })).await;
        let clock = &asked["testClock"];
        let is_there = clock["status"] == "READY" && instant(&clock["shows"]) == to;
        is_there.then_some(())
    })
    .await;
}

const ORDERS: &str = "{ me { testClock { shows } orders(first: 5) { nodes {
    id number status placedAt paidAt
    invoice { number issuedAt pdfUrl }
    lines { subscription { id } }
} } } }";

async fn orders(client: &Client) -> Vec<Value> {
    let me = client.ask(ORDERS, json!({})).await["me"].clone();
    me["orders"]["nodes"].as_array().unwrap().clone()
}

async fn a_month_goes_by_and_the_renewal_carries_the_clock_s_time(shop: Shop) {
    // Given somebody who lives by a clock that begins in two years, and has subscribed and paid
    let staff = shop.demo("staff").await;
    let lin = shop.newcomer("lin").await;
    let user = lin.ask("{ me { id } }", json!({})).await["me"]["id"].clone();
    let starts_at = "2028-12-20T04:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let clock = json!({ "name": "A month", "startsAt": starts_at });
    let clock = staff
        .mutate("createTestClock", "testClock { id shows }", clock)
        .await;
    let clock = clock["testClock"]["id"].as_str().unwrap().to_owned();
    let attach = json!({ "userId": user, "testClockId": clock });
    staff
        .mutate("attachToTestClock", "user { id }", attach)
        .await;
    let first = lin.subscribe("pro").await;
    pay(&lin, &first).await;
    let paid = orders(&lin).await.remove(0);
    assert_eq!(instant(&paid["placedAt"]), starts_at);
    assert_eq!(paid["invoice"]["number"], "INV-2028-000001");

    // When a month goes by
    let later = starts_at + Duration::days(31);
    advance(&staff, &clock, later).await;

    // Then the next month was ordered on its day, and can be paid
    let renewal = orders(&lin).await.remove(0);
    assert_eq!(renewal["status"], "PENDING");
    let placed_at = instant(&renewal["placedAt"]);
    // The gateway tells whole seconds, and the first period began when it had the money.
    let is_on_its_day = (placed_at - (later - Duration::days(3))).abs() < Duration::minutes(1);
    assert!(is_on_its_day, "{placed_at}");
    let renewal = Purchase {
        order_id: renewal["id"].as_str().unwrap().to_owned(),
        number: renewal["number"].as_str().unwrap().to_owned(),
        subscription_id: first.subscription_id.clone(),
    };
    pay(&lin, &renewal).await;

    // and its invoice carries the clock's day and year
    let paid = orders(&lin).await.remove(0);
    assert_eq!(instant(&paid["invoice"]["issuedAt"]), later);
    assert_eq!(paid["invoice"]["number"], "INV-2029-000001");
    let paid_at = instant(&paid["paidAt"]);
    assert!((paid_at - later).abs() < Duration::minutes(1), "{paid_at}");
    let pdf = shop.http.get(paid["invoice"]["pdfUrl"].as_str().unwrap());
    assert_eq!(pdf.send().await.unwrap().status().as_u16(), 200);
}

async fn pay(client: &Client, purchase: &Purchase) {
    let attempt = client.begin_payment(purchase, "CREDIT_CARD").await;
    let page = Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    assert_eq!(page.status, 200);
    client.order_becomes(purchase, "COMPLETED").await;
}

#[tokio::test]
async fn repeated_goals_are_no_second_move() {
    run(Engine::Sqlite, &[], |shop: Shop| async move {
        let staff = shop.demo("staff").await;
        let made = json!({ "name": new_key() });
        let made = staff
            .mutate("createTestClock", "testClock { id shows }", made)
            .await;
        let clock = made["testClock"]["id"].as_str().unwrap();
        let to = instant(&made["testClock"]["shows"]) + Duration::days(1);
        advance(&staff, clock, to).await;
        let input = json!({ "testClockId": clock, "to": to });
        let again = staff
            .mutate("advanceTestClock", "testClock { status }", input)
            .await;
        assert_eq!(again["testClock"]["status"], "READY");
    })
    .await;
}
