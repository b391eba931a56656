//! A card was charged again by its contract, or could not be: what the gateway says of it, in a notice or when it
//! is asked, becomes an attempt to pay the period that the charge falls next to, and goes the way of all money.

use entity::{
    id::PaymentId,
    money::Money,
    orders::order,
    payments::{CardContractStatus, card_charge, card_contract, payment},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    base::{Result, Tx},
    orders,
    payments::{
        Decision,
        contracts::{self, schedule::pays_next_period},
        decide,
        decide::Standing,
    },
    ports::{Charge, Outcome},
    subscriptions,
};

use super::{
    order_renewal,
    renew_subscriptions::lock,
    settlement::{self, GatewayFacts},
};

/// What the gateway says of one charge.
#[derive(Clone, Debug)]
pub struct HeardCharge<'h> {
    /// Which.
    pub charge: &'h Charge,
    /// How much.
    pub amount: Money,
    /// Whether the money came.
    pub outcome: &'h Outcome,
    /// The gateway's number for it as a trade; may be empty.
    pub gateway_trade_no: &'h str,
    /// A rehearsal from the gateway's console.
    pub is_simulated: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was decided on, with the attempt that was made of it.
    Decided(Decision, Option<PaymentId>),
    /// Something else must come first; it is to be heard again.
    Waits(&'static str),
}

/// Does what follows from one charge of the contract with this number, in the caller's transaction. Hearing it
/// twice changes nothing.
///
/// # Errors
/// A defect or an outage; then nothing was done.
pub async fn hear(
    tx: &mut Tx,
    merchant_trade_no: &str,
    heard: &HeardCharge<'_>,
    cause: &str,
) -> Result<Heard> {
    let quarantine = |why| Ok(Heard::Decided(Decision::Quarantine(why), None));
    let Some(contract) = contracts::query::find_by_trade_no(tx, merchant_trade_no).await? else {
        return quarantine("unknown_trade");
    };
    if heard.is_simulated {
        return quarantine("simulated");
    }
    let (row, renewal) = lock(tx, contract.subscription_id).await?;
    let contract = contracts::query::lock(tx, contract.id).await?;
    if contract.started_at.is_none() {
        return quarantine("contract_not_started");
    }
    if heard.amount != contract.amount() {
        return quarantine("amount_mismatch");
    }
    if let Some(known) = known_already(tx, &contract, heard).await? {
        return Ok(Heard::Decided(known, None));
    }
    // Money that comes too late anyway needs no order.
    let is_active = contract.status == CardContractStatus::Active;
    if is_active && i64::from(heard.charge.number) > i64::from(contract.charges) + 1 {
        ask_now(tx, &contract).await?;
        return Ok(Heard::Waits("waits_for_an_earlier_charge"));
    }
    let order = if takes_charge(&row, &contract, heard.charge) {
        if row.paid_until_at > row.current_period_end {
            return Ok(Heard::Waits("waits_for_its_period"));
        }
        let open = renewal.filter(|renewal| renewal.closed_at.is_none());
        match open {
            Some(renewal) => Some(orders::query::lock(tx, renewal.order_id).await?),
            None => place_renewal(tx, row).await?,
        }
    } else {
        None
    };
    let order = match order {
        Some(order) => order,
        // Nothing is left to be paid: the money is kept with the order that the contract began with.
        None => first_order(tx, &contract).await?,
    };
    let (decision, payment_id) = settle(tx, &contract, &order, heard, cause).await?;
    Ok(Heard::Decided(decision, Some(payment_id)))
}

/// Whether this charge was heard of before, and what that means.
async fn known_already(
    tx: &Tx,
    contract: &card_contract::Model,
    heard: &HeardCharge<'_>,
) -> Result<Option<Decision>> {
    // The first charge is the checkout's own: its notice comes to the address of payments.
    if heard.charge.number <= 1 {
        return Ok(Some(Decision::Nothing("first_charge")));
    }
    let Ok(number) = i32::try_from(heard.charge.number) else {
        return Ok(Some(Decision::Quarantine("charge_mismatch")));
    };
    let known = contracts::query::charges_numbered(tx, contract.id, number).await?;
    let success = known.iter().find(|known| known.succeeded);
    let is_same =
        |known: &card_charge::Model| known.gateway_charge_no == heard.charge.gateway_charge_no;
    Ok(match (heard.outcome, success) {
        (Outcome::Paid { .. }, Some(success)) if is_same(success) => {
            Some(Decision::Nothing("paid_already"))
        }
        (Outcome::Paid { .. }, Some(_)) => Some(Decision::Quarantine("charge_mismatch")),
        (Outcome::Paid { .. }, None) => None,
        (_, Some(_)) => Some(Decision::Nothing("overtaken_by_payment")),
        (_, None) => known
            .iter()
            .any(|known| known.charged_at == heard.charge.at)
            .then_some(Decision::Nothing("closed_already")),
    })
}

