//! What is booked for what happened. Pure: amounts in, transfers out, to the unit.

use entity::{
    id::{OrderId, PaymentId, UserId},
    ledger::{JournalKind, LedgerAccount},
    money::{Currency, Money},
    orders::order,
    payments::payment,
};

use crate::base::{Error, Result};

/// A set of transfers that are booked together, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What makes it this one, for ever: `settle:pay_…`.
    pub key: String,
    /// What it is about.
    pub kind: JournalKind,
    /// Whose credit it touches, if any.
    pub user_id: Option<UserId>,
    /// For which order.
    pub order_id: Option<OrderId>,
    /// With which payment.
    pub payment_id: Option<PaymentId>,
    /// What moves; empty when nothing does.
    pub transfers: Vec<Transfer>,
}

/// An amount that moves between two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The account that is debited.
    pub debit: LedgerAccount,
    /// The account that is credited.
    pub credit: LedgerAccount,
    /// How much; more than nothing.
    pub amount: Money,
}

impl Transfer {
    /// Whether it moves a customer's credit.
    #[must_use]
    pub fn touches_credit(&self) -> bool {
        [self.debit, self.credit].contains(&LedgerAccount::CustomerCredit)
    }
}

/// The money that settles an order, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It came to the gateway for this order. What is more than the order costs becomes the customer's credit.
    AtGateway(Money),
    /// It was booked as the customer's credit before. What is more than the order costs stays there.
    AsCredit(Money),
}

/// Where a refund goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundTo {
    /// Back through the gateway.
    Gateway,
    /// To the customer's credit.
    Credit,
}

/// An order was settled: `settle:pay_…`. `tax` is what the invoice says. What is missing of the price was let off by
/// a person, and stands against the revenue.
///
/// # Errors
/// Amounts that do not fit together, which is a defect.
pub fn settlement(
    order: &order::Model,
    payment: &payment::Model,
    tax: Money,
    received: Received,
) -> Result<Journal> {
    use LedgerAccount::{CustomerCredit, GatewayClearing, Refunds, Revenue, TaxPayable};
    let total = order.total();
    let (account, came) = match received {
        Received::AtGateway(came) => (GatewayClearing, came),
        Received::AsCredit(came) => (CustomerCredit, came),
    };
    let surplus = positive(came.checked_sub(total)?);
    let missing = positive(total.checked_sub(came)?);
    let (taken, kept) = match received {
        Received::AtGateway(_) => (came, surplus),
        Received::AsCredit(_) => (came.checked_sub(surplus)?, Money::zero(total.currency)),
    };
    let debits = [(account, taken), (Refunds, missing)];
    let credits = [
        (Revenue, total.checked_sub(tax)?),
        (TaxPayable, tax),
        (CustomerCredit, kept),
    ];
    let key = format!("settle:{}", payment.id);
    of_payment(
        key,
        JournalKind::Settlement,
        order,
        payment,
        &debits,
        &credits,
    )
}

/// Money came that the order could not take: `late:pay_…`. It is the customer's.
///
/// # Errors
/// A negative amount, which is a defect.
pub fn late_payment(
    order: &order::Model,
    payment: &payment::Model,
    came: Money,
) -> Result<Journal> {
    let key = format!("late:{}", payment.id);
    let debits = [(LedgerAccount::GatewayClearing, came)];
    let credits = [(LedgerAccount::CustomerCredit, came)];
    of_payment(
        key,
        JournalKind::LatePayment,
        order,
        payment,
        &debits,
        &credits,
    )
}

/// The gateway keeps its part: `fee:pay_…`. A fee of nothing moves nothing.
///
/// # Errors
/// A negative amount, which is a defect.
pub fn fee(order: &order::Model, payment: &payment::Model, fee: Money) -> Result<Journal> {
    let key = format!("fee:{}", payment.id);
    let debits = [(LedgerAccount::GatewayFees, fee)];
    let credits = [(LedgerAccount::GatewayClearing, fee)];
    of_payment(key, JournalKind::Fee, order, payment, &debits, &credits)
}

/// Money of a settled order goes back, whole or in part: `refund:<refund>`. The tax in it is owed no more.
///
/// # Errors
/// Amounts that do not fit together, which is a defect.
pub fn refund(
    refund: &str,
    order: &order::Model,
    payment: &payment::Model,
    (net, tax): (Money, Money),
    to: RefundTo,
) -> Result<Journal> {
    let back = match to {
        RefundTo::Gateway => LedgerAccount::GatewayClearing,
        RefundTo::Credit => LedgerAccount::CustomerCredit,
    };
    let debits = [
        (LedgerAccount::Refunds, net),
        (LedgerAccount::TaxPayable, tax),
    ];
    let credits = [(back, net.checked_add(tax)?)];
    let key = format!("refund:{refund}");
    of_payment(key, JournalKind::Refund, order, payment, &debits, &credits)
}

