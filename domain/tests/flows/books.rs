//! The books: what is booked when money comes, and what the database refuses to have in them.

use chrono::{Duration, NaiveDate};
use domain::{
    base::{Error, Op, clock::taipei},
    flows,
    ledger::{self, Journal, RefundTo, journal},
};
use entity::{
    ledger::{JournalKind, LedgerAccount, ledger_transfer},
    money::Currency,
    orders::order,
    payments::{PaymentMethod, payment},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use crate::kit::{House, invariants, on_each_engine};

use super::scene::{self, *};

/// Every transfer, such as `settle:… 1 GATEWAY_CLEARING>REVENUE 856`, without the id in the key.
async fn transfers(house: &House) -> Vec<String> {
    let rows = ledger_transfer::Entity::find()
        .order_by_asc(ledger_transfer::Column::JournalKey)
        .order_by_asc(ledger_transfer::Column::Position);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    let line = |row: ledger_transfer::Model| {
        let tag = row.journal_key.split(':').next().unwrap().to_owned();
        format!(
            "{tag} {} {:?}>{:?} {}",
            row.position, row.debit_account, row.credit_account, row.amount_minor
        )
    };
    rows.into_iter().map(line).collect()
}

/// The accounts that were used, with debits less credits.
async fn balances(op: &Op, as_of: Option<NaiveDate>) -> Vec<(LedgerAccount, i64)> {
    let books = ledger::query::trial_balance(op, as_of).await.unwrap();
    for (debits, credits) in &books.totals {
        assert_eq!(debits, credits);
    }
    let balance = |row: &ledger::query::Balance| (row.account, row.balance().unwrap().minor);
    books.rows.iter().map(balance).collect()
}

/// Books a journal about an order and its payment in a transaction of its own.
async fn book(
    house: &House,
    make: impl Fn(&order::Model, &payment::Model) -> Journal,
    of: (&order::Model, &payment::Model),
) -> Result<bool, Error> {
    let mut tx = house.job().begin().await.unwrap();
    let booked = ledger::post(&mut tx, make(of.0, of.1)).await?;
    tx.commit().await.unwrap();
    Ok(booked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_books_revenue_tax_and_the_gateways_part_once() {
    use LedgerAccount::{GatewayClearing, GatewayFees, Revenue, TaxPayable};
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        assert!(transfers(&house).await.is_empty(), "nothing came yet");
        for _ in 0..3 {
            hear(&house, &paid(&payment, house.now())).await.unwrap();
        }
        assert_eq!(
            transfers(&house).await,
            [
                "fee 1 GatewayFees>GatewayClearing 18",
                "settle 1 GatewayClearing>Revenue 856",
                "settle 2 GatewayClearing>TaxPayable 43",
            ]
        );
        let staff = house.staff("wang").await;
        assert_eq!(
            balances(&staff.op, None).await,
            [
                (GatewayClearing, 881),
                (Revenue, -856),
                (TaxPayable, -43),
                (GatewayFees, 18),
            ]
        );
        let refused = ledger::query::trial_balance(&mei.op, None).await;
        assert_eq!(refused.unwrap_err().code(), "FORBIDDEN");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_of_a_day_that_is_over_do_not_change() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        let (_, first) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k1").await;
        hear(&house, &paid(&first, house.now())).await.unwrap();
        let staff = house.staff("wang").await;
        let today = house.now().with_timezone(&taipei()).date_naive();
        let then = balances(&staff.op, Some(today)).await;
        assert_eq!(then.len(), 4);
        // Given a sale in the first hour of the next day, which in UTC is still the same one
        house.wait(Duration::hours(12) + Duration::minutes(30));
        let (_, second) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k2").await;
        hear(&house, &paid(&second, first.created_at))
            .await
            .unwrap();

        assert_eq!(balances(&staff.op, Some(today)).await, then);
        let doubled: Vec<_> = then
            .iter()
            .map(|(account, sum)| (*account, sum * 2))
            .collect();
        assert_eq!(balances(&staff.op, None).await, doubled);
        let yesterday = today.pred_opt();
        assert!(balances(&staff.op, yesterday).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_is_the_customers_and_can_go_back_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        flows::cancel_order(&mei.op, order.id, "c").await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let credit = async || {
            let tx = house.job().begin().await.unwrap();
            let credit = ledger::query::credit_of(&tx, mei.user.id, Currency::Twd).await;
            tx.commit().await.unwrap();
            credit.unwrap().minor
        };
        assert_eq!(credit().await, PRICE);
        let of = (&order, &payment);
        let back = |minor| {
            move |order: &order::Model, payment: &payment::Model| {
                journal::credit_refund(&format!("ref_{minor}"), order, payment, twd(minor)).unwrap()
            }
        };
        assert_eq!(
            refusal(book(&house, back(PRICE + 1), of).await),
            "INSUFFICIENT_CREDIT"
        );
        assert!(book(&house, back(PRICE), of).await.unwrap());
        assert!(
            !book(&house, back(PRICE), of).await.unwrap(),
            "booked already"
        );
        assert_eq!(
            refusal(book(&house, back(1), of).await),
            "INSUFFICIENT_CREDIT"
        );
        assert_eq!(credit().await, 0);
        // Only the books were written here, and no payment knows of it: that is what the invariants see.
        assert_eq!(
            invariants::violations(&house).await,
            ["I3: what went back is in the books: 1 rows"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_spend_the_same_credit_at_once_do_not_both_get_it() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        flows::cancel_order(&mei.op, order.id, "c").await.unwrap();
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let spend = |name: &'static str| {
            let (house, order) = (house.job(), order.clone());
            tokio::spawn(async move {
                let mut tx = house.begin().await?;
                let parts = (twd(500), twd(0));
                let spent =
                    ledger::post(&mut tx, journal::credit_spent(name, &order, parts)?).await?;
                tx.commit().await?;
                Ok::<bool, Error>(spent)
            })
        };
        let (one, other) = (spend("one"), spend("other"));
        let outcomes = [one.await.unwrap(), other.await.unwrap()];
        let spent = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(spent, 1, "{outcomes:?}");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_takes_back_revenue_and_tax_and_another_journal_under_its_key_is_a_defect() {
    use LedgerAccount::{GatewayClearing, GatewayFees, Refunds, Revenue, TaxPayable};
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let refund = |net: i64| {
            move |order: &order::Model, payment: &payment::Model| {
                let parts = (twd(net), twd(5));
                journal::refund("ref_1", order, payment, parts, RefundTo::Gateway).unwrap()
            }
        };
        assert!(book(&house, refund(95), (&order, &payment)).await.unwrap());
        assert!(!book(&house, refund(95), (&order, &payment)).await.unwrap());
        let other = book(&house, refund(94), (&order, &payment)).await;
        assert_eq!(refusal(other), "INTERNAL_SERVER_ERROR");
        let balances = balances(&house.job(), None).await;
        assert_eq!(
            balances,
            [
                (GatewayClearing, 781),
                (Revenue, -856),
                (Refunds, 95),
                (TaxPayable, -38),
                (GatewayFees, 18),
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_books_not_even_by_hand() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let before = transfers(&house).await;
        for statement in [
            "UPDATE ledger_transfers SET amount_minor = 1",
            "DELETE FROM ledger_transfers",
        ] {
            let refused = house
                .app
                .database
                .writer()
                .execute_unprepared(statement)
                .await;
            let words = refused.unwrap_err().to_string();
            assert!(words.contains("ledger_transfers is append-only"), "{words}");
        }
        assert_eq!(transfers(&house).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_narrows_the_entries_and_customers_see_none() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        let staff = house.staff("wang").await;
        let count = async |op: &Op, filter: ledger::query::LedgerFilter| {
            let select = filter.apply(ledger::query::visible_to(op.actor()));
            select.all(op.reader()).await.unwrap().len()
        };
        let all = ledger::query::LedgerFilter::default;
        assert_eq!(count(&staff.op, all()).await, 3);
        assert_eq!(count(&mei.op, all()).await, 0);
        let fees = ledger::query::LedgerFilter {
            account: Some(LedgerAccount::GatewayFees),
            ..all()
        };
        assert_eq!(count(&staff.op, fees).await, 1);
        let sale = ledger::query::LedgerFilter {
            kind: Some(JournalKind::Settlement),
            order_id: Some(order.id),
            payment_id: Some(payment.id),
            journal_key: Some(format!("settle:{}", payment.id)),
            from: Some(house.now()),
            ..all()
        };
        assert_eq!(count(&staff.op, sale).await, 2);
        let earlier = ledger::query::LedgerFilter {
            before: Some(scene::order(&house, &order).await.paid_at.unwrap()),
            ..all()
        };
        assert_eq!(count(&staff.op, earlier).await, 0);
    })
    .await;
}
