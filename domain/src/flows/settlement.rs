//! The one completion path: payment paid, order paid and completed, lines fulfilled, invoice issued, all in
//! the caller's transaction. Callback, stored notice and janitor come here, and a repeat changes nothing.

use chrono::{DateTime, Utc};
use entity::{
    id::{PaymentId, SettlementId},
    money::Money,
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment, settlement},
    users::user,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use crate::{
    base::{Error, Result, Tx, transition},
    invoices::{self, NewInvoice, tax::included_tax},
    ledger::{self, Received, journal},
    orders,
    payments::{self, contracts, decide::Decision, schedule, state::is_open},
    ports::{CardFacts, PayCode},
};

use super::{fulfil, late_money};

/// What the gateway knows of a trade, whichever way we heard it.
#[derive(Clone, Debug)]
pub struct GatewayFacts {
    /// Its number.
    pub trade_no: String,
    /// Its word for the method.
    pub method: String,
    /// How much it is about.
    pub amount: Money,
    /// What it keeps, in minor units.
    pub fee_minor: Option<i64>,
    /// When the money came, by its clock.
    pub paid_at: Option<DateTime<Utc>>,
    /// What a refund to the card will need.
    pub card: Option<CardFacts>,
}

/// Does what was decided, for an order and an attempt that the caller holds locked (in that order).
///
/// # Errors
/// A move that the tables refuse or a row that is missing: defects, all. Then nothing was done.
pub async fn carry_out(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    decision: &Decision,
    facts: &GatewayFacts,
    cause: &str,
) -> Result<()> {
    do_decided(tx, order, payment, decision, facts, cause).await?;
    contracts::begin::follow(tx, payment, decision, facts.paid_at, cause).await
}

async fn do_decided(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    decision: &Decision,
    facts: &GatewayFacts,
    cause: &str,
) -> Result<()> {
    match decision {
        Decision::Settle => Box::pin(settle(tx, order, payment, facts, cause)).await,
        Decision::Reopen => {
            let order = late_money::reopen(tx, order, cause).await?;
            Box::pin(settle(tx, &order, payment, facts, cause)).await
        }
        Decision::KeepAsLate => {
            let changes = with_facts(tx, facts, closed(tx));
            keep_as_late(tx, order, payment, as_agreed(payment, changes), cause).await
        }
        Decision::AwaitCode(code) => await_code(tx, order, payment, code, facts, cause).await,
        Decision::Fail { code, message } => {
            fail(tx, order, payment, code, message, facts, cause).await
        }
        Decision::Review(reason) => {
            if payments::state::may_move(payment.status, PaymentStatus::Review) {
                let mut changes = with_facts(tx, facts, closed(tx));
                changes.next_check_at = Set(Some(tx.now() + schedule::SECOND_OPINION));
                changes.failure_code = Set(Some((*reason).to_owned()));
                // A code for another amount brings no money.
                let came = facts.paid_at.map(|_| facts.amount.minor);
                changes.received_minor = Set(came);
                transition::advance(tx, payment, PaymentStatus::Review, cause, changes).await?;
            }
            Ok(())
        }
        Decision::Quarantine(_) | Decision::Nothing(_) => Ok(()),
    }
}

async fn settle(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    facts: &GatewayFacts,
    cause: &str,
) -> Result<()> {
    let paid_at = paid_at(tx, facts).unwrap_or(tx.now());
    let mut changes = as_agreed(payment, with_facts(tx, facts, closed(tx)));
    changes.paid_at = Set(Some(paid_at));
    let received = Received::AtGateway(payment.amount());
    settle_with(tx, order, payment, (changes, received), paid_at, cause).await
}

/// Settles an order with money that a person decided on, from now on.
///
/// # Errors
/// As [`carry_out`], or [`crate::base::Code::InsufficientCredit`].
pub async fn settle_by_hand(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    received: Received,
    cause: &str,
) -> Result<()> {
    let mut changes = closed(tx);
    changes.captured_minor = Set(payment.received().minor);
    let now = tx.now();
    settle_with(tx, order, payment, (changes, received), now, cause).await
}

