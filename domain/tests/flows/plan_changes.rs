//! Changes of plan: previewed, paid, taken back, and reckoned to the unit however often.

use domain::{
    base::Result,
    flows::{self, CancelAt, ChangeMode, ChangePlan, PlanChangePreview},
};
use entity::{
    id::PlanId,
    orders::{LineKind, OrderStatus, order, order_line},
    plans::{BillingCycle, plan},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// Mei, subscribed since noon of 20 November 2026 to a plan of 300 a month, and a plan of 900 a month.
async fn mei_on_small(house: &House) -> (Person, subscription::Model, [plan::Model; 2]) {
    let mei = house.customer("mei").await;
    let small = plan(house, "small", 300, BillingCycle::Monthly).await;
    let large = plan(house, "large", 900, BillingCycle::Monthly).await;
    let row = subscribed(house, &mei, &small).await;
    (mei, row, [small, large])
}

type Changed = Result<(subscription::Model, Option<order::Model>)>;

async fn change(
    who: &Person,
    row: &subscription::Model,
    to: &plan::Model,
    mode: ChangeMode,
    key: &str,
) -> Changed {
    let wanted = ChangePlan {
        subscription_id: row.id,
        plan_id: to.id,
        mode,
        preview_token: None,
    };
    Box::pin(flows::change_plan(&who.op, wanted, key)).await
}

async fn now(who: &Person, row: &subscription::Model, to: &plan::Model, key: &str) -> order::Model {
    let (_, order) = change(who, row, to, ChangeMode::Now, key).await.unwrap();
    order.unwrap()
}

async fn preview(
    who: &Person,
    row: &subscription::Model,
    to: &plan::Model,
    mode: ChangeMode,
) -> Result<PlanChangePreview> {
    flows::preview_plan_change(&who.op, row.id, to.id, mode).await
}

async fn commit(
    who: &Person,
    row: &subscription::Model,
    to: PlanId,
    seen: &PlanChangePreview,
    key: &str,
) -> Changed {
    let wanted = ChangePlan {
        subscription_id: row.id,
        plan_id: to,
        mode: seen.quote.mode,
        preview_token: Some(seen.token.clone()),
    };
    Box::pin(flows::change_plan(&who.op, wanted, key)).await
}

async fn lines(house: &House, of: &order::Model) -> Vec<(LineKind, i64)> {
    let rows = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(of.id))
        .order_by_asc(order_line::Column::Position);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    rows.iter()
        .map(|row| (row.kind, row.amount_minor))
        .collect()
}

