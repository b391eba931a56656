//! Subscriptions that begin free of charge.

use domain::{
    flows,
    plans::{self, PlanChanges},
    users::{self, NewUser},
};
use entity::{
    audit::{AuditOutcome, audit_entry},
    orders::OrderStatus,
    plans::plan,
    subscriptions::SubscriptionStatus,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::kit::{House, invariants, newcomer, on_each_engine};

use super::scene::{self, *};

/// A plan of [`PRICE`] a month with two weeks to try it.
async fn with_trial(house: &House) -> plan::Model {
    let plan = monthly(house).await;
    let changes = PlanChanges {
        trial_days: Some(14),
        ..PlanChanges::default()
    };
    plans::update_plan(&house.job(), plan.id, changes)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_becomes_a_subscription_when_it_is_paid() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = with_trial(&house).await;
        let (row, order) = subscribe(&mei, &plan, "s").await.unwrap();
        assert_eq!(row.status, SubscriptionStatus::Trialing);
        assert_eq!(
            (order.status, order.total()),
            (OrderStatus::Completed, twd(0))
        );
        assert_eq!(day(row.trial_end_at), "2026-12-04");
        pass(&house, 11).await; // 1 December
        let first = renewals(&house, &row).await.remove(0);
        assert_eq!(first.total(), twd(PRICE));
        pay(&house, &mei, &first).await;
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Trialing,
            "the days that were promised are given"
        );
        pass(&house, 3).await;
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Active
        );
        assert_eq!(
            present_period(&house, &row).await,
            ("2026-12-04".to_owned(), "2027-01-04".to_owned())
        );
        assert_eq!(invoices(&house).await.len(), 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_nobody_pays_for_ends_on_its_last_day() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = with_trial(&house).await;
        let (row, _) = subscribe(&mei, &plan, "s").await.unwrap();
        pass(&house, 14).await;
        let over = scene::subscription(&house, &row).await;
        assert_eq!(over.status, SubscriptionStatus::Expired);
        let order = renewals(&house, &row).await.remove(0);
        assert_eq!(order.status, OrderStatus::Expired);
        let (again, order) = subscribe(&mei, &plan, "s2").await.unwrap();
        assert_eq!(again.status, SubscriptionStatus::Pending, "one trial each");
        assert_eq!(order.total(), twd(PRICE));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_account_of_the_same_mailbox_gets_no_second_trial() {
    on_each_engine(|house| async move {
        let plan = with_trial(&house).await;
        let mei = house.customer("mei").await;
        let (first, _) = subscribe(&mei, &plan, "s").await.unwrap();
        assert_eq!(first.status, SubscriptionStatus::Trialing);
        let twin = NewUser {
            email: "mei+twin@shop.example".to_owned(),
            ..newcomer("twin")
        };
        let twin = users::register(&house.nobody(), &twin).await.unwrap();
        let op = house.op(domain::base::Actor::User {
            id: twin.user.id,
            role: twin.user.role,
            session: twin.tokens.session_id,
        });
        let new = flows::NewSubscriptionOrder {
            plan_id: plan.id,
            auto_renew: true,
            notes: String::new(),
        };
        let (second, order) = flows::create_subscription(&op, new, "s").await.unwrap();
        assert_eq!(second.status, SubscriptionStatus::Pending);
        assert_eq!(order.total(), twd(PRICE));

        // That a trial was asked for and not given is on record, of the second one alone
        let refused = audit_entry::Entity::find()
            .filter(audit_entry::Column::Action.eq("subscription.trial_refused"))
            .all(house.app.database.reader())
            .await
            .unwrap();
        let [line] = &refused[..] else {
            panic!("one line: {refused:?}")
        };
        assert_eq!(line.actor_user_id, Some(twin.user.id));
        assert_eq!(line.subject, Some(second.id.to_string()));
        assert_eq!(line.outcome, AuditOutcome::Done);
        invariants::assert_hold(&house).await;
    })
    .await;
}