async fn settle_with(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    (changes, received): (payment::ActiveModel, Received),
    paid_at: DateTime<Utc>,
    cause: &str,
) -> Result<()> {
    note_settlement(tx, order, Some(payment.id)).await?;
    let payment = transition::advance(tx, payment, PaymentStatus::Paid, cause, changes).await?;
    let (order, lines) = complete(tx, order, payment.method, paid_at, cause).await?;
    book(tx, &order, &payment, received).await?;
    let buyer = user::Entity::find_by_id(order.user_id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("user"))?;
    let new = NewInvoice {
        order: &order,
        lines: &lines,
        payment: &payment,
        buyer: &buyer,
    };
    // Last, because the series of numbers is locked from here to the commit.
    invoices::issue(tx, new).await?;
    Ok(())
}

/// Keeps money that the order does not take: it is the customer's credit, and a person looks at it.
///
/// # Errors
/// As [`carry_out`].
pub async fn keep_as_late(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    changes: payment::ActiveModel,
    cause: &str,
) -> Result<()> {
    let payment = transition::advance(tx, payment, PaymentStatus::PaidLate, cause, changes).await?;
    let late = journal::late_payment(order, &payment, payment.received())?;
    ledger::post(tx, late).await?;
    book_fee(tx, order, &payment).await?;
    tracing::warn!(payment = %payment.id, "money came that its order does not take");
    Ok(())
}

/// Books a settlement and the gateway's part of it.
async fn book(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    received: Received,
) -> Result<()> {
    let rate = tx.op().app().policy.tax_rate_basis_points;
    let tax = included_tax(order.total(), rate)
        .ok_or_else(|| Error::internal("an order's tax does not fit"))?;
    ledger::post(tx, journal::settlement(order, payment, tax, received)?).await?;
    book_fee(tx, order, payment).await
}

/// Books what the gateway keeps, once it has told.
async fn book_fee(tx: &mut Tx, order: &order::Model, payment: &payment::Model) -> Result<()> {
    if let Some(minor) = payment.fee_minor {
        let fee = Money::new(minor, payment.currency);
        ledger::post(tx, journal::fee(order, payment, fee)?).await?;
    }
    Ok(())
}

/// Settles an order that costs nothing. There is no payment, and so no invoice.
///
/// # Errors
/// The order is not pending, which is a defect.
pub async fn settle_free(tx: &mut Tx, order: &order::Model) -> Result<order::Model> {
    note_settlement(tx, order, None).await?;
    let now = tx.now();
    let (order, _) = complete(tx, order, PaymentMethod::Free, now, "free").await?;
    Ok(order)
}

