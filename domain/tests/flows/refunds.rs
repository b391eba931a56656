//! Refunds and the gateway: what it is told, and what is made of its answers and of its silence.

use chrono::{DateTime, Duration, Utc};
use domain::{
    flows::{self, HandRefund},
    ports::CardState,
};
use entity::{
    invoices::invoice,
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus},
    refunds::{
        CardAction::{Abandon, CancelCapture, Refund},
        RefundStatus, refund,
    },
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait};

use crate::kit::{cards::Fate, invariants, on_each_engine};

use super::{
    refund_scene::*,
    scene::{self, *},
};

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