async fn stands(house: &House, row: &subscription::Model) -> (PlanId, i64) {
    let row = scene::subscription(house, row).await;
    (row.plan_id, row.credit_minor)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_takes_effect_when_it_is_paid_and_charges_what_was_shown() {
    on_each_engine(|house| async move {
        // Given half of a month of thirty days that is used
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        house.wait(days(15));
        // When she looks, and orders a few minutes later
        let seen = preview(&mei, &row, &large, ChangeMode::Now).await.unwrap();
        assert_eq!((seen.quote.due, seen.quote.tax), (twd(300), twd(14)));
        assert_eq!(
            seen.quote.next,
            Some((row.current_period_end.unwrap(), twd(900)))
        );
        house.wait(chrono::Duration::minutes(14));
        let (_, order) = commit(&mei, &row, large.id, &seen, "up").await.unwrap();
        let order = order.unwrap();
        // Then the order says what was shown, and nothing has changed yet
        let shown: Vec<_> = seen
            .quote
            .lines
            .iter()
            .map(|line| (line.kind, line.amount.minor))
            .collect();
        assert_eq!(
            shown,
            [
                (LineKind::SubscriptionChange, 450),
                (LineKind::UnusedTime, -150)
            ]
        );
        assert_eq!(lines(&house, &order).await, shown);
        assert_eq!(order.total(), twd(300));
        assert_eq!(stands(&house, &row).await, (small.id, 0));
        // And when it is paid, the plan is the new one for the same period, with an invoice that adds up
        pay(&house, &mei, &order).await;
        assert_eq!(stands(&house, &row).await, (large.id, 0));
        let after = scene::subscription(&house, &row).await;
        assert_eq!(after.current_period_end, row.current_period_end);
        let bill = invoices(&house).await.remove(1);
        assert!(bill.is_plan_change);
        assert_eq!((bill.total_minor, bill.tax_minor), (300, 14));
        assert_eq!(bill.period_start, Some(seen.quote.at));
        // And the next period is ordered at the new price
        pass(&house, 13).await;
        assert_eq!(renewals(&house, &row).await[0].total(), twd(900));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downgrade_is_at_once_and_what_it_leaves_pays_the_next_periods() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let small = plan(&house, "small", 100, BillingCycle::Monthly).await;
        let large = plan(&house, "large", 900, BillingCycle::Monthly).await;
        let row = subscribed(&house, &mei, &large).await;
        // When she changes down in the very second she began
        let order = now(&mei, &row, &small, "down").await;
        // Then it is done, without money, and 800 are kept
        assert_eq!(order.status, OrderStatus::Completed);
        assert_eq!(
            lines(&house, &order).await,
            [
                (LineKind::SubscriptionChange, 100),
                (LineKind::UnusedTime, -900),
                (LineKind::CreditKept, 800),
            ]
        );
        assert_eq!(stands(&house, &row).await, (small.id, 800));
        // And the next period takes from it what it costs, without anybody paying
        pass(&house, 27).await;
        let renewal = renewals(&house, &row).await.remove(0);
        assert_eq!(
            (renewal.status, renewal.total()),
            (OrderStatus::Completed, twd(0))
        );
        assert_eq!(stands(&house, &row).await, (small.id, 700));
        pass(&house, 4).await;
        assert_eq!(present_period(&house, &row).await.0, "2026-12-20");
        // And an upgrade uses it before it asks for money
        let up = now(&mei, &row, &large, "up").await;
        assert_eq!(up_used(&house, &up).await, 700);
        assert_eq!(stands(&house, &row).await, (small.id, 0));
        invariants::assert_hold(&house).await;
    })
    .await;
}

async fn up_used(house: &House, order: &order::Model) -> i64 {
    let lines = lines(house, order).await;
    let used = lines.iter().find(|(kind, _)| *kind == LineKind::CreditUsed);
    -used.map(|(_, amount)| *amount).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_drifted_is_refused_and_says_why() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        house.wait(days(15));
        // The price changes
        let seen = preview(&mei, &row, &large, ChangeMode::Now).await.unwrap();
        reprice(&house, &large, 1200).await;
        let refused = commit(&mei, &row, large.id, &seen, "1").await.unwrap_err();
        assert_eq!(refused.code(), "PREVIEW_DRIFTED");
        assert!(
            refused.to_string().contains("the plan's terms"),
            "{refused}"
        );
        // The subscription changes
        let seen = preview(&mei, &row, &large, ChangeMode::Now).await.unwrap();
        flows::set_auto_renew(&mei.op, row.id, false, "renew")
            .await
            .unwrap();
        let refused = commit(&mei, &row, large.id, &seen, "2").await.unwrap_err();
        assert!(
            refused.to_string().contains("the subscription"),
            "{refused}"
        );
        // Its time is over
        let seen = preview(&mei, &row, &large, ChangeMode::Now).await.unwrap();
        house.wait(chrono::Duration::minutes(15));
        assert_eq!(
            refusal(commit(&mei, &row, large.id, &seen, "3").await),
            "PREVIEW_DRIFTED"
        );
        // It was given for another plan, or by nobody
        let seen = preview(&mei, &row, &large, ChangeMode::Now).await.unwrap();
        let other = plan(&house, "other", 500, BillingCycle::Monthly).await;
        assert_eq!(
            refusal(commit(&mei, &row, other.id, &seen, "4").await),
            "MALFORMED"
        );
        let forged = PlanChangePreview {
            token: seen.token.replacen('.', "9.", 1),
            ..seen.clone()
        };
        assert_eq!(
            refusal(commit(&mei, &row, large.id, &forged, "5").await),
            "MALFORMED"
        );
        // It is good, and good once
        let (_, order) = commit(&mei, &row, large.id, &seen, "6").await.unwrap();
        assert_eq!(order.unwrap().total(), seen.quote.due);
        assert_eq!(
            refusal(commit(&mei, &row, large.id, &seen, "7").await),
            "PREVIEW_DRIFTED"
        );
        assert_eq!(stands(&house, &row).await.0, small.id);
        invariants::assert_hold(&house).await;
    })
    .await;
}

