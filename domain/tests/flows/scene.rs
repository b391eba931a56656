//! The words that the scenes share: what is sold, what shoppers do, what the gateway says, and what is there.

use chrono::{DateTime, Duration, Utc};
use domain::{
    base::{Error, Result},
    flows::{
        self, BeginPayment, HandRefund, NewPlanOrder, NewSubscriptionOrder, RefundRequest,
        receive_notice::Received,
    },
    plans::{self, Listing, NewPlan, Terms},
    ports::{CardFacts, Notice, Outcome, PayCode, TradeReport, TradeState},
};
use entity::{
    base::{event, transition},
    id::OrderId,
    invoices::invoice,
    money::{Currency, Money},
    orders::{OrderStatus, order},
    payments::{
        NoticeKind, NoticeState, PaymentMethod, PaymentStatus, notice, payment, settlement,
    },
    plans::{BillingCycle, plan},
    refunds::refund,
    subscriptions::{SubscriptionStatus, renewal, subscription},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::kit::{House, Person};

pub const PRICE: i64 = 899;

pub const fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

// What is sold.

/// A plan for [`PRICE`] a month.
pub async fn monthly(house: &House) -> plan::Model {
    plan(house, "pro", PRICE, BillingCycle::Monthly).await
}

/// A thing for [`PRICE`], paid once.
pub async fn once(house: &House) -> plan::Model {
    plan(house, "manual", PRICE, BillingCycle::OneTime).await
}

pub async fn plan(house: &House, slug: &str, price: i64, cycle: BillingCycle) -> plan::Model {
    let new = NewPlan {
        slug: slug.to_owned(),
        listing: Listing {
            name: "Pro".to_owned(),
            description: String::new(),
            is_active: true,
            is_popular: false,
            sort_order: 1,
        },
        terms: Terms {
            price: twd(price),
            billing_cycle: cycle,
            features: Vec::new(),
            max_users: None,
            trial_days: 0,
            max_storage_mb: None,
        },
    };
    plans::create_plan(&house.job(), new).await.unwrap()
}

// What shoppers do.

pub async fn subscribe(
    who: &Person,
    plan: &plan::Model,
    key: &str,
) -> Result<(subscription::Model, order::Model)> {
    let new = NewSubscriptionOrder {
        plan_id: plan.id,
        auto_renew: true,
        notes: String::new(),
    };
    Box::pin(flows::create_subscription(&who.op, new, key)).await
}

pub async fn buy(
    who: &Person,
    plan: &plan::Model,
    quantity: i32,
    key: &str,
) -> Result<order::Model> {
    let new = NewPlanOrder {
        plan_id: plan.id,
        quantity,
        notes: String::new(),
    };
    flows::create_order(&who.op, new, key).await
}

pub async fn begin(
    who: &Person,
    order_id: OrderId,
    method: PaymentMethod,
    key: &str,
) -> Result<payment::Model> {
    let begin = BeginPayment { order_id, method };
    let begun = flows::begin_payment(&who.op, begin, key).await?;
    Ok(begun.payment)
}

/// An order for one thing, and an attempt to pay it that nobody has heard of again.
pub async fn order_being_paid(
    who: &Person,
    plan: &plan::Model,
    method: PaymentMethod,
    key: &str,
) -> (order::Model, payment::Model) {
    let order = buy(who, plan, 1, key).await.unwrap();
    let payment = begin(who, order.id, method, key).await.unwrap();
    (order, payment)
}

/// A running subscription whose first period is paid, and the day it began.
pub async fn subscribed(house: &House, who: &Person, plan: &plan::Model) -> subscription::Model {
    let key = format!("subscribe {}", plan.slug);
    let (row, order) = subscribe(who, plan, &key).await.unwrap();
    Box::pin(pay(house, who, &order)).await;
    subscription(house, &row).await
}

/// Pays an order by card, as its owner.
pub async fn pay(house: &House, who: &Person, order: &order::Model) {
    let key = format!("pay {}", order.id);
    let payment = begin(who, order.id, PaymentMethod::CreditCard, &key)
        .await
        .unwrap();
    hear(house, &paid(&payment, house.now())).await.unwrap();
}

/// A part of this payment, given back by hand.
pub async fn refunded_by_hand(house: &House, payment: &payment::Model) -> refund::Model {
    let wei = house.staff("wei").await;
    let request = RefundRequest {
        payment_id: payment.id,
        amount: Some(twd(1)),
        reason: "the lid was loose".to_owned(),
        by_hand: true,
        end_subscription: false,
    };
    let open = flows::refund_payment(&wei.op, request, "refund").await;
    let hand = HandRefund {
        refund_id: open.unwrap().id,
        reference: "transfer 1".to_owned(),
        note: "to the account on file".to_owned(),
    };
    let done = flows::complete_manual_refund(&wei.op, hand, "by hand").await;
    done.unwrap()
}

// What time does.

/// The clockwork of subscriptions ticks.
pub async fn tick(house: &House) {
    flows::renew_subscriptions(&house.job(), 100).await.unwrap();
}

/// Days pass; the clockwork ticks on each.
pub async fn pass(house: &House, days: i64) {
    for _ in 0..days {
        house.wait(Duration::days(1));
        tick(house).await;
    }
}

/// The orders of further periods, oldest first.
pub async fn renewals(house: &House, of: &subscription::Model) -> Vec<order::Model> {
    let rows = renewal::Entity::find()
        .filter(renewal::Column::SubscriptionId.eq(of.id))
        .order_by_asc(renewal::Column::PeriodStart);
    let mut orders = Vec::new();
    for row in rows.all(house.app.database.reader()).await.unwrap() {
        let found = order::Entity::find_by_id(row.order_id);
        orders.extend(found.one(house.app.database.reader()).await.unwrap());
    }
    orders
}

/// A day in Taipei, such as `2027-01-31`.
pub fn day(at: Option<DateTime<Utc>>) -> String {
    let taipei = domain::base::clock::taipei();
    at.map_or_else(String::new, |at| {
        at.with_timezone(&taipei).format("%Y-%m-%d").to_string()
    })
}

/// The period that a subscription is in, first day to last (exclusive).
pub async fn present_period(house: &House, of: &subscription::Model) -> (String, String) {
    let row = subscription(house, of).await;
    (day(row.current_period_start), day(row.current_period_end))
}

// What the gateway says.

/// A notice about this attempt, for the right amount. What tells one notice from another is what the gateway's
/// own numbers and codes tell.
fn about(payment: &payment::Model, kind: NoticeKind, outcome: Outcome, code: &str) -> Notice {
    let what = match kind {
        NoticeKind::Payment => "pay",
        NoticeKind::PaymentInfo => "info",
        NoticeKind::Period => "period",
    };
    let trade_no = format!("G{}", payment.merchant_trade_no);
    Notice {
        gateway: "recorded",
        kind,
        dedupe_key: format!("{what}:{}:{trade_no}:{code}", payment.merchant_trade_no),
        merchant_trade_no: payment.merchant_trade_no.clone(),
        gateway_trade_no: trade_no,
        gateway_method: "Credit_CreditCard".to_owned(),
        amount: payment.amount(),
        outcome,
        charge: None,
        is_simulated: false,
        fee: None,
        card: None,
        fields: vec![("RtnMsg".to_owned(), "Succeeded".to_owned())],
    }
}

/// What the gateway tells of a card besides; the authorisation's number is made of ours.
pub fn card_of(payment: &payment::Model) -> Option<CardFacts> {
    (payment.method == PaymentMethod::CreditCard).then(|| CardFacts {
        authorization_no: format!("A{}", payment.merchant_trade_no),
        in_full_only: false,
    })
}

/// The money of this attempt is there.
pub fn paid(payment: &payment::Model, at: DateTime<Utc>) -> Notice {
    let notice = about(payment, NoticeKind::Payment, Outcome::Paid { at }, "1");
    Notice {
        fee: Some(twd(18)),
        card: card_of(payment),
        ..notice
    }
}

/// Money of this attempt is there, but not as much as was agreed; under a trade of its own.
pub fn paid_too_little(payment: &payment::Model, at: DateTime<Utc>) -> Notice {
    let right = paid(payment, at);
    Notice {
        dedupe_key: format!("{}:short", right.dedupe_key),
        amount: twd(payment.amount_minor - 1),
        ..right
    }
}

/// The gateway's console plays that the money is there.
pub fn rehearsed(payment: &payment::Model, at: DateTime<Utc>) -> Notice {
    let real = paid(payment, at);
    Notice {
        dedupe_key: format!("sim:{}", real.dedupe_key),
        is_simulated: true,
        ..real
    }
}

/// The gateway said no to this attempt.
pub fn declined(payment: &payment::Model) -> Notice {
    let outcome = Outcome::Failed {
        code: "10100058".to_owned(),
        message: "card declined".to_owned(),
    };
    about(payment, NoticeKind::Payment, outcome, "10100058")
}

/// A code to pay this attempt with was issued, good until then.
pub fn code_issued(payment: &payment::Model, until: DateTime<Utc>) -> Notice {
    let outcome = Outcome::CodeIssued(pay_code(payment.method, until));
    about(payment, NoticeKind::PaymentInfo, outcome, "2")
}

fn pay_code(method: PaymentMethod, expires_at: DateTime<Utc>) -> PayCode {
    match method {
        PaymentMethod::Atm => PayCode::Atm {
            bank_code: "812".to_owned(),
            account: "9103522175887271".to_owned(),
            expires_at,
        },
        PaymentMethod::Barcode => PayCode::Barcode {
            parts: ["150731C01", "FB00000000000001", "0731000000000899"].map(str::to_owned),
            expires_at,
        },
        PaymentMethod::Cvs
        | PaymentMethod::CreditCard
        | PaymentMethod::CreditCardPeriodic
        | PaymentMethod::Free => PayCode::Cvs {
            code: "LLL22251222013".to_owned(),
            expires_at,
        },
    }
}

/// The notice comes in at the gateway's door.
pub async fn hear(house: &House, notice: &Notice) -> Result<Received> {
    flows::receive_notice(&house.callback(), notice).await
}

/// What the gateway answers when it is asked about this attempt.
pub fn answer(payment: &payment::Model, state: TradeState) -> TradeReport {
    let (gateway_trade_no, amount) = match state {
        TradeState::NotFound => (String::new(), twd(0)),
        _ => (format!("G{}", payment.merchant_trade_no), payment.amount()),
    };
    TradeReport {
        state,
        gateway_trade_no,
        gateway_method: "Credit_CreditCard".to_owned(),
        amount,
        fee: None,
        card: card_of(payment),
    }
}

/// The gateway will answer so when it is asked about this attempt.
pub fn gateway_knows(house: &House, payment: &payment::Model, state: TradeState) {
    let report = answer(payment, state);
    house.gateway.answers(&payment.merchant_trade_no, report);
}

/// The janitor's round: how many attempts it asked about.
pub async fn janitor(house: &House) -> u64 {
    flows::ask_about_due_payments(&house.job(), 100)
        .await
        .unwrap()
}

/// Lets time pass until the gateway is to be asked about this attempt.
pub async fn wait_until_asked(house: &House, payment: &payment::Model) {
    let next = attempt(house, payment).await.next_check_at.unwrap();
    house.wait(next - house.now());
}

// What is there.

pub async fn order(house: &House, order: &order::Model) -> order::Model {
    let found = order::Entity::find_by_id(order.id);
    found
        .one(house.app.database.reader())
        .await
        .unwrap()
        .unwrap()
}

pub async fn attempt(house: &House, payment: &payment::Model) -> payment::Model {
    let found = payment::Entity::find_by_id(payment.id);
    found
        .one(house.app.database.reader())
        .await
        .unwrap()
        .unwrap()
}

pub async fn subscription(house: &House, row: &subscription::Model) -> subscription::Model {
    let found = subscription::Entity::find_by_id(row.id);
    found
        .one(house.app.database.reader())
        .await
        .unwrap()
        .unwrap()
}

/// How an order and an attempt to pay it stand.
pub async fn standing(
    house: &House,
    of: &order::Model,
    payment: &payment::Model,
) -> (OrderStatus, PaymentStatus) {
    (
        order(house, of).await.status,
        attempt(house, payment).await.status,
    )
}

pub async fn subscription_status(house: &House, row: &subscription::Model) -> SubscriptionStatus {
    subscription(house, row).await.status
}

/// The moves of a thing, such as `2 PROCESSING begin_payment`.
pub async fn moves(house: &House, subject: impl ToString) -> Vec<String> {
    let rows = transition::Entity::find()
        .filter(transition::Column::Subject.eq(subject.to_string()))
        .order_by_asc(transition::Column::Version);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    rows.into_iter()
        .map(|row| format!("{} {} {}", row.version, row.to_status, row.cause))
        .collect()
}

/// The kinds of the events of one request, sorted.
pub async fn kinds_of(house: &House, request_id: &str) -> Vec<String> {
    let rows = event::Entity::find().filter(event::Column::RequestId.eq(request_id));
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    let mut kinds: Vec<String> = rows.into_iter().map(|row| row.kind).collect();
    kinds.sort();
    kinds
}

pub async fn settlements(house: &House) -> Vec<settlement::Model> {
    let rows = settlement::Entity::find();
    rows.all(house.app.database.reader()).await.unwrap()
}

pub async fn invoices(house: &House) -> Vec<invoice::Model> {
    let rows = invoice::Entity::find().order_by_asc(invoice::Column::Sequence);
    rows.all(house.app.database.reader()).await.unwrap()
}

/// The inbox: how each notice ended and why, in the order of their keys.
pub async fn inbox(house: &House) -> Vec<(NoticeState, Option<String>)> {
    let rows = notice::Entity::find().order_by_asc(notice::Column::DedupeKey);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    rows.into_iter()
        .map(|row| (row.state, row.reason))
        .collect()
}

/// How many rows the tables of the business have: orders, attempts, subscriptions, notices, settlements,
/// invoices, moves, events.
pub async fn sizes(house: &House) -> [u64; 8] {
    let database = house.app.database.reader();
    [
        order::Entity::find().count(database).await.unwrap(),
        payment::Entity::find().count(database).await.unwrap(),
        subscription::Entity::find().count(database).await.unwrap(),
        notice::Entity::find().count(database).await.unwrap(),
        settlement::Entity::find().count(database).await.unwrap(),
        invoice::Entity::find().count(database).await.unwrap(),
        transition::Entity::find().count(database).await.unwrap(),
        event::Entity::find().count(database).await.unwrap(),
    ]
}

/// The code that a refusal leaves the house with.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    answer.unwrap_err().code()
}

pub const fn days(number: i64) -> Duration {
    Duration::days(number)
}