/// Money that no order took (`PAID_LATE`) goes back, whole or in part: `refund:<refund>`. It was never revenue.
///
/// # Errors
/// A negative amount, which is a defect.
pub fn credit_refund(
    refund: &str,
    order: &order::Model,
    payment: &payment::Model,
    amount: Money,
) -> Result<Journal> {
    let key = format!("refund:{refund}");
    let debits = [(LedgerAccount::CustomerCredit, amount)];
    let credits = [(LedgerAccount::GatewayClearing, amount)];
    of_payment(
        key,
        JournalKind::CreditRefund,
        order,
        payment,
        &debits,
        &credits,
    )
}

/// The gateway paid out what it held of a payment: `payout:pay_…`.
///
/// # Errors
/// A negative amount, which is a defect.
pub fn payout(order: &order::Model, payment: &payment::Model, net: Money) -> Result<Journal> {
    let key = format!("payout:{}", payment.id);
    let debits = [(LedgerAccount::Bank, net)];
    let credits = [(LedgerAccount::GatewayClearing, net)];
    of_payment(key, JournalKind::Payout, order, payment, &debits, &credits)
}

/// A customer's credit pays for an order, or for a part of it: `credit:<what>`.
///
/// # Errors
/// Amounts that do not fit together, which is a defect.
pub fn credit_spent(
    what: &str,
    order: &order::Model,
    (net, tax): (Money, Money),
) -> Result<Journal> {
    let debits = [(LedgerAccount::CustomerCredit, net.checked_add(tax)?)];
    let credits = [
        (LedgerAccount::Revenue, net),
        (LedgerAccount::TaxPayable, tax),
    ];
    Ok(Journal {
        key: format!("credit:{what}"),
        kind: JournalKind::CreditSpent,
        user_id: Some(order.user_id),
        order_id: Some(order.id),
        payment_id: None,
        transfers: between(&debits, &credits)?,
    })
}

fn of_payment(
    key: String,
    kind: JournalKind,
    order: &order::Model,
    payment: &payment::Model,
    debits: &[Side],
    credits: &[Side],
) -> Result<Journal> {
    let transfers = between(debits, credits)?;
    Ok(Journal {
        key,
        kind,
        user_id: transfers
            .iter()
            .any(Transfer::touches_credit)
            .then_some(order.user_id),
        order_id: Some(order.id),
        payment_id: Some(payment.id),
        transfers,
    })
}

/// An account, and how much of it is debited or credited.
type Side = (LedgerAccount, Money);

/// The transfers that debit and credit these accounts by these amounts: each debit is spread over the credits in
/// their order. Amounts of nothing are left out.
///
/// # Errors
/// Sums that differ, two currencies, or an amount below zero: defects, all.
pub fn between(debits: &[Side], credits: &[Side]) -> Result<Vec<Transfer>> {
    let currency: Currency = match debits.first() {
        Some((_, amount)) => amount.currency,
        None => return Err(unbalanced(debits, credits)),
    };
    if [debits, credits]
        .concat()
        .iter()
        .any(|(_, amount)| amount.minor < 0)
    {
        return Err(unbalanced(debits, credits));
    }
    let mut open: Vec<Side> = credits.to_vec();
    let mut transfers = Vec::new();
    for (debit, amount) in debits {
        let mut left = *amount;
        for (credit, wanted) in &mut open {
            let moved = Money::new(left.minor.min(wanted.minor), currency);
            left = left.checked_sub(moved)?;
            *wanted = wanted.checked_sub(moved)?;
            if !moved.is_zero() {
                transfers.push(Transfer {
                    debit: *debit,
                    credit: *credit,
                    amount: moved,
                });
            }
        }
        if !left.is_zero() {
            return Err(unbalanced(debits, credits));
        }
    }
    if open.iter().any(|(_, wanted)| !wanted.is_zero()) {
        return Err(unbalanced(debits, credits));
    }
    Ok(transfers)
}

fn positive(amount: Money) -> Money {
    Money::new(amount.minor.max(0), amount.currency)
}

fn unbalanced(debits: &[Side], credits: &[Side]) -> Error {
    Error::internal(format!(
        "a journal out of balance: {debits:?} against {credits:?}"
    ))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
