//! Money goes back: once, to the unit, whatever the gateway says or does not say.

use chrono::{DateTime, Duration, Utc};
use domain::{
    base::Result,
    flows::{self, HandRefund, RefundQuestion, RefundRequest},
    ports::CardState,
    refunds::Wait,
};
use entity::{
    invoices::{credit_note, invoice},
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment},
    refunds::{
        CardAction::{self, Abandon, CancelCapture, Refund},
        RefundKind, RefundStatus, refund,
    },
    subscriptions::SubscriptionStatus,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait, QueryOrder,
};

use crate::kit::{House, Person, cards::Fate, invariants, on_each_engine};

use super::scene::{self, *};

/// An order that mei paid for, by this method.
async fn paid_order(house: &House, method: PaymentMethod) -> (order::Model, payment::Model) {
    let mei = house.customer("mei").await;
    let (order, payment) = order_being_paid(&mei, &once(house).await, method, "k").await;
    hear(house, &paid(&payment, house.now())).await.unwrap();
    (order, attempt(house, &payment).await)
}

async fn wei(house: &House) -> Person {
    house.staff("wei").await
}

fn back(payment: &payment::Model, amount: Option<i64>) -> RefundRequest {
    RefundRequest {
        payment_id: payment.id,
        amount: amount.map(twd),
        reason: "the lid was loose".to_owned(),
        by_hand: false,
        end_subscription: false,
    }
}

async fn refund(
    who: &Person,
    payment: &payment::Model,
    amount: Option<i64>,
    key: &str,
) -> Result<refund::Model> {
    flows::refund_payment(&who.op, back(payment, amount), key).await
}

async fn now_of(house: &House, row: &refund::Model) -> refund::Model {
    refund::Entity::find_by_id(row.id)
        .one(house.app.database.reader())
        .await
        .unwrap()
        .unwrap()
}

/// The worker's round, after so much time.
async fn round_after(house: &House, time: Duration) -> u64 {
    house.wait(time);
    flows::send_refunds(&house.job(), 10).await.unwrap()
}

fn told(house: &House) -> Vec<(CardAction, i64)> {
    house.gateway.cards.instructions()
}

