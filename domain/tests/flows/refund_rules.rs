//! What can be asked back, by whom, and how much of it.

use chrono::Duration;
use domain::{
    flows::{self, HandRefund, RefundQuestion, RefundRequest},
    ports::CardState,
    refunds::Wait,
};
use entity::{
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus, payment},
    refunds::{
        CardAction::{Abandon, CancelCapture, Refund},
        RefundKind, RefundStatus, refund,
    },
    subscriptions::SubscriptionStatus,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged};

use crate::kit::{invariants, on_each_engine};

use super::{refund_scene::*, scene::*};

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
async fn a_refund_is_seen_by_whom_the_money_went_to_and_by_staff() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let row = refunded_by_hand(&house, &payment).await;
        let staff = house.staff("staff").await;
        for op in [&mei.op, &staff.op] {
            let seen = domain::refunds::query::get(op, row.id).await;
            assert_eq!(seen.unwrap(), row);
        }
        let lin = house.customer("lin").await;
        for op in [&lin.op, &house.nobody()] {
            let hidden = domain::refunds::query::get(op, row.id).await;
            assert_eq!(hidden.unwrap_err().code(), "NOT_FOUND");
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}
