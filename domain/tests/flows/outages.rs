//! Notices that come while the database is down are not acknowledged.

use domain::flows::receive_notice::Received;
use entity::{
    orders::OrderStatus::{Completed, Processing},
    payments::{PaymentMethod, PaymentStatus},
};
use sea_orm::{ConnectionTrait, DatabaseBackend};

use crate::kit::{House, invariants, on_each_engine};

use super::scene::*;

async fn rename(house: &House, from: &str, to: &str) {
    let statement = format!("ALTER TABLE {from} RENAME TO {to}");
    house
        .app
        .database
        .writer()
        .execute_unprepared(&statement)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_cannot_even_be_stored_is_not_acknowledged_and_comes_again() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let before = sizes(&house).await;
        rename(&house, "notices", "mislaid").await;
        assert!(hear(&house, &paid(&payment, house.now())).await.is_err());
        rename(&house, "mislaid", "notices").await;
        assert_eq!(sizes(&house).await, before);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Pending)
        );
        assert_eq!(
            hear(&house, &paid(&payment, house.now())).await.unwrap(),
            Received::Done
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_no_notice_is_acknowledged() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let before = sizes(&house).await;
        house.app.database.writer().clone().close().await.unwrap();
        let answer = hear(&house, &paid(&payment, house.now())).await;
        assert_eq!(refusal(answer), "UNAVAILABLE");
        // PostgreSQL reads through the pool that was just closed; `SQLite` has another one to read through.
        if house.app.database.engine() == DatabaseBackend::Sqlite {
            assert_eq!(sizes(&house).await, before);
            assert_eq!(
                standing(&house, &order, &payment).await,
                (Processing, PaymentStatus::Pending)
            );
        }
    })
    .await;
}