async fn reprice(house: &House, of: &plan::Model, price: i64) {
    let changes = domain::plans::PlanChanges {
        price: Some(twd(price)),
        ..Default::default()
    };
    domain::plans::update_plan(&house.job(), of.id, changes)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_in_the_same_second_leave_one_that_waits() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        let huge = plan(&house, "huge", 3000, BillingCycle::Monthly).await;
        let (first, replaced) = (
            now(&mei, &row, &large, "a").await,
            now(&mei, &row, &huge, "b").await,
        );
        assert_eq!(order(&house, &first).await.status, OrderStatus::Cancelled);
        assert_eq!(replaced.total(), twd(2700));
        // The same request again is the same order
        assert_eq!(now(&mei, &row, &huge, "b").await.id, replaced.id);
        // The other one's money comes all the same, and changes nothing
        assert_eq!(stands(&house, &row).await, (small.id, 0));
        pay(&house, &mei, &replaced).await;
        assert_eq!(stands(&house, &row).await, (huge.id, 0));
        // Up and down in the same second once more: three invoices begin in the period's first second
        now(&mei, &row, &small, "c").await;
        assert_eq!(stands(&house, &row).await, (small.id, 2700));
        let up = now(&mei, &row, &large, "d").await;
        assert_eq!(up.status, OrderStatus::Completed, "the credit pays it");
        assert_eq!(stands(&house, &row).await, (large.id, 2100));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_changes_in_a_day_come_to_the_value_of_the_time_used() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        for turn in 0..20_i64 {
            house.wait(chrono::Duration::seconds(4_321 - turn));
            let to = if turn % 2 == 0 { &large } else { &small };
            let order = now(&mei, &row, to, &format!("turn {turn}")).await;
            if order.status == OrderStatus::Pending {
                pay(&house, &mei, &order).await;
            }
            assert_eq!(stands(&house, &row).await.0, to.id);
        }
        // She ends on the small plan: what stays with the shop is the month, and what the hours on the large one cost more.
        let on_large: i64 = (0..20)
            .filter(|turn| turn % 2 == 1)
            .map(|turn| 4_321 - turn)
            .sum();
        let paid: i64 = settlements(&house)
            .await
            .iter()
            .map(|row| row.amount_minor)
            .sum();
        let kept = stands(&house, &row).await.1;
        let month = 30 * 86_400;
        let off = (paid - kept - 300) * month - 600 * on_large;
        assert!(
            off.abs() * 2 <= month,
            "{paid} less {kept}: more than half a unit off"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cycle_begins_a_new_period_with_a_new_anchor() {
    on_each_engine(|house| async move {
        let (mei, row, [_, large]) = mei_on_small(&house).await;
        let yearly = plan(&house, "yearly", 3000, BillingCycle::Yearly).await;
        house.wait(days(15));
        let order = now(&mei, &row, &yearly, "year").await;
        assert_eq!(order.total(), twd(2850));
        pay(&house, &mei, &order).await;
        assert_eq!(
            present_period(&house, &row).await,
            ("2026-12-05".to_owned(), "2027-12-05".to_owned())
        );
        // And back to months, after a fifth of the year
        house.wait(days(73));
        let back = now(&mei, &row, &large, "month").await;
        assert_eq!(
            lines(&house, &back).await,
            [
                (LineKind::SubscriptionChange, 900),
                (LineKind::UnusedTime, -2400),
                (LineKind::CreditKept, 1500)
            ]
        );
        assert_eq!(
            present_period(&house, &row).await,
            ("2027-02-16".to_owned(), "2027-03-16".to_owned())
        );
        pass(&house, 29).await;
        assert_eq!(present_period(&house, &row).await.0, "2027-03-16");
        assert_eq!(stands(&house, &row).await, (large.id, 600));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_the_period_s_end_takes_the_open_order_along_and_can_be_taken_back() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        let end = ChangeMode::PeriodEnd;
        pass(&house, 28).await;
        let before = renewals(&house, &row).await.remove(0);
        let seen = preview(&mei, &row, &large, end).await.unwrap();
        assert!(seen.quote.lines.is_empty() && seen.quote.due.is_zero());
        assert_eq!(seen.quote.next.unwrap().1, twd(900));
        let (changed, none) = commit(&mei, &row, large.id, &seen, "e").await.unwrap();
        assert!(none.is_none() && changed.plan_id == small.id);
        assert_eq!(order(&house, &before).await.status, OrderStatus::Cancelled);
        tick(&house).await;
        assert_eq!(renewals(&house, &row).await.remove(0).total(), twd(900));
        // Back to what it is, and on again
        change(&mei, &row, &small, end, "back").await.unwrap();
        tick(&house).await;
        assert_eq!(renewals(&house, &row).await.remove(0).total(), twd(300));
        change(&mei, &row, &large, end, "again").await.unwrap();
        tick(&house).await;
        pay(&house, &mei, &renewals(&house, &row).await[0]).await;
        pass(&house, 3).await;
        assert_eq!(stands(&house, &row).await, (large.id, 0));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_renewal_is_ordered_anew_when_an_upgrade_is_paid() {
    on_each_engine(|house| async move {
        let (mei, row, [_, large]) = mei_on_small(&house).await;
        pass(&house, 28).await;
        let old = renewals(&house, &row).await.remove(0);
        let up = now(&mei, &row, &large, "up").await;
        assert_eq!(
            order(&house, &old).await.status,
            OrderStatus::Pending,
            "not yet"
        );
        pay(&house, &mei, &up).await;
        assert_eq!(order(&house, &old).await.status, OrderStatus::Cancelled);
        tick(&house).await;
        assert_eq!(renewals(&house, &row).await.remove(0).total(), twd(900));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_change_that_cannot_be_made_any_more_is_kept_as_credit() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        house.wait(days(28));
        let up = now(&mei, &row, &large, "up").await;
        tick(&house).await;
        pay(&house, &mei, &renewals(&house, &row).await[0]).await;
        let method = entity::payments::PaymentMethod::CreditCard;
        let payment = begin(&mei, up.id, method, "slow").await.unwrap();
        pass(&house, 3).await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(stands(&house, &row).await, (small.id, up.total_minor));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_goes_back_when_its_order_ends_unpaid() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        let huge = plan(&house, "huge", 3000, BillingCycle::Monthly).await;
        pay(&house, &mei, &now(&mei, &row, &large, "a").await).await;
        now(&mei, &row, &small, "b").await;
        assert_eq!(stands(&house, &row).await.1, 600);
        let up = now(&mei, &row, &huge, "c").await;
        assert_eq!((up.total(), stands(&house, &row).await.1), (twd(2100), 0));
        flows::cancel_order(&mei.op, up.id, "no").await.unwrap();
        assert_eq!(stands(&house, &row).await, (small.id, 600));
        // And when the subscription ends, the change that waits ends with it
        let up = now(&mei, &row, &huge, "d").await;
        flows::cancel_subscription(&mei.op, row.id, CancelAt::Now, "end")
            .await
            .unwrap();
        assert_eq!(order(&house, &up).await.status, OrderStatus::Cancelled);
        assert_eq!(stands(&house, &row).await.1, 600);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed_is_refused_and_says_why() {
    on_each_engine(|house| async move {
        let (mei, row, [small, large]) = mei_on_small(&house).await;
        let (once, gone) = (
            once(&house).await,
            plan(&house, "gone", 5, BillingCycle::Monthly).await,
        );
        domain::plans::archive_plan(&house.job(), gone.id)
            .await
            .unwrap();
        let taken = plan(&house, "taken", 700, BillingCycle::Monthly).await;
        subscribed(&house, &mei, &taken).await;
        for (to, code) in [
            (&small, "SAME_PLAN"),
            (&once, "PLAN_NOT_RECURRING"),
            (&gone, "PLAN_NOT_FOR_SALE"),
            (&taken, "ALREADY_SUBSCRIBED"),
        ] {
            for mode in [ChangeMode::Now, ChangeMode::PeriodEnd] {
                let answer = change(&mei, &row, to, mode, &format!("{code} {mode:?}")).await;
                assert_eq!(refusal(answer), code, "{mode:?}");
                assert_eq!(refusal(preview(&mei, &row, to, mode).await), code);
            }
        }
        // A plan that one is about to have cannot be subscribed to beside it
        change(&mei, &row, &large, ChangeMode::PeriodEnd, "soon")
            .await
            .unwrap();
        assert_eq!(
            refusal(subscribe(&mei, &large, "beside").await),
            "ALREADY_SUBSCRIBED"
        );
        // Without money: staff alone
        let none = ChangeMode::None;
        assert_eq!(
            refusal(change(&mei, &row, &large, none, "gift").await),
            "FORBIDDEN"
        );
        let lin = house.customer("lin").await;
        assert_eq!(
            refusal(change(&lin, &row, &large, ChangeMode::Now, "x").await),
            "NOT_FOUND"
        );
        let clerk = house.staff("clerk").await;
        change(&clerk, &row, &large, none, "gift").await.unwrap();
        assert_eq!(stands(&house, &row).await, (large.id, 0));
        assert_eq!(renewals(&house, &row).await.len(), 0);
        // To be cancelled, paused
        let now = ChangeMode::Now;
        flows::cancel_subscription(&mei.op, row.id, CancelAt::PeriodEnd, "c")
            .await
            .unwrap();
        assert_eq!(
            refusal(change(&mei, &row, &small, now, "1").await),
            "INVALID_STATE"
        );
        flows::resume_subscription(&mei.op, row.id).await.unwrap();
        flows::pause_subscription(&mei.op, row.id, None)
            .await
            .unwrap();
        assert_eq!(
            refusal(change(&mei, &row, &small, now, "2").await),
            "INVALID_STATE"
        );
        flows::resume_subscription(&mei.op, row.id).await.unwrap();
        // Past due
        pass(&house, 31).await;
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::PastDue
        );
        assert_eq!(
            refusal(change(&mei, &row, &small, now, "3").await),
            "INVALID_STATE"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_does_not_use_the_time_that_a_change_reckons_with() {
    on_each_engine(|house| async move {
        let (mei, row, [_, large]) = mei_on_small(&house).await;
        house.wait(days(15));
        flows::pause_subscription(&mei.op, row.id, None)
            .await
            .unwrap();
        house.wait(days(40));
        flows::resume_subscription(&mei.op, row.id).await.unwrap();
        let up = now(&mei, &row, &large, "up").await;
        assert_eq!(
            lines(&house, &up).await,
            [
                (LineKind::SubscriptionChange, 450),
                (LineKind::UnusedTime, -150)
            ]
        );
        pay(&house, &mei, &up).await;
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_clicks_at_once_make_one_change_that_waits() {
    on_each_engine(|house| async move {
        let (mei, row, [_, large]) = mei_on_small(&house).await;
        let clicks = (0..5).map(|click| {
            let op = mei.op.clone();
            let wanted = ChangePlan {
                subscription_id: row.id,
                plan_id: large.id,
                mode: ChangeMode::Now,
                preview_token: None,
            };
            tokio::spawn(
                async move { flows::change_plan(&op, wanted, &format!("click {click}")).await },
            )
        });
        let mut made = Vec::new();
        for click in clicks.collect::<Vec<_>>() {
            made.extend(click.await.unwrap().ok().and_then(|(_, order)| order));
        }
        let mut open = 0;
        for made in &made {
            open += usize::from(order(&house, made).await.status == OrderStatus::Pending);
        }
        assert_eq!(open, 1, "{made:?}");
        invariants::assert_hold(&house).await;
    })
    .await;
}