/// Writes the row whose unique keys make a second settlement of the order, or with the payment, impossible.
async fn note_settlement(
    tx: &Tx,
    order: &order::Model,
    payment_id: Option<PaymentId>,
) -> Result<()> {
    settlement::ActiveModel {
        id: Set(tx.op().new_id::<SettlementId>()),
        order_id: Set(order.id),
        payment_id: Set(payment_id),
        amount_minor: Set(order.total_minor),
        currency: Set(order.currency),
        settled_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

async fn complete(
    tx: &mut Tx,
    order: &order::Model,
    method: PaymentMethod,
    paid_at: DateTime<Utc>,
    cause: &str,
) -> Result<(order::Model, Vec<entity::orders::order_line::Model>)> {
    let changes = order::ActiveModel {
        payment_method: Set(Some(method)),
        paid_at: Set(Some(paid_at)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let paid = transition::advance(tx, order, OrderStatus::Paid, cause, changes).await?;
    let lines = fulfil::fulfil(tx, order.id, paid_at).await?;
    let changes = order::ActiveModel {
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let order =
        transition::advance(tx, &paid, OrderStatus::Completed, "fulfilled", changes).await?;
    Ok((order, lines))
}

async fn await_code(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    code: &PayCode,
    facts: &GatewayFacts,
    cause: &str,
) -> Result<()> {
    let expires_at = tx.op().in_their_time(code.expires_at());
    let deadline = expires_at + schedule::grace(payment.method);
    let mut changes = with_facts(tx, facts, Default::default());
    match code {
        PayCode::Atm {
            bank_code, account, ..
        } => {
            changes.bank_code = Set(Some(bank_code.clone()));
            changes.virtual_account = Set(Some(account.clone()));
        }
        PayCode::Cvs { code, .. } => changes.payment_code = Set(Some(code.clone())),
        PayCode::Barcode { parts, .. } => {
            let [first, second, third] = parts.clone();
            changes.barcode_1 = Set(Some(first));
            changes.barcode_2 = Set(Some(second));
            changes.barcode_3 = Set(Some(third));
        }
    }
    let next = schedule::next_check(payment.method, payment.created_at, 0, tx.now(), deadline);
    changes.code_expires_at = Set(Some(expires_at));
    changes.expires_at = Set(deadline);
    changes.next_check_at = Set(Some(next));
    transition::advance(tx, payment, PaymentStatus::AwaitingPayment, cause, changes).await?;
    let changes = order::ActiveModel {
        payment_method: Set(Some(payment.method)),
        expires_at: Set(order.expires_at.max(deadline)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if order.status == OrderStatus::AwaitingPayment {
        // Another attempt's code waits too: the order does not move, but it can be paid as long as the longest.
        let changes = order::ActiveModel {
            id: Set(order.id),
            ..changes
        };
        order::Entity::update(changes).exec(tx.db()).await?;
    } else if orders::state::may_move(order.status, OrderStatus::AwaitingPayment) {
        transition::advance(tx, order, OrderStatus::AwaitingPayment, cause, changes).await?;
    }
    Ok(())
}

async fn fail(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    code: &str,
    message: &str,
    facts: &GatewayFacts,
    cause: &str,
) -> Result<()> {
    let mut changes = with_facts(tx, facts, closed(tx));
    changes.next_check_at = Set(Some(tx.now() + schedule::LAST_LOOK));
    changes.failure_code = Set(Some(code.to_owned()));
    changes.failure_message = Set(Some(message.chars().take(200).collect()));
    transition::advance(tx, payment, PaymentStatus::Failed, cause, changes).await?;
    after_attempt_ended(tx, order, payment.id, OrderStatus::Failed, cause).await
}

/// The order follows its last attempt: while another is open, it waits for that one.
///
/// # Errors
/// The database does not answer.
pub async fn after_attempt_ended(
    tx: &mut Tx,
    order: &order::Model,
    ended: PaymentId,
    otherwise: OrderStatus,
    cause: &str,
) -> Result<()> {
    if !orders::state::is_payable(order.status) {
        return Ok(());
    }
    let attempts = payments::query::of_order(tx, order.id).await?;
    let others = || attempts.iter().filter(|other| other.id != ended);
    let to = if others().any(|other| other.status == PaymentStatus::AwaitingPayment) {
        OrderStatus::AwaitingPayment
    } else if others().any(|other| is_open(other.status)) {
        OrderStatus::Processing
    } else {
        otherwise
    };
    if orders::state::may_move(order.status, to) {
        let changes = order::ActiveModel {
            updated_at: Set(tx.now()),
            ..Default::default()
        };
        transition::advance(tx, order, to, cause, changes).await?;
    }
    Ok(())
}

/// What came is the amount, whatever was said before.
fn as_agreed(payment: &payment::Model, mut changes: payment::ActiveModel) -> payment::ActiveModel {
    changes.received_minor = Set(None);
    changes.captured_minor = Set(payment.amount_minor);
    changes
}

/// The gateway is not asked about it any more.
fn closed(tx: &Tx) -> payment::ActiveModel {
    payment::ActiveModel {
        next_check_at: Set(None),
        updated_at: Set(tx.now()),
        ..Default::default()
    }
}

/// When the money came, in the customer's time.
fn paid_at(tx: &Tx, facts: &GatewayFacts) -> Option<DateTime<Utc>> {
    facts.paid_at.map(|at| tx.op().in_their_time(at))
}

fn with_facts(
    tx: &Tx,
    facts: &GatewayFacts,
    mut changes: payment::ActiveModel,
) -> payment::ActiveModel {
    changes.updated_at = Set(tx.now());
    if !facts.trade_no.is_empty() {
        changes.gateway_trade_no = Set(Some(facts.trade_no.clone()));
    }
    if !facts.method.is_empty() {
        changes.gateway_method = Set(Some(facts.method.clone()));
    }
    if let Some(fee) = facts.fee_minor {
        changes.fee_minor = Set(Some(fee));
    }
    if let Some(paid_at) = paid_at(tx, facts) {
        changes.paid_at = Set(Some(paid_at));
    }
    if let Some(card) = &facts.card {
        changes.authorization_no = Set(Some(card.authorization_no.clone()));
        changes.refund_in_full_only = Set(card.in_full_only);
    }
    changes
}
