//! Subscriptions for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{
    base::Op,
    payments::contracts,
    subscriptions::{
        outlook::{self, NextRenewal},
        query,
    },
};
use entity::{id::SubscriptionId, payments::card_contract, subscriptions::subscription};

use crate::base::error::outward;

/// Loads subscriptions that the caller may know of.
pub struct SubscriptionById(pub Op);

impl Loader<SubscriptionId> for SubscriptionById {
    type Value = subscription::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[SubscriptionId],
    ) -> Result<HashMap<SubscriptionId, subscription::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}

/// Loads the card contracts of subscriptions that were read through their own door.
pub struct CardContractBySubscription(pub Op);

impl Loader<SubscriptionId> for CardContractBySubscription {
    type Value = card_contract::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[SubscriptionId],
    ) -> Result<HashMap<SubscriptionId, card_contract::Model>, Error> {
        let found = contracts::query::of_subscriptions(&self.0, keys).await;
        found.map_err(outward)
    }
}

/// Loads what subscriptions of the caller come to next.
pub struct NextRenewalOf(pub Op);

impl Loader<SubscriptionId> for NextRenewalOf {
    type Value = NextRenewal;
    type Error = Error;

    async fn load(
        &self,
        keys: &[SubscriptionId],
    ) -> Result<HashMap<SubscriptionId, NextRenewal>, Error> {
        outlook::next_renewals(&self.0, keys).await.map_err(outward)
    }
}
