//! What happens to plans.

use entity::{
    id::{PlanId, PlanVersionId},
    money::Money,
    plans::BillingCycle,
};
use serde::Serialize;

use crate::base::{Event, Topic, event::Sample};

/// A plan was made, with its first terms.
#[derive(Clone, Debug, Serialize)]
pub struct PlanCreated {
    /// Which plan.
    pub plan_id: PlanId,
    /// Its first terms.
    pub plan_version_id: PlanVersionId,
    /// The price of one period.
    pub price: Money,
    /// How often it is paid.
    pub billing_cycle: BillingCycle,
}

/// A plan is shown in another way; its terms are the same.
#[derive(Clone, Debug, Serialize)]
pub struct PlanUpdated {
    /// Which plan.
    pub plan_id: PlanId,
    /// The columns that changed.
    pub changed: Vec<&'static str>,
}

/// From now on a plan is sold on other terms.
#[derive(Clone, Debug, Serialize)]
pub struct PlanTermsChanged {
    /// Which plan.
    pub plan_id: PlanId,
    /// The terms before.
    pub previous_version_id: PlanVersionId,
    /// The new terms.
    pub plan_version_id: PlanVersionId,
    /// The number of the new terms.
    pub number: i32,
    /// The price before.
    pub previous_price: Money,
    /// The new price.
    pub price: Money,
    /// How often it is paid now.
    pub billing_cycle: BillingCycle,
}

/// A plan was taken off sale for good.
#[derive(Clone, Debug, Serialize)]
pub struct PlanArchived {
    /// Which plan.
    pub plan_id: PlanId,
}

impl Event for PlanCreated {
    const KIND: &'static str = "plan.created";

    fn subject(&self) -> String {
        self.plan_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Plans]
    }
}

impl Event for PlanUpdated {
    const KIND: &'static str = "plan.updated";

    fn subject(&self) -> String {
        self.plan_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Plans]
    }
}

impl Event for PlanTermsChanged {
    const KIND: &'static str = "plan.terms_changed";

    fn subject(&self) -> String {
        self.plan_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Plans]
    }
}

impl Event for PlanArchived {
    const KIND: &'static str = "plan.archived";

    fn subject(&self) -> String {
        self.plan_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Plans]
    }
}

/// One of each, for the generated documentation.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let plan_id = PlanId(uuid::Uuid::from_u128(1));
    let first = PlanVersionId(uuid::Uuid::from_u128(2));
    let second = PlanVersionId(uuid::Uuid::from_u128(3));
    let price = |minor| Money::new(minor, entity::money::Currency::Twd);
    Ok(vec![
        Sample::of(&PlanCreated {
            plan_id,
            plan_version_id: first,
            price: price(299),
            billing_cycle: BillingCycle::Monthly,
        })?,
        Sample::of(&PlanUpdated {
            plan_id,
            changed: vec!["name", "sort_order"],
        })?,
        Sample::of(&PlanTermsChanged {
            plan_id,
            previous_version_id: first,
            plan_version_id: second,
            number: 2,
            previous_price: price(299),
            price: price(349),
            billing_cycle: BillingCycle::Monthly,
        })?,
        Sample::of(&PlanArchived { plan_id })?,
    ])
}
