//! The one completion path: payment paid, order paid and completed, lines fulfilled, invoice issued, all in
//! the caller's transaction. Callback, stored notice and janitor come here, and a repeat changes nothing.

use chrono::{DateTime, Utc};
use entity::{
    id::{PaymentId, SettlementId},
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment, settlement},
    users::user,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use crate::{
    base::{Error, Result, Tx, transition},
    invoices::{self, NewInvoice},
    orders,
    payments::{self, contracts, decide::Decision, schedule, state::is_open},
    ports::PayCode,
};

use super::fulfil;

/// What the gateway knows of a trade, whichever way we heard it.
#[derive(Clone, Debug)]
pub struct GatewayFacts {
    /// Its number.
    pub trade_no: String,
    /// Its word for the method.
    pub method: String,
    /// What it keeps, in minor units.
    pub fee_minor: Option<i64>,
    /// When the money came, by its clock.
    pub paid_at: Option<DateTime<Utc>>,
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
        Decision::Settle => settle(tx, order, payment, facts, cause).await,
        Decision::KeepAsLate => {
            let changes = with_facts(tx, facts, closed(tx));
            transition::advance(tx, payment, PaymentStatus::PaidLate, cause, changes).await?;
            tracing::warn!(payment = %payment.id, "money came for an order that cannot take it any more");
            Ok(())
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
    note_settlement(tx, order, Some(payment.id)).await?;
    let mut changes = with_facts(tx, facts, closed(tx));
    changes.paid_at = Set(Some(paid_at));
    let payment = transition::advance(tx, payment, PaymentStatus::Paid, cause, changes).await?;
    let (order, lines) = complete(tx, order, payment.method, paid_at, cause).await?;
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
    changes
}
