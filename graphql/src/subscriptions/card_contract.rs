//! A contract to charge a card again, as it is shown.

use async_graphql::{Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::payments::card_contract;

use crate::base::{ids, scalars::Money};

/// Where a contract to charge a card again stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::payments::CardContractStatus")]
pub enum CardContractStatus {
    /// The first charge is awaited.
    Pending,
    /// The gateway charges the card for every period.
    Active,
    /// It is to end; the gateway has not confirmed it yet.
    CancelRequested,
    /// It has ended because the subscription stopped.
    Cancelled,
    /// Every charge that was agreed on was made; further periods are paid otherwise.
    Ended,
    /// The gateway gave up after too many failures in a row; further periods are paid otherwise.
    Failed,
}

/// A contract by which the gateway charges a card for every period of a subscription.
#[derive(Clone, Debug)]
pub struct CardContract(pub card_contract::Model);

/// A contract by which the gateway charges a card for every period of a subscription.
#[Object]
impl CardContract {
    /// The id, `cct_…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Where it stands.
    async fn status(&self) -> CardContractStatus {
        self.0.status.into()
    }

    /// Its number at the gateway, which is that of the first payment.
    async fn merchant_trade_no(&self) -> &str {
        &self.0.merchant_trade_no
    }

    /// How much each charge is.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// How many charges were made, the first included.
    async fn charges(&self) -> i32 {
        self.0.charges
    }

    /// How many charges were agreed on, the first included.
    async fn most_charges(&self) -> i32 {
        self.0.most_charges
    }

    /// How many charges failed in a row since the last that succeeded.
    async fn failures(&self) -> i32 {
        self.0.failures
    }

    /// When the first charge was made.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When the gateway is expected to charge next; `null` when it will not.
    async fn next_charge_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_charge_at
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
}