async fn credit_notes(house: &House) -> Vec<credit_note::Model> {
    credit_note::Entity::find()
        .order_by_asc(credit_note::Column::Sequence)
        .all(house.app.database.reader())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_card_chooses_what_the_gateway_is_told() {
    for (state, expected) in [
        (CardState::Authorized, vec![(Abandon, PRICE)]),
        (
            CardState::ToBeCaptured,
            vec![(CancelCapture, PRICE), (Abandon, PRICE)],
        ),
        (CardState::Captured, vec![(Refund, PRICE)]),
    ] {
        let expected = &expected;
        let expected = expected.clone();
        on_each_engine(move |house| {
            let expected = expected.clone();
            async move {
                let (order, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
                house.gateway.cards.is(&payment.merchant_trade_no, state);
                let wei = wei(&house).await;
                let refund = refund(&wei, &payment, None, "r").await.unwrap();
                assert_eq!(refund.status, RefundStatus::Succeeded, "{refund:?}");
                assert_eq!(told(&house), expected);
                assert_eq!(
                    standing(&house, &order, &payment).await,
                    (OrderStatus::Refunded, PaymentStatus::Refunded)
                );
                let [note] = credit_notes(&house).await.try_into().unwrap();
                assert_eq!((note.total_minor, note.tax_minor), (PRICE, 43));
                assert_eq!(note.number, "CN-2026-000001");
                invariants::assert_hold(&house).await;
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_go_back_until_nothing_is_left() {
    on_each_engine(|house| async move {
        let (order, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        for (key, amount) in [("a", 300), ("b", 500)] {
            let refund = refund(&wei, &payment, Some(amount), key).await.unwrap();
            assert_eq!(refund.status, RefundStatus::Succeeded);
            assert_eq!(
                standing(&house, &order, &payment).await,
                (OrderStatus::Completed, PaymentStatus::Paid),
                "a part is no end"
            );
        }
        let too_much = refund(&wei, &payment, Some(100), "c").await;
        assert_eq!(refusal(too_much), "REFUND_EXCEEDS_CAPTURE");
        let rest = refund(&wei, &payment, None, "d").await.unwrap();
        assert_eq!(rest.amount_minor, 99);
        assert_eq!(told(&house), [(Refund, 300), (Refund, 500), (Refund, 99)]);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Refunded, PaymentStatus::Refunded)
        );
        let nothing = refund(&wei, &payment, None, "e").await;
        assert_eq!(refusal(nothing), "REFUND_EXCEEDS_CAPTURE");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_refunds_of_thirty_at_once_on_a_hundred() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = plan(&house, "cheap", 100, entity::plans::BillingCycle::OneTime).await;
        let (_, payment) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let wei = wei(&house).await;
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let (op, request) = (wei.op.clone(), back(&payment, Some(30)));
                tokio::spawn(async move {
                    flows::refund_payment(&op, request, &format!("r{number}")).await
                })
            })
            .collect();
        let mut accepted = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => accepted += 1,
                Err(refused) => assert_eq!(refused.code(), "REFUND_EXCEEDS_CAPTURE"),
            }
        }
        assert_eq!(accepted, 3);
        // Those that had to let another one go first.
        for _ in 0..3 {
            round_after(&house, Duration::minutes(4)).await;
        }
        assert_eq!(told(&house), [(Refund, 30), (Refund, 30), (Refund, 30)]);
        let payment = attempt(&house, &payment).await;
        assert_eq!(
            (payment.refunded_minor, payment.refund_reserved_minor),
            (90, 0)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_refund() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        let first = refund(&wei, &payment, Some(30), "r").await.unwrap();
        let again = refund(&wei, &payment, Some(30), "r").await.unwrap();
        assert_eq!(first, again);
        let other = refund(&wei, &payment, Some(31), "r").await;
        assert_eq!(refusal(other), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(told(&house), [(Refund, 30)]);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_asked_for_and_nothing_is_sent_twice() {
    on_each_engine(|house| async move {
        let (order, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        house.gateway.cards.fates([Fate::AnswerLost]);
        let refund = refund(&wei, &payment, None, "r").await.unwrap();
        assert_eq!(refund.status, RefundStatus::Unknown);
        assert_eq!(attempt(&house, &payment).await.refund_reserved_minor, PRICE);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        // The gateway is silent for a while.
        house.gateway.cards.answers_not(2);
        for minutes in [1, 2] {
            assert_eq!(round_after(&house, Duration::minutes(minutes)).await, 1);
            assert_eq!(now_of(&house, &refund).await.status, RefundStatus::Unknown);
        }
        assert_eq!(
            round_after(&house, Duration::minutes(3)).await,
            0,
            "not yet"
        );
        assert_eq!(round_after(&house, Duration::minutes(1)).await, 1);
        assert_eq!(
            now_of(&house, &refund).await.status,
            RefundStatus::Succeeded
        );
        assert_eq!(told(&house), [(Refund, PRICE)], "told once");
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Refunded, PaymentStatus::Refunded)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_sent_again_once_the_gateway_stood_still_for_long() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        house.gateway.cards.fates([Fate::LostOnTheWay]);
        let refund = refund(&wei, &payment, Some(30), "r").await.unwrap();
        for minutes in [1, 2] {
            round_after(&house, Duration::minutes(minutes)).await;
            assert_eq!(told(&house).len(), 1, "after {minutes} minutes");
        }
        round_after(&house, Duration::minutes(4)).await;
        assert_eq!(told(&house), [(Refund, 30), (Refund, 30)]);
        assert_eq!(
            now_of(&house, &refund).await.status,
            RefundStatus::Succeeded
        );
        assert_eq!(
            house.gateway.cards.card(&payment.merchant_trade_no).refunds,
            [30]
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leaves_everything_as_it_was() {
    on_each_engine(|house| async move {
        let (order, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        house.gateway.cards.fates([Fate::Refused]);
        let refund_row = refund(&wei, &payment, None, "r").await.unwrap();
        assert_eq!(refund_row.status, RefundStatus::Failed);
        assert_eq!(
            (
                refund_row.answer_code.as_deref(),
                refund_row.answer_message.as_deref()
            ),
            (Some("0"), Some("no"))
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert!(credit_notes(&house).await.is_empty());
        // and it can be asked for again
        let again = refund(&wei, &payment, None, "r2").await.unwrap();
        assert_eq!(again.status, RefundStatus::Succeeded);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_was_called_off_and_not_given_up_is_for_a_person() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        let cards = &house.gateway.cards;
        cards.is(&payment.merchant_trade_no, CardState::ToBeCaptured);
        cards.fates([Fate::Answered, Fate::Refused]);
        let row = refund(&wei, &payment, None, "r").await.unwrap();
        assert_eq!(row.status, RefundStatus::AwaitingStaff, "{row:?}");
        assert_eq!(row.progress.done, [CancelCapture]);
        assert_eq!(attempt(&house, &payment).await.refund_reserved_minor, PRICE);
        let hand = HandRefund {
            refund_id: row.id,
            reference: "console 4711".to_owned(),
            note: String::new(),
        };
        let row = flows::complete_manual_refund(&wei.op, hand, "h")
            .await
            .unwrap();
        assert_eq!(row.status, RefundStatus::Succeeded);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_is_left_alone_while_it_captures() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        // From noon to 20:20.
        house.wait(Duration::hours(8) + Duration::minutes(20));
        let wei_later = house.op(*wei.op.actor());
        let request = back(&payment, None);
        let row = flows::refund_payment(&wei_later, request, "r")
            .await
            .unwrap();
        assert_eq!(row.status, RefundStatus::Requested);
        assert_eq!(row.answer_code.as_deref(), Some("quiet_hours"));
        assert_eq!(round_after(&house, Duration::minutes(9)).await, 0);
        assert_eq!(told(&house), []);
        assert_eq!(round_after(&house, Duration::minutes(1)).await, 1);
        assert_eq!(now_of(&house, &row).await.status, RefundStatus::Succeeded);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_what_is_only_authorized_waits_for_the_capture() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        let cards = &house.gateway.cards;
        cards.is(&payment.merchant_trade_no, CardState::Authorized);
        let row = refund(&wei, &payment, Some(30), "r").await.unwrap();
        assert_eq!(
            (row.status, row.answer_code.as_deref()),
            (RefundStatus::Requested, Some("awaits_capture"))
        );
        cards.is(&payment.merchant_trade_no, CardState::Captured);
        let half_past_eight: DateTime<Utc> = "2026-11-20T12:30:00Z".parse().unwrap();
        assert_eq!(row.next_check_at, Some(half_past_eight));
        round_after(&house, half_past_eight - house.now()).await;
        assert_eq!(now_of(&house, &row).await.status, RefundStatus::Succeeded);
        assert_eq!(told(&house), [(Refund, 30)]);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instalments_go_back_in_full_or_not_at_all() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let mut notice = paid(&payment, house.now());
        if let Some(card) = &mut notice.card {
            card.in_full_only = true;
        }
        hear(&house, &notice).await.unwrap();
        let wei = wei(&house).await;
        let part = refund(&wei, &payment, Some(PRICE - 1), "a").await;
        assert_eq!(refusal(part), "REFUND_IN_FULL_ONLY");
        let whole = refund(&wei, &payment, Some(PRICE), "b").await.unwrap();
        assert_eq!(whole.status, RefundStatus::Succeeded);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_gateway_gives_back_a_person_does() {
    on_each_engine(|house| async move {
        let (order, payment) = paid_order(&house, PaymentMethod::Atm).await;
        let wei = wei(&house).await;
        let part = refund(&wei, &payment, Some(300), "a").await.unwrap();
        assert_eq!(
            (part.kind, part.status),
            (RefundKind::Manual, RefundStatus::AwaitingStaff)
        );
        let rest = refund(&wei, &payment, None, "b").await.unwrap();
        let hand = |row: &refund::Model, reference: &str| HandRefund {
            refund_id: row.id,
            reference: reference.to_owned(),
            note: "by bank transfer".to_owned(),
        };
        let done = flows::complete_manual_refund(&wei.op, hand(&part, "T-1"), "h1")
            .await
            .unwrap();
        assert_eq!(
            (done.status, done.reference.as_deref()),
            (RefundStatus::Succeeded, Some("T-1"))
        );
        // Said again, it changes nothing; said otherwise, it is refused.
        let again = flows::complete_manual_refund(&wei.op, hand(&part, "T-1"), "h2").await;
        assert_eq!(again.unwrap(), done);
        let otherwise = flows::complete_manual_refund(&wei.op, hand(&part, "T-2"), "h3").await;
        assert_eq!(refusal(otherwise), "INVALID_STATE");
        // The rest is called off, and is free again.
        let off = flows::cancel_refund(&wei.op, rest.id, "c").await.unwrap();
        assert_eq!(off.status, RefundStatus::Cancelled);
        let off = flows::complete_manual_refund(&wei.op, hand(&rest, "T-3"), "h4").await;
        assert_eq!(refusal(off), "INVALID_STATE");
        let payment = attempt(&house, &payment).await;
        assert_eq!(
            (payment.refunded_minor, payment.refund_reserved_minor),
            (300, 0)
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert_eq!(told(&house), []);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_too_late_goes_back_and_the_order_stays_as_it_is() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        flows::cancel_order(&mei.op, order.id, "c").await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let wei = wei(&house).await;
        let row = refund(&wei, &payment, None, "r").await.unwrap();
        assert_eq!(row.status, RefundStatus::Succeeded);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Cancelled, PaymentStatus::Refunded)
        );
        assert!(
            credit_notes(&house).await.is_empty(),
            "there was no invoice"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_with_the_money_of_its_period_when_that_is_wanted() {
    for (wanted, expected) in [
        (true, SubscriptionStatus::Cancelled),
        (false, SubscriptionStatus::Active),
    ] {
        on_each_engine(move |house| async move {
            let mei = house.customer("mei").await;
            let (subscription, order) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();
            let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "b")
                .await
                .unwrap();
            hear(&house, &paid(&payment, house.now())).await.unwrap();
            let wei = wei(&house).await;
            let request = |amount| RefundRequest {
                end_subscription: wanted,
                ..back(&payment, amount)
            };
            let part = flows::refund_payment(&wei.op, request(Some(30)), "a").await;
            assert_eq!(part.is_err(), wanted, "a part ends nothing");
            let rest = flows::refund_payment(&wei.op, request(None), "b").await;
            assert_eq!(rest.unwrap().status, RefundStatus::Succeeded);
            assert_eq!(subscription_status(&house, &subscription).await, expected);
            invariants::assert_hold(&house).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_would_be_and_does_nothing() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        let cards = &house.gateway.cards;
        let question = |amount: Option<i64>| RefundQuestion {
            payment_id: payment.id,
            amount: amount.map(twd),
            by_hand: false,
        };
        cards.is(&payment.merchant_trade_no, CardState::ToBeCaptured);
        let before = sizes(&house).await;
        let full = flows::refund::preview(&wei.op, question(None))
            .await
            .unwrap();
        assert_eq!(full.steps, [CancelCapture, Abandon]);
        assert_eq!((full.amount, full.left), (twd(PRICE), twd(0)));
        assert_eq!(full.card_state, Some(CardState::ToBeCaptured));
        let part = flows::refund::preview(&wei.op, question(Some(30)))
            .await
            .unwrap();
        assert_eq!(
            (part.steps.as_slice(), part.left),
            (&[Refund][..], twd(PRICE - 30))
        );
        cards.is(&payment.merchant_trade_no, CardState::Authorized);
        let waits = flows::refund::preview(&wei.op, question(Some(30)))
            .await
            .unwrap();
        assert_eq!(waits.waits.map(|(_, wait)| wait), Some(Wait::Capture));
        cards.answers_not(1);
        let silent = flows::refund::preview(&wei.op, question(None)).await;
        assert_eq!(silent.unwrap_err().code(), "GATEWAY_UNANSWERED");
        let too_much = flows::refund::preview(&wei.op, question(Some(PRICE + 1))).await;
        assert_eq!(too_much.unwrap_err().code(), "REFUND_EXCEEDS_CAPTURE");
        assert_eq!(sizes(&house).await, before, "nothing was written");
        assert_eq!(told(&house), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_brought_no_money_cannot_go_back_and_customers_cannot_ask_for_it() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let wei = wei(&house).await;
        let unpaid = refund(&wei, &payment, None, "r").await;
        assert_eq!(refusal(unpaid), "NOT_REFUNDABLE");
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            refusal(refund(&mei, &payment, None, "r").await),
            "FORBIDDEN"
        );
        for (amount, code) in [
            (0, "OUT_OF_RANGE"),
            (-1, "OUT_OF_RANGE"),
            (PRICE + 1, "REFUND_EXCEEDS_CAPTURE"),
        ] {
            let refused = refund(&wei, &payment, Some(amount), &format!("{amount}")).await;
            assert_eq!(refusal(refused), code, "{amount}");
        }
        house.gateway.cards.offers_nothing();
        let here = refund(&wei, &payment, None, "stage").await;
        assert_eq!(refusal(here), "REFUND_NOT_AVAILABLE");
        let by_hand = RefundRequest {
            by_hand: true,
            ..back(&payment, None)
        };
        let by_hand = flows::refund_payment(&wei.op, by_hand, "hand")
            .await
            .unwrap();
        assert_eq!(by_hand.status, RefundStatus::AwaitingStaff);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_authorization_nobody_knows_goes_back_by_hand() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let unknown = payment::ActiveModel {
            id: Unchanged(payment.id),
            authorization_no: Set(None),
            ..Default::default()
        };
        unknown.update(house.app.database.writer()).await.unwrap();
        let wei = wei(&house).await;
        let row = refund(&wei, &payment, None, "r").await.unwrap();
        assert_eq!(
            (row.kind, row.status),
            (RefundKind::Manual, RefundStatus::AwaitingStaff)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_died_after_sending_leaves_a_refund_that_is_asked_about_first() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        house.gateway.cards.fates([Fate::AnswerLost]);
        let row = refund(&wei, &payment, Some(30), "r").await.unwrap();
        // As the worker had left it, had it died instead of hearing nothing.
        let dead = refund::ActiveModel {
            id: Unchanged(row.id),
            next_check_at: Set(Some(house.now() + Duration::minutes(3))),
            ..Default::default()
        };
        dead.update(house.app.database.writer()).await.unwrap();
        assert_eq!(
            round_after(&house, Duration::minutes(2)).await,
            0,
            "it may live"
        );
        assert_eq!(round_after(&house, Duration::minutes(1)).await, 1);
        assert_eq!(now_of(&house, &row).await.status, RefundStatus::Succeeded);
        assert_eq!(told(&house), [(Refund, 30)]);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_at_once_tell_the_gateway_once() {
    on_each_engine(|house| async move {
        let (_, payment) = paid_order(&house, PaymentMethod::CreditCard).await;
        let wei = wei(&house).await;
        house.gateway.cards.answers_not(1);
        let row = refund(&wei, &payment, Some(30), "r").await.unwrap();
        assert_eq!(row.status, RefundStatus::Requested, "nothing was sent");
        house.wait(Duration::minutes(1));
        let rounds: Vec<_> = (0..4)
            .map(|_| {
                let op = house.job();
                tokio::spawn(async move { flows::send_refunds(&op, 10).await })
            })
            .collect();
        let mut handled = 0;
        for round in rounds {
            handled += round.await.unwrap().unwrap();
        }
        assert_eq!(handled, 1);
        assert_eq!(told(&house), [(Refund, 30)]);
        let invoice = invoice::Entity::find()
            .one(house.app.database.reader())
            .await;
        assert_eq!(invoice.unwrap().unwrap().credited_minor, 30);
        assert_eq!(scene::attempt(&house, &payment).await.refunded_minor, 30);
        invariants::assert_hold(&house).await;
    })
    .await;
}