/// Whether the subscription still has a period for this charge. Money of a contract that is to end, or that falls
/// next to a period which is paid already, is late.
fn takes_charge(
    row: &subscription::Model,
    contract: &card_contract::Model,
    charge: &Charge,
) -> bool {
    let goes_on = matches!(
        row.status,
        SubscriptionStatus::Active | SubscriptionStatus::Trialing | SubscriptionStatus::PastDue
    );
    let (Some(begins), Some(ends)) = (row.current_period_start, row.current_period_end) else {
        return false;
    };
    // The period that was paid last: the present one, or the next when that is paid already.
    let (begins, ends) = match row.paid_until_at {
        Some(paid_until) if paid_until > ends => (ends, paid_until),
        _ => (begins, ends),
    };
    contract.status == CardContractStatus::Active
        && goes_on
        && row.auto_renew
        && !row.cancel_at_period_end
        && pays_next_period(begins, ends, charge.at)
}

/// Places the order of the next period; `None` when the subscription ended instead.
async fn place_renewal(tx: &mut Tx, row: subscription::Model) -> Result<Option<order::Model>> {
    let id = row.id;
    order_renewal::order_renewal(tx, row).await?;
    let row = subscriptions::query::find_row(tx, id).await?;
    match subscriptions::query::next_renewal(tx.db(), &row).await? {
        Some(renewal) => Ok(Some(orders::query::lock(tx, renewal.order_id).await?)),
        None => Ok(None),
    }
}

async fn first_order(tx: &mut Tx, contract: &card_contract::Model) -> Result<order::Model> {
    let first = payment::Entity::find_by_id(contract.payment_id)
        .one(tx.db())
        .await?
        .ok_or(crate::base::Error::NotFound("payment"))?;
    orders::query::lock(tx, first.order_id).await
}

/// Makes an attempt of the charge and lets the one table decide about it.
async fn settle(
    tx: &mut Tx,
    contract: &card_contract::Model,
    order: &order::Model,
    heard: &HeardCharge<'_>,
    cause: &str,
) -> Result<(Decision, PaymentId)> {
    let paid_at = match heard.outcome {
        Outcome::Paid { at } => Some(*at),
        Outcome::CodeIssued(_) | Outcome::Failed { .. } => None,
    };
    let succeeded = paid_at.is_some();
    let payment = contracts::charges::open(tx, order, contract, heard.charge, succeeded).await?;
    let standing = Standing {
        payment: payment.status,
        amount: payment.amount(),
        order: order.status,
        // A charge pays the period it falls next to, or none: an order that ended stays so.
        may_reopen: false,
    };
    let decision = decide(Some(standing), heard.outcome, heard.amount, false);
    let facts = GatewayFacts {
        trade_no: heard.gateway_trade_no.to_owned(),
        method: String::new(),
        amount: heard.amount,
        fee_minor: None,
        paid_at,
        // ECPay's instructions go by a trade's number, which all charges of a contract share: these go back by hand.
        card: None,
    };
    settlement::carry_out(tx, order, &payment, &decision, &facts, cause).await?;
    never_ask(tx, payment.id).await?;
    contracts::charges::note(tx, contract, heard.charge, payment.id, succeeded).await?;
    Ok((decision, payment.id))
}

/// The number of such an attempt is ours alone: the gateway knows nothing of it.
async fn never_ask(tx: &Tx, id: PaymentId) -> Result<()> {
    let row = payment::ActiveModel {
        id: Set(id),
        next_check_at: Set(None),
        ..Default::default()
    };
    payment::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Has the gateway asked for what is missing at the next round.
async fn ask_now(tx: &Tx, contract: &card_contract::Model) -> Result<()> {
    let row = card_contract::ActiveModel {
        id: Set(contract.id),
        next_check_at: Set(Some(tx.now())),
        ..Default::default()
    };
    card_contract::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}
