//! The books as they are shown.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::ledger::query;
use entity::ledger::ledger_transfer;

use crate::{
    base::{
        ask::load,
        error::outward,
        ids,
        scalars::{CurrencyCode, Money},
    },
    connection,
    orders::{Order, loaders::OrderById},
    payments::{Payment, loaders::PaymentById},
    users::{User, loaders::UserById},
};

/// An account of the books.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::ledger::LedgerAccount")]
pub enum LedgerAccount {
    /// What the gateway holds for us: it took it, and has not paid it out yet. An asset.
    GatewayClearing,
    /// What the gateway has paid out to us. An asset.
    Bank,
    /// What was sold, without tax. Income.
    Revenue,
    /// What was given back or let off of it, without tax. Against income.
    Refunds,
    /// Tax in what was sold, owed to the state. A liability.
    TaxPayable,
    /// What the gateway keeps. An expense.
    GatewayFees,
    /// What we owe to customers, each their own. A liability, never below zero.
    CustomerCredit,
}

/// What a journal is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::ledger::JournalKind")]
pub enum JournalKind {
    /// An order was settled with a payment.
    Settlement,
    /// Money came that its order could not take: it is the customer's.
    LatePayment,
    /// The gateway keeps its part.
    Fee,
    /// Money of a settled order went back.
    Refund,
    /// Money that no order took went back.
    CreditRefund,
    /// A customer's credit paid for something.
    CreditSpent,
    /// The gateway paid out what it held.
    Payout,
    /// What was booked wrongly, the other way round.
    Correction,
}

/// An amount that moved from one account to another. It is never changed.
#[derive(Clone, Debug)]
pub struct LedgerEntry(ledger_transfer::Model);

impl From<ledger_transfer::Model> for LedgerEntry {
    fn from(row: ledger_transfer::Model) -> Self {
        Self(row)
    }
}

connection!(
    LedgerEntryConnection,
    LedgerEntryEdge,
    LedgerEntry,
    ledger_transfer::Entity,
    "Entries of the books, page by page."
);

/// An amount that moved from one account to another. It is never changed.
#[Object]
impl LedgerEntry {
    /// The id, `ltr_…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The journal it is part of, such as `settle:pay_…`. A journal is booked once.
    async fn journal(&self) -> &str {
        &self.0.journal_key
    }

    /// Its place in the journal, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// What the journal is about.
    async fn kind(&self) -> JournalKind {
        self.0.kind.into()
    }

    /// The account that is debited.
    async fn debit_account(&self) -> LedgerAccount {
        self.0.debit_account.into()
    }

    /// The account that is credited.
    async fn credit_account(&self) -> LedgerAccount {
        self.0.credit_account.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// Whose credit it moves; `null` when it moves none.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.user_id else {
            return Ok(None);
        };
        Ok(load::<UserById, _>(context, id).await?.map(User))
    }

    /// The order it is for.
    async fn order(&self, context: &Context<'_>) -> Result<Option<Order>> {
        let Some(id) = self.0.order_id else {
            return Ok(None);
        };
        Ok(load::<OrderById, _>(context, id).await?.map(Order))
    }

    /// The payment it is about.
    async fn payment(&self, context: &Context<'_>) -> Result<Option<Payment>> {
        let Some(id) = self.0.payment_id else {
            return Ok(None);
        };
        Ok(load::<PaymentById, _>(context, id).await?.map(Payment))
    }

    /// When it was booked.
    async fn booked_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }
}

/// What an account comes to, in one currency.
#[derive(SimpleObject)]
pub struct TrialBalanceRow {
    /// Which account.
    account: LedgerAccount,
    /// In which currency.
    currency: CurrencyCode,
    /// Everything that was debited to it.
    debits: Money,
    /// Everything that was credited to it.
    credits: Money,
    /// Debits less credits: negative for what we owe and what we earned.
    balance: Money,
}

/// What was debited and credited in one currency, over all accounts. The two are equal.
#[derive(SimpleObject)]
pub struct TrialBalanceTotal {
    /// In which currency.
    currency: CurrencyCode,
    /// Everything that was debited.
    debits: Money,
    /// Everything that was credited.
    credits: Money,
}

/// The books at one instant.
#[derive(SimpleObject)]
pub struct TrialBalance {
    /// Everything that was booked before this instant is in it.
    before: DateTime<Utc>,
    /// Every account that was ever used, each currency for itself.
    rows: Vec<TrialBalanceRow>,
    /// The sums of each currency.
    totals: Vec<TrialBalanceTotal>,
}

impl TrialBalance {
    /// The books as the domain has them.
    ///
    /// # Errors
    /// A balance that does not fit, which is a defect.
    pub fn of(books: query::TrialBalance) -> Result<Self> {
        let row = |row: query::Balance| {
            Ok(TrialBalanceRow {
                account: row.account.into(),
                currency: row.debits.currency.into(),
                debits: row.debits.into(),
                credits: row.credits.into(),
                balance: row.balance().map_err(outward)?.into(),
            })
        };
        let total =
            |(debits, credits): (entity::money::Money, entity::money::Money)| TrialBalanceTotal {
                currency: debits.currency.into(),
                debits: debits.into(),
                credits: credits.into(),
            };
        Ok(Self {
            before: books.before,
            rows: books.rows.into_iter().map(row).collect::<Result<_>>()?,
            totals: books.totals.into_iter().map(total).collect(),
        })
    }
}
