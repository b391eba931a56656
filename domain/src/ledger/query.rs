//! Reading the books.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    id::{OrderId, PaymentId, UserId},
    ledger::{JournalKind, LedgerAccount, ledger_transfer},
    money::{Currency, Money},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, Iterable,
    QueryFilter, QuerySelect, Select, sea_query::Expr,
};

use crate::base::{
    Access, Actor, Op, Result, Tx,
    clock::start_of_day,
    page::{Direction, Sort, SortKey},
};

/// The rows that this actor may know of: staff of all, everybody else of none.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<ledger_transfer::Entity> {
    let everything = ledger_transfer::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    everything.filter(Expr::value(false))
}

/// What an office narrows the list of entries by.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    /// That debit or credit this account.
    pub account: Option<LedgerAccount>,
    /// Of journals about this.
    pub kind: Option<JournalKind>,
    /// Of the journal with this key.
    pub journal_key: Option<String>,
    /// Of this customer's credit.
    pub user_id: Option<UserId>,
    /// For this order.
    pub order_id: Option<OrderId>,
    /// With this payment.
    pub payment_id: Option<PaymentId>,
    /// Booked at or after.
    pub from: Option<DateTime<Utc>>,
    /// Booked before.
    pub before: Option<DateTime<Utc>>,
}

impl LedgerFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<ledger_transfer::Entity>) -> Select<ledger_transfer::Entity> {
        use ledger_transfer::Column;
        let account = self.account.map(|account| {
            Condition::any()
                .add(Column::DebitAccount.eq(account))
                .add(Column::CreditAccount.eq(account))
        });
        select.filter(
            Condition::all()
                .add_option(account)
                .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
                .add_option(self.journal_key.map(|key| Column::JournalKey.eq(key)))
                .add_option(self.user_id.map(|id| Column::UserId.eq(id)))
                .add_option(self.order_id.map(|id| Column::OrderId.eq(id)))
                .add_option(self.payment_id.map(|id| Column::PaymentId.eq(id)))
                .add_option(self.from.map(|from| Column::OccurredAt.gte(from)))
                .add_option(self.before.map(|before| Column::OccurredAt.lt(before))),
        )
    }
}

/// By the instant of the booking.
#[must_use]
pub const fn by_booking(direction: Direction) -> Sort<ledger_transfer::Entity> {
    Sort {
        name: "ledger_transfers.occurred_at",
        column: ledger_transfer::Column::OccurredAt,
        id_column: ledger_transfer::Column::Id,
        direction,
        key: |row| SortKey::Time(row.occurred_at),
        id: |row| row.id.0,
    }
}

/// What an account comes to, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which account.
    pub account: LedgerAccount,
    /// Everything that was debited to it.
    pub debits: Money,
    /// Everything that was credited to it.
    pub credits: Money,
}

impl Balance {
    /// Debits less credits: negative for what we owe and what we earned.
    ///
    /// # Errors
    /// A difference beyond 64 bits.
    pub fn balance(&self) -> Result<Money> {
        Ok(self.debits.checked_sub(self.credits)?)
    }
}

/// The books at one instant: an account for each line, and their sums, which are equal.
#[derive(Clone, Debug)]
pub struct TrialBalance {
    /// Everything booked before this instant is in it.
    pub before: DateTime<Utc>,
    /// Every account that was ever used, in the order of the accounts, each currency for itself.
    pub rows: Vec<Balance>,
    /// The sum of the debits and the sum of the credits of each currency.
    pub totals: Vec<(Money, Money)>,
}

/// The books at the end of a day in Taipei; as they are now when none is given.
///
/// # Errors
/// [`crate::base::Error::Forbidden`] for whoever is not staff, or the database does not answer.
pub async fn trial_balance(op: &Op, as_of: Option<NaiveDate>) -> Result<TrialBalance> {
    op.require(Access::Staff)?;
    let before = as_of.and_then(end_of_day).unwrap_or(op.now());
    let inclusive = match as_of {
        Some(_) => ledger_transfer::Column::OccurredAt.lt(before),
        None => ledger_transfer::Column::OccurredAt.lte(before),
    };
    let of = |side| sums(op.reader(), side, inclusive.clone());
    let debits = of(ledger_transfer::Column::DebitAccount).await?;
    let credits = of(ledger_transfer::Column::CreditAccount).await?;
    let mut rows = Vec::new();
    let mut totals = Vec::new();
    for currency in Currency::iter() {
        let mut total = (Money::zero(currency), Money::zero(currency));
        for account in LedgerAccount::iter() {
            let find = |sums: &[Sum]| {
                sums.iter()
                    .find(|sum| sum.account == account && sum.currency == currency)
                    .map(|sum| Money::new(sum.minor, currency))
            };
            let (debits, credits) = (find(&debits), find(&credits));
            if debits.is_none() && credits.is_none() {
                continue;
            }
            let row = Balance {
                account,
                debits: debits.unwrap_or(Money::zero(currency)),
                credits: credits.unwrap_or(Money::zero(currency)),
            };
            total.0 = total.0.checked_add(row.debits)?;
            total.1 = total.1.checked_add(row.credits)?;
            rows.push(row);
        }
        if !(total.0.is_zero() && total.1.is_zero()) {
            totals.push(total);
        }
    }
    Ok(TrialBalance {
        before,
        rows,
        totals,
    })
}

/// What we owe a customer, as this transaction sees it.
///
/// # Errors
/// The database does not answer.
pub async fn credit_of(tx: &Tx, user_id: UserId, currency: Currency) -> Result<Money> {
    let filter = ledger_transfer::Column::UserId
        .eq(user_id)
        .and(ledger_transfer::Column::Currency.eq(currency));
    let of = |side| sums(tx.db(), side, filter.clone());
    let minor = |sums: Vec<Sum>| -> i64 {
        sums.iter()
            .filter(|sum| sum.account == LedgerAccount::CustomerCredit)
            .map(|sum| sum.minor)
            .sum()
    };
    let credits = minor(of(ledger_transfer::Column::CreditAccount).await?);
    let debits = minor(of(ledger_transfer::Column::DebitAccount).await?);
    Ok(Money::new(credits, currency).checked_sub(Money::new(debits, currency))?)
}

/// Midnight after this day in Taipei.
fn end_of_day(day: NaiveDate) -> Option<DateTime<Utc>> {
    day.succ_opt().and_then(start_of_day)
}

#[derive(Debug, FromQueryResult)]
struct Sum {
    account: LedgerAccount,
    currency: Currency,
    minor: i64,
}

async fn sums<C: ConnectionTrait>(
    database: &C,
    side: ledger_transfer::Column,
    filter: Expr,
) -> Result<Vec<Sum>> {
    Ok(ledger_transfer::Entity::find()
        .select_only()
        .column_as(side, "account")
        .column(ledger_transfer::Column::Currency)
        // PostgreSQL sums whole numbers to a decimal one.
        .expr_as(
            Expr::col(ledger_transfer::Column::AmountMinor)
                .sum()
                .cast_as("bigint"),
            "minor",
        )
        .filter(filter)
        .group_by(side)
        .group_by(ledger_transfer::Column::Currency)
        .into_model()
        .all(database)
        .await?)
}
