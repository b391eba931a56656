//! A transfer between two accounts of the books.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{LedgerTransferId, OrderId, PaymentId, UserId},
    money::{Currency, Money},
};

/// An account of the books.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

/// One amount that moved from one account to another. It debits one and credits the other, so that books made of
/// such rows balance whatever is written. Rows are never changed or removed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_transfers")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerTransferId,
    /// The journal it is part of, `settle:pay_…`; unique together with the position, so that it is booked once.
    pub journal_key: String,
    /// Its place in the journal, from 1.
    pub position: i32,
    /// What the journal is about.
    pub kind: JournalKind,
    /// The account that is debited.
    pub debit_account: LedgerAccount,
    /// The account that is credited.
    pub credit_account: LedgerAccount,
    /// How much, in minor units; more than nothing.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// Whose credit it is; set when one of the accounts is `CUSTOMER_CREDIT`, and only then.
    pub user_id: Option<UserId>,
    /// For which order.
    pub order_id: Option<OrderId>,
    /// With which payment.
    pub payment_id: Option<PaymentId>,
    /// When it was booked. Never in the past: what the books said of a day stays so.
    pub occurred_at: DateTimeUtc,
    /// Whose credit it is.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<Option<crate::users::user::Entity>>,
    /// For which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<Option<crate::orders::order::Entity>>,
    /// With which payment.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<Option<crate::payments::payment::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How much.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}
