//! What a statement says of a trade.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{PaymentId, StatementImportId, StatementLineId},
    money::{Currency, Money},
};

/// Which way the money went.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatementLineKind {
    /// It came.
    Payment,
    /// It went back; the sum of all refunds of the trade.
    Refund,
}

/// What a statement says of a trade, in its latest words.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "statement_lines")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatementLineId,
    /// In which statement it stood last.
    pub import_id: StatementImportId,
    /// At which line of the file.
    pub line_number: i32,
    /// Which gateway's.
    pub gateway: String,
    /// Which way the money went.
    pub kind: StatementLineKind,
    /// Our number, as the statement has it.
    pub merchant_trade_no: String,
    /// The gateway's number; unique for the gateway and the kind.
    pub gateway_trade_no: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// What the gateway keeps, in minor units; `None` when it does not say.
    pub fee_minor: Option<i64>,
    /// When the money moved, by the gateway's clock.
    pub happened_at: DateTimeUtc,
    /// When the gateway paid it out to us; `None` while it has not.
    pub paid_out_at: Option<DateTimeUtc>,
    /// The attempt it belongs to; `None` when no attempt has our number.
    pub payment_id: Option<PaymentId>,
    /// In which statement it stood last.
    #[sea_orm(belongs_to, from = "import_id", to = "id")]
    pub import: BelongsTo<super::statement_import::Entity>,
    /// The attempt it belongs to.
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
