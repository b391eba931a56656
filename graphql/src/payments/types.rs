//! An attempt to pay as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::base::Error;
use entity::payments::payment;

use crate::{
    base::{ask::load, error::outward, ids, scalars::Money},
    connection,
    orders::{Order, loaders::OrderById},
};

/// How an order is paid.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::PaymentMethod")]
pub enum PaymentMethod {
    /// A card, at the gateway's page.
    CreditCard,
    /// A card that the gateway charges again for every period. For an order that starts a subscription which
    /// renews itself.
    CreditCardPeriodic,
    /// A bank transfer to an account issued for this order.
    Atm,
    /// A code, paid at a convenience store.
    Cvs,
    /// Three barcodes, paid at a convenience store.
    Barcode,
    /// Nothing was due. Not to be chosen.
    Free,
}

/// Where an attempt to pay stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::PaymentStatus")]
pub enum PaymentStatus {
    /// The form was handed out; nothing came back yet.
    Pending,
    /// A code was issued; the money is awaited.
    AwaitingPayment,
    /// The money came, and the order was settled with it.
    Paid,
    /// The gateway said no. The order can be tried again.
    Failed,
    /// Not paid in time, as far as we know.
    Expired,
    /// The gateway was asked and gave no usable answer; it is asked again.
    Unknown,
    /// Something authentic does not fit, such as the amount: a person looks at it.
    Review,
    /// The money came for an order that could not take it any more: a person decides.
    PaidLate,
    /// The money went back.
    Refunded,
}

/// A code to pay with later. Which fields are filled depends on the method.
#[derive(SimpleObject, Clone, Debug)]
pub struct PaymentCode {
    /// `ATM`: the bank, three digits.
    bank_code: Option<String>,
    /// `ATM`: the account to transfer to.
    virtual_account: Option<String>,
    /// `CVS`: the code to type at the machine.
    code: Option<String>,
    /// `BARCODE`: the three barcodes (Code 39), in order; otherwise empty.
    barcodes: Vec<String>,
    /// Until when it can be paid.
    expires_at: DateTime<Utc>,
}

/// One attempt to pay an order.
#[derive(Clone, Debug)]
pub struct Payment(pub payment::Model);

impl From<payment::Model> for Payment {
    fn from(row: payment::Model) -> Self {
        Self(row)
    }
}

connection!(
    PaymentConnection,
    PaymentEdge,
    Payment,
    payment::Entity,
    "A list of payments, a page at a time."
);

/// One attempt to pay an order.
#[Object]
impl Payment {
    /// The id, `pay_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Which order it is for.
    async fn order(&self, context: &Context<'_>) -> Result<Order> {
        let row = load::<OrderById, _>(context, self.0.order_id).await?;
        row.map(Order)
            .ok_or_else(|| outward(Error::NotFound("order")))
    }

    /// 1 for the first attempt, then 2, …
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    /// The gateway: `ecpay`.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// How.
    async fn method(&self) -> PaymentMethod {
        self.0.method.into()
    }

    /// Where it stands.
    async fn status(&self) -> PaymentStatus {
        self.0.status.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// Our number at the gateway; used once and never again.
    async fn merchant_trade_no(&self) -> &str {
        &self.0.merchant_trade_no
    }

    /// The gateway's number; `null` until it has one.
    async fn gateway_trade_no(&self) -> Option<&str> {
        self.0.gateway_trade_no.as_deref()
    }

    /// The gateway's word for the method, such as `Credit_CreditCard`.
    async fn gateway_method(&self) -> Option<&str> {
        self.0.gateway_method.as_deref()
    }

    /// The code to pay with; `null` for a card, and until one is issued.
    async fn code(&self) -> Option<PaymentCode> {
        let row = &self.0;
        Some(PaymentCode {
            bank_code: row.bank_code.clone(),
            virtual_account: row.virtual_account.clone(),
            code: row.payment_code.clone(),
            barcodes: [&row.barcode_1, &row.barcode_2, &row.barcode_3]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            expires_at: row.code_expires_at?,
        })
    }

    /// Why it failed: the gateway's code.
    async fn failure_code(&self) -> Option<&str> {
        self.0.failure_code.as_deref()
    }

    /// Why it failed: the gateway's words.
    async fn failure_message(&self) -> Option<&str> {
        self.0.failure_message.as_deref()
    }

    /// What the gateway keeps; `null` until it said.
    async fn fee(&self) -> Option<Money> {
        let minor = self.0.fee_minor?;
        Some(entity::money::Money::new(minor, self.0.currency).into())
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the money came, by the gateway's clock.
    async fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_at
    }

    /// After this the gateway takes no more money for it.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}
