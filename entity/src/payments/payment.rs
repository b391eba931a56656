//! One attempt to pay an order.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{OrderId, PaymentId, TestClockId},
    money::{Currency, Money},
};

/// How an order is paid.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// A card, at the gateway's page.
    CreditCard,
    /// A card that the gateway charges again for every period, by a contract with it.
    CreditCardPeriodic,
    /// A bank transfer to an account issued for this order.
    Atm,
    /// A code, paid at a convenience store.
    Cvs,
    /// Three barcodes, paid at a convenience store.
    Barcode,
    /// Nothing was due.
    Free,
}

/// Where an attempt stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// The form was handed out; nothing came back yet.
    Pending,
    /// A code was issued; the money is awaited.
    AwaitingPayment,
    /// The money came, and the order was settled with it.
    Paid,
    /// The gateway said no.
    Failed,
    /// Not paid in time, as far as we know.
    Expired,
    /// The gateway was asked and gave no usable answer; it is asked again.
    Unknown,
    /// Something authentic does not fit, such as the amount: a person must look.
    Review,
    /// The money came for an order that could not take it any more: to be given back or used by a person's decision.
    PaidLate,
    /// The money went back.
    Refunded,
}

/// One attempt to pay an order. Its trade number is used once and never again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    /// Which order.
    pub order_id: OrderId,
    /// 1, 2, …; unique for the order.
    pub attempt: i32,
    /// Which gateway: `ecpay`.
    pub gateway: String,
    /// How.
    pub method: PaymentMethod,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What came, in minor units, when that is not the amount.
    pub received_minor: Option<i64>,
    /// Of which currency.
    pub currency: Currency,
    /// Our number at the gateway, at most 20 letters and digits; unique for ever.
    #[sea_orm(unique)]
    pub merchant_trade_no: String,
    /// The gateway's number.
    pub gateway_trade_no: Option<String>,
    /// The gateway's word for the method, such as `Credit_CreditCard`.
    pub gateway_method: Option<String>,
    /// ATM: the bank, three digits.
    pub bank_code: Option<String>,
    /// ATM: the account to pay into.
    pub virtual_account: Option<String>,
    /// CVS: the code to type at the machine.
    pub payment_code: Option<String>,
    /// BARCODE: the first of three, Code 39.
    pub barcode_1: Option<String>,
    /// BARCODE: the second.
    pub barcode_2: Option<String>,
    /// BARCODE: the third.
    pub barcode_3: Option<String>,
    /// Until when the code can be paid.
    pub code_expires_at: Option<DateTimeUtc>,
    /// The gateway's code for why it failed.
    pub failure_code: Option<String>,
    /// The gateway's words for it, cut at 200 characters.
    pub failure_message: Option<String>,
    /// Card: the gateway's number of the authorisation (ECPay: `gwsr`), which questions about it need.
    pub authorization_no: Option<String>,
    /// Card: whether it can be given back in full only, as instalments and bonus points can.
    pub refund_in_full_only: bool,
    /// How much came, in minor units; 0 until it did.
    pub captured_minor: i64,
    /// How much of that went back. Together with what is reserved never more than what came.
    pub refunded_minor: i64,
    /// How much of that is set aside for refunds that are under way.
    pub refund_reserved_minor: i64,
    /// What the gateway keeps, in minor units.
    pub fee_minor: Option<i64>,
    /// When the attempt was made.
    pub created_at: DateTimeUtc,
    /// When the money came, by the gateway's clock.
    pub paid_at: Option<DateTimeUtc>,
    /// After this the gateway will take no more money for it.
    pub expires_at: DateTimeUtc,
    /// When the gateway is asked about it; `None` when there is nothing to ask.
    pub next_check_at: Option<DateTimeUtc>,
    /// How often it was asked.
    pub checks: i32,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Counts moves; 1 at first.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How much is to be paid.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// How much came, once it came.
    #[must_use]
    pub fn received(&self) -> Money {
        Money::new(
            self.received_minor.unwrap_or(self.amount_minor),
            self.currency,
        )
    }

    /// How much came.
    #[must_use]
    pub const fn captured(&self) -> Money {
        Money::new(self.captured_minor, self.currency)
    }

    /// How much went back.
    #[must_use]
    pub const fn refunded(&self) -> Money {
        Money::new(self.refunded_minor, self.currency)
    }

    /// How much can still be asked back. The database sees to it that this is never negative.
    #[must_use]
    pub const fn refundable(&self) -> Money {
        let minor = self.captured_minor - self.refunded_minor - self.refund_reserved_minor;
        Money::new(minor, self.currency)
    }
}
