//! The gateway's statement beside our books: what both know, and every way in which they can differ.

use chrono::{Duration, NaiveDate};
use domain::{
    base::{Op, clock::taipei},
    flows::{self, Finding, Imported, NewStatement},
    ledger::{self, RefundTo, journal},
    ports::{Statement, StatementLine, TradeState},
};
use entity::{
    ledger::{LedgerAccount, ledger_transfer},
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment},
    reconciliation::{StatementLineKind, statement_line},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// What the gateway's statement says of this payment when all is well.
fn line(house: &House, payment: &payment::Model) -> StatementLine {
    StatementLine {
        number: 2,
        kind: StatementLineKind::Payment,
        merchant_trade_no: payment.merchant_trade_no.clone(),
        gateway_trade_no: format!("G{}", payment.merchant_trade_no),
        amount: payment.amount(),
        fee: Some(twd(18)),
        happened_at: house.now(),
        paid_out_at: None,
    }
}

fn refund_line(house: &House, payment: &payment::Model, minor: i64) -> StatementLine {
    StatementLine {
        kind: StatementLineKind::Refund,
        amount: twd(minor),
        fee: None,
        ..line(house, payment)
    }
}

async fn import(op: &Op, file: &str, lines: Vec<StatementLine>) -> Imported {
    let new = NewStatement {
        file_name: file.to_owned(),
        file_hash: file.to_owned(),
        statement: Statement {
            gateway: "recorded",
            lines,
        },
    };
    flows::import_statement(op, new).await.unwrap()
}

/// Lines that were new, changed and known, and journals that were booked.
fn counted(imported: &Imported) -> [usize; 4] {
    [
        imported.new,
        imported.changed,
        imported.known,
        imported.booked,
    ]
}

fn today(house: &House) -> NaiveDate {
    house.now().with_timezone(&taipei()).date_naive()
}

/// What there is today besides what both know, by our number or the gateway's.
async fn differences(house: &House, who: &Person) -> Vec<(Finding, String)> {
    let day = today(house);
    let found = flows::reconcile(&who.op, day, day).await.unwrap();
    let named = |pair: &domain::flows::reconcile::Pair| {
        let of_line = pair
            .line
            .as_ref()
            .map(|line| line.merchant_trade_no.clone());
        let ours = pair
            .payment
            .as_ref()
            .map(|row| row.merchant_trade_no.clone());
        (pair.finding, of_line.or(ours).unwrap())
    };
    let differ = found
        .pairs
        .iter()
        .filter(|pair| pair.finding != Finding::Matched);
    differ.map(named).collect()
}

async fn a_sale(house: &House, who: &Person, slug: &str) -> (order::Model, payment::Model) {
    let cycle = entity::plans::BillingCycle::OneTime;
    let plan = scene::plan(house, slug, PRICE, cycle).await;
    let (order, payment) = order_being_paid(who, &plan, PaymentMethod::CreditCard, slug).await;
    hear(house, &paid(&payment, house.now())).await.unwrap();
    (order, payment)
}

