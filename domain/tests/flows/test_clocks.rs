//! Customers who live by a clock that can be moved, and those who do not.

use chrono::Duration;
use domain::{
    flows,
    ports::TradeState,
    test_clocks::{self, NewTestClock},
};
use entity::{
    invoices::invoice,
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus, card_contract},
    refunds::{RefundStatus, refund},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::EntityTrait;

use crate::kit::{
    House, Person,
    clocks::{advance, clock, living_by, now_of, stands},
    invariants, on_each_engine,
};

use super::scene::{self, *};

async fn latest_invoice(house: &House) -> invoice::Model {
    // Each year counts its invoices anew.
    let invoices = invoices(house).await.into_iter();
    invoices.max_by_key(|invoice| invoice.issued_at).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_of_a_clock_orders_and_gets_carries_its_time() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        assert_eq!(row.test_clock_id, Some(clock.id));

        // Fifteen months go by for her; by the machine's clock it is the same minute.
        let mut stands = clock.shows;
        let mut mei = mei;
        for _ in 0..15 {
            let row = scene::subscription(&house, &row).await;
            stands = row.current_period_end.unwrap();
            advance(&house, &staff, &clock, stands).await;
            mei = now_of(&house, mei, &clock).await;
            for order in renewals(&house, &row).await {
                if order.status == OrderStatus::Pending {
                    assert!(order.placed_at > clock.shows && order.placed_at <= stands);
                    pay(&house, &mei, &order).await;
                    let paid = scene::order(&house, &order).await;
                    assert_eq!(paid.paid_at, Some(stands), "in her time");
                    assert_eq!(paid.test_clock_id, Some(clock.id));
                }
            }
        }
        let row = scene::subscription(&house, &row).await;
        assert_eq!(row.status, SubscriptionStatus::Active);
        let last = latest_invoice(&house).await;
        assert_eq!(last.issued_at, stands);
        assert_eq!(last.paid_at, Some(stands));
        assert!(last.number.starts_with("INV-2028-"), "{}", last.number);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_notices_when_the_other_s_time_goes_by() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let plan = monthly(&house).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let hers = subscribed(&house, &mei, &plan).await;
        let real = house.customer("real").await;
        let theirs = subscribed(&house, &real, &plan).await;
        let mut open = Vec::new();
        for who in [&mei, &real] {
            let manual = plan_once(&house, &who.user.username).await;
            let thing = buy(who, &manual, 1, "b").await.unwrap();
            let payment = begin(who, thing.id, PaymentMethod::CreditCard, "p");
            open.push((thing, payment.await.unwrap()));
        }

        // A year of hers: the other one's rows are not touched.
        advance(&house, &staff, &clock, house.now() + days(365)).await;
        assert_eq!(scene::subscription(&house, &theirs).await, theirs);
        assert_eq!(attempt(&house, &open[1].1).await, open[1].1);
        assert_eq!(
            scene::order(&house, &open[1].0).await.status,
            OrderStatus::Processing
        );
        assert_eq!(
            standing(&house, &open[0].0, &open[0].1).await,
            (OrderStatus::Expired, PaymentStatus::Expired)
        );
        let hers = scene::subscription(&house, &hers).await;
        assert_eq!(hers.status, SubscriptionStatus::Expired);

        // A month of the machine's, every job run each day: hers are not touched.
        let clocked = rows_of_clock(&house).await;
        for _ in 0..31 {
            house.wait(days(1));
            tick(&house).await;
            janitor(&house).await;
            flows::expire_orders(&house.job(), 100).await.unwrap();
        }
        assert_eq!(rows_of_clock(&house).await, clocked);
        assert_eq!(
            subscription_status(&house, &theirs).await,
            SubscriptionStatus::PastDue
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

async fn plan_once(house: &House, slug: &str) -> entity::plans::plan::Model {
    plan(house, slug, PRICE, entity::plans::BillingCycle::OneTime).await
}

async fn rows_of_clock(house: &House) -> Vec<subscription::Model> {
    let rows = subscription::Entity::find().all(house.app.database.reader());
    let mut rows = rows.await.unwrap();
    rows.retain(|row| row.test_clock_id.is_some());
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_cut_off_on_its_way_goes_on_where_it_was() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let row = subscribed(&house, &mei, &monthly(&house).await).await;
        let goal = house.now() + days(60);
        test_clocks::advance_test_clock(&staff.op, clock.id, goal)
            .await
            .unwrap();
        assert_eq!(flows::move_test_clocks(&house.job(), 2).await.unwrap(), 2);
        let on_its_way = stands(&house, &clock).await;
        assert_eq!(on_its_way.moving_to, Some(goal));
        assert!(on_its_way.shows > clock.shows && on_its_way.shows < goal);
        assert_eq!(renewals(&house, &row).await.len(), 1);
        flows::move_test_clocks(&house.job(), 1000).await.unwrap();
        let row = scene::subscription(&house, &row).await;
        assert_eq!(row.status, SubscriptionStatus::Expired);
        // Given up on its day, and not on the day of the goal.
        assert_eq!(row.ended_at, Some(clock.shows + days(30 + 8)));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_gateway_issued_ends_in_the_customer_s_time() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let later = house.now() + days(800);
        advance(&house, &staff, &clock, later).await;
        let mei = now_of(&house, mei, &clock).await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        assert_eq!(order.placed_at, later);
        let until = house.now() + days(3);
        hear(&house, &code_issued(&payment, until)).await.unwrap();
        let waiting = attempt(&house, &payment).await;
        assert_eq!(waiting.code_expires_at, Some(later + days(3)));
        // The gateway is asked by the machine's clock, and answers by it.
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        advance(&house, &staff, &clock, later + days(2)).await;
        let paid = attempt(&house, &payment).await;
        assert_eq!(paid.status, PaymentStatus::Paid);
        let paid_at = paid.paid_at.unwrap();
        assert!(paid_at > later && paid_at < later + days(2), "{paid_at}");
        assert_eq!(latest_invoice(&house).await.paid_at, Some(paid_at));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_good_by_the_machine_s_clock_however_long_the_test_clock_stands() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        house.wait(days(40));
        let order = buy(&mei, &once(&house).await, 1, "k").await.unwrap();
        let begin = flows::BeginPayment {
            order_id: order.id,
            method: PaymentMethod::CreditCard,
        };
        let begun = flows::begin_payment(&mei.op, begin, "p").await.unwrap();
        let token = begun.redirect_url.rsplit('/').next().unwrap();
        let purpose = domain::base::links::Purpose::Payment;
        let links = &house.app.links;
        let id = begun.payment.id.to_string();
        assert_eq!(links.open(purpose, token, house.now()), Some(id.as_str()));
        let sent = house.gateway.checkouts().pop().unwrap();
        assert_eq!(sent.created_at, house.now(), "what the gateway compares");
        assert_eq!(begun.payment.created_at, clock.shows, "what mei sees");
        house.wait(Duration::hours(25));
        assert_eq!(links.open(purpose, token, house.now()), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_goes_forwards_and_one_goal_at_a_time() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let now = house.now();
        let set = |to| test_clocks::advance_test_clock(&staff.op, clock.id, to);
        assert_eq!(set(now).await.unwrap().moving_to, None, "it is there");
        assert_eq!(refusal(set(now - days(1)).await), "OUT_OF_RANGE");
        assert_eq!(refusal(set(now + days(3654)).await), "OUT_OF_RANGE");
        set(now + days(10)).await.unwrap();
        let again = set(now + days(10)).await.unwrap();
        assert_eq!(
            again.moving_to,
            Some(now + days(10)),
            "a repeat is a success"
        );
        assert_eq!(refusal(set(now + days(20)).await), "INVALID_STATE");
        let past = NewTestClock {
            name: "Past".to_owned(),
            starts_at: Some(now - days(1)),
        };
        let past = test_clocks::create_test_clock(&staff.op, past).await;
        assert_eq!(refusal(past), "OUT_OF_RANGE");
        let mei = house.customer("mei").await;
        let theirs = test_clocks::advance_test_clock(&mei.op, clock.id, now + days(1)).await;
        assert_eq!(refusal(theirs), "FORBIDDEN");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_customer_who_has_ordered_nothing_is_attached() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let attach = |person: &Person| {
            let (op, id) = (staff.op.clone(), person.user.id);
            async move { flows::attach_to_test_clock(&op, id, clock.id).await }
        };
        let mei = house.customer("mei").await;
        let attached = attach(&mei).await.unwrap();
        assert_eq!(attached.test_clock_id, Some(clock.id));
        assert_eq!(
            attach(&mei).await.unwrap(),
            attached,
            "a repeat is a success"
        );
        let buyer = house.customer("buyer").await;
        buy(&buyer, &once(&house).await, 1, "k").await.unwrap();
        assert_eq!(refusal(attach(&buyer).await), "INVALID_STATE");
        assert_eq!(refusal(attach(&staff).await), "INVALID_STATE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_not_answered_goes_on_as_the_clock_walks_by() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let manual = once(&house).await;
        let (_, payment) = order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        // Given a gateway that says nothing when it is asked first
        house.gateway.cards.answers_not(1);
        let request = flows::RefundRequest {
            payment_id: payment.id,
            amount: None,
            reason: "the lid was loose".to_owned(),
            by_hand: false,
            end_subscription: false,
        };
        let open = flows::refund_payment(&staff.op, request, "r")
            .await
            .unwrap();
        assert_ne!(open.status, RefundStatus::Succeeded);
        // Then a day of hers is enough, and the day on which it went back is one of hers
        advance(&house, &staff, &clock, clock.shows + days(400)).await;
        let done = refund::Entity::find_by_id(open.id);
        let done = done
            .one(house.app.database.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(done.status, RefundStatus::Succeeded);
        let completed = done.completed_at.unwrap();
        assert!(
            completed > clock.shows && completed < clock.shows + days(1),
            "{completed}"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_charged_by_the_gateway_s_calendar_is_not_taken_by_a_test_clock() {
    on_each_engine(|house| async move {
        let staff = house.staff("lin").await;
        let clock = clock(&house, &staff).await;
        let mei = living_by(&house, &staff, "mei", &clock).await;
        let (row, order) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();

        // It is refused with what to do instead, and nothing was begun
        let periodic = begin(&mei, order.id, PaymentMethod::CreditCardPeriodic, "k").await;
        let refused = periodic.unwrap_err();
        assert_eq!(refused.code(), "METHOD_NOT_AVAILABLE");
        assert!(refused.to_string().contains("CREDIT_CARD"), "{refused}");
        assert!(house.gateway.checkouts().is_empty());
        let begun = card_contract::Entity::find().all(house.app.database.reader());
        assert_eq!(begun.await.unwrap().len(), 0);

        // What it says to do works, with the same key
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment.unwrap(), house.now()))
            .await
            .unwrap();
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Active
        );
    })
    .await;
}