async fn entries(house: &House) -> u64 {
    let rows = ledger_transfer::Entity::find();
    rows.count(house.app.database.reader()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_differ_is_found_and_a_second_import_changes_nothing() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (_, matched) = a_sale(&house, &mei, "matched").await;
        let (_, dearer) = a_sale(&house, &mei, "dearer").await;
        let (_, fee) = a_sale(&house, &mei, "fee").await;
        let (_, silent) = a_sale(&house, &mei, "silent").await;
        let lines = || {
            let more = StatementLine {
                number: 3,
                amount: twd(PRICE + 1),
                ..line(&house, &dearer)
            };
            let other_fee = StatementLine {
                number: 4,
                fee: Some(twd(19)),
                ..line(&house, &fee)
            };
            let unknown = StatementLine {
                number: 5,
                merchant_trade_no: "STRANGER".to_owned(),
                gateway_trade_no: "G1".to_owned(),
                ..line(&house, &matched)
            };
            vec![line(&house, &matched), more, other_fee, unknown]
        };
        let before = entries(&house).await;

        let first = import(&wang.op, "august.csv", lines()).await;

        assert_eq!(counted(&first), [4, 0, 0, 0]);
        let expected = [
            (Finding::AmountDiffers, dearer.merchant_trade_no.clone()),
            (Finding::FeeDiffers, fee.merchant_trade_no.clone()),
            (Finding::MissingHere, "STRANGER".to_owned()),
            (Finding::MissingThere, silent.merchant_trade_no.clone()),
        ];
        assert_eq!(differences(&house, &wang).await, expected);
        let day = today(&house);
        let found = flows::reconcile(&wang.op, day, day).await.unwrap();
        assert_eq!(
            found.counts(),
            [
                (Finding::Matched, 1),
                (Finding::MissingHere, 1),
                (Finding::NotPaidHere, 0),
                (Finding::MissingThere, 1),
                (Finding::AmountDiffers, 1),
                (Finding::FeeDiffers, 1),
            ]
        );

        // The same file, and the same lines in another file
        let again = import(&wang.op, "august.csv", lines()).await;
        assert_eq!(
            (again.is_repeat, again.id, counted(&again)),
            (true, first.id, [0; 4])
        );
        let longer = import(&wang.op, "autumn.csv", lines()).await;
        assert_eq!(counted(&longer), [0, 0, 4, 0]);
        assert_eq!(differences(&house, &wang).await, expected);
        assert_eq!(entries(&house).await, before, "a difference books nothing");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_statement_tells_is_booked_once() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let mut notice = paid(&payment, house.now());
        notice.fee = None;
        hear(&house, &notice).await.unwrap();
        let told = |paid_out| StatementLine {
            fee: Some(twd(25)),
            paid_out_at: paid_out,
            ..line(&house, &payment)
        };
        let first = import(&wang.op, "1", vec![told(None)]).await;
        assert_eq!(counted(&first), [1, 0, 0, 1]);
        assert_eq!(attempt(&house, &payment).await.fee_minor, Some(25));
        // When the money is paid out, the same line says more than before
        let later = || vec![told(Some(house.now() + days(5)))];
        assert_eq!(counted(&import(&wang.op, "2", later()).await), [0, 1, 0, 1]);
        assert_eq!(counted(&import(&wang.op, "3", later()).await), [0, 0, 1, 0]);
        let books = ledger::query::trial_balance(&wang.op, None).await.unwrap();
        let balance = |account| {
            let row = books
                .rows
                .iter()
                .find(|row| row.account == account)
                .unwrap();
            row.balance().unwrap().minor
        };
        assert_eq!(
            balance(LedgerAccount::GatewayClearing),
            0,
            "nothing is left there"
        );
        assert_eq!(balance(LedgerAccount::Bank), PRICE - 25);
        assert_eq!(balance(LedgerAccount::GatewayFees), 25);
        assert!(differences(&house, &wang).await.is_empty());
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trade_that_is_paid_there_and_not_here_is_asked_about_and_settled() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        // Given a decline, after which nobody asks for a day
        hear(&house, &declined(&payment)).await.unwrap();
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        assert_eq!(janitor(&house).await, 0);

        let imported = import(&wang.op, "1", vec![line(&house, &payment)]).await;

        assert_eq!(
            counted(&imported),
            [1, 0, 0, 0],
            "a statement settles nothing by itself"
        );
        assert_eq!(
            differences(&house, &wang).await,
            [(Finding::NotPaidHere, payment.merchant_trade_no.clone())]
        );
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::Completed, PaymentStatus::Paid)
        );
        assert!(
            differences(&house, &wang).await.is_empty(),
            "it heals by itself"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_held_against_the_books() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let (order, payment) = a_sale(&house, &mei, "thing").await;
        let lines = vec![line(&house, &payment), refund_line(&house, &payment, 105)];
        assert_eq!(counted(&import(&wang.op, "1", lines).await), [2, 0, 0, 0]);
        let number = payment.merchant_trade_no.clone();
        assert_eq!(
            differences(&house, &wang).await,
            [(Finding::AmountDiffers, number)],
            "it went back there, and we know nothing of it"
        );
        let mut tx = house.job().begin().await.unwrap();
        let parts = (twd(100), twd(5));
        let journal = journal::refund("ref_1", &order, &payment, parts, RefundTo::Gateway).unwrap();
        ledger::post(&mut tx, journal).await.unwrap();
        tx.commit().await.unwrap();
        assert!(differences(&house, &wang).await.is_empty());
        // A second part of it went back later: the statement tells the sum
        let more = vec![refund_line(&house, &payment, 205)];
        assert_eq!(counted(&import(&wang.op, "2", more).await), [0, 1, 0, 0]);
        assert_eq!(differences(&house, &wang).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_read_statements_and_days_are_a_span() {
    on_each_engine(|house| async move {
        let (mei, wang) = (house.customer("mei").await, house.staff("wang").await);
        let day = today(&house);
        let refused = flows::reconcile(&mei.op, day, day).await;
        assert_eq!(refusal(refused), "FORBIDDEN");
        let new = NewStatement {
            file_name: "mine.csv".to_owned(),
            file_hash: "00".to_owned(),
            statement: Statement {
                gateway: "recorded",
                lines: Vec::new(),
            },
        };
        assert_eq!(
            refusal(flows::import_statement(&mei.op, new).await),
            "FORBIDDEN"
        );
        let span = async |days| flows::reconcile(&wang.op, day, day + Duration::days(days)).await;
        assert!(span(91).await.is_ok());
        assert_eq!(refusal(span(92).await), "OUT_OF_RANGE");
        assert_eq!(refusal(span(-1).await), "OUT_OF_RANGE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_are_taken_in_also_after_a_break() {
    on_each_engine(|house| async move {
        let wang = house.staff("wang").await;
        let (mei, day) = (house.customer("mei").await, today(&house));
        let (_, payment) = a_sale(&house, &mei, "thing").await;
        let strangers = |number: i32| StatementLine {
            number,
            merchant_trade_no: format!("S{number}"),
            gateway_trade_no: format!("G{number}"),
            ..line(&house, &payment)
        };
        let mut lines: Vec<StatementLine> = (2..10_001).map(strangers).collect();
        lines.insert(5_000, line(&house, &payment));
        // Given an import that was broken off after the first lines
        import(&wang.op, "broken off", lines[..250].to_vec()).await;

        let imported = import(&wang.op, "whole", lines).await;

        assert_eq!(counted(&imported), [9_750, 0, 250, 0]);
        let found = flows::reconcile(&wang.op, day, day).await.unwrap();
        let counts = found.counts();
        assert_eq!(counts[0], (Finding::Matched, 1));
        assert_eq!(counts[1], (Finding::MissingHere, 9_999));
        let stored = statement_line::Entity::find();
        let stored = stored.count(house.app.database.reader()).await.unwrap();
        assert_eq!(stored, 10_000);
    })
    .await;
}
