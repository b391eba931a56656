//! What staff write about a plan, and what of it is taken. Nothing here waits or reads the database.

use entity::{
    money::Money,
    plans::{
        BillingCycle, plan,
        plan_version::{self, Features},
    },
};

use crate::base::{Code, Error, Result, validate};

/// The highest price, in minor units.
pub const MOST_PRICE_MINOR: i64 = 100_000_000;
/// The most users or megabytes that terms can name; it fits the 32 bits of a GraphQL `Int`.
pub const MOST_ALLOWANCE: i64 = 1_000_000_000;
/// The longest trial, in days.
pub const MOST_TRIAL_DAYS: i32 = 366;
/// The most features.
pub const MOST_FEATURES: usize = 30;

/// A plan to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlan {
    /// Its name in links: 2 to 64 of `a` to `z`, `0` to `9` and `-`. It never changes.
    pub slug: String,
    /// How it is shown.
    pub listing: Listing,
    /// What it is sold on.
    pub terms: Terms,
}

/// How a plan is shown. A change of it makes no new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its name for people: one line of 1 to 100 characters.
    pub name: String,
    /// What one gets: at most 2000 characters.
    pub description: String,
    /// Whether it can be bought.
    pub is_active: bool,
    /// Whether it is the popular choice.
    pub is_popular: bool,
    /// Its place in a list, small first.
    pub sort_order: i32,
}

/// What a plan is sold on. A change of it makes a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The price of one period, tax included: 0 to [`MOST_PRICE_MINOR`].
    pub price: Money,
    /// How often it is paid.
    pub billing_cycle: BillingCycle,
    /// The selling points: at most [`MOST_FEATURES`] lines of 1 to 200 characters.
    pub features: Vec<String>,
    /// How many days a first subscription is free of charge: 0 to [`MOST_TRIAL_DAYS`].
    pub trial_days: i32,
    /// How many users it is good for; `None` for any number.
    pub max_users: Option<i32>,
    /// How much storage it gives, in megabytes; `None` for any amount.
    pub max_storage_mb: Option<i64>,
}

/// What is to become different; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanChanges {
    /// The version of the plan that the writer has read; the change is refused when there is a newer one.
    pub expected_version: Option<i64>,
    /// See [`Listing`].
    pub name: Option<String>,
    /// See [`Listing`].
    pub description: Option<String>,
    /// See [`Listing`].
    pub is_active: Option<bool>,
    /// See [`Listing`].
    pub is_popular: Option<bool>,
    /// See [`Listing`].
    pub sort_order: Option<i32>,
    /// See [`Terms`].
    pub price: Option<Money>,
    /// See [`Terms`].
    pub billing_cycle: Option<BillingCycle>,
    /// All of them, replacing the present ones. See [`Terms`].
    pub features: Option<Vec<String>>,
    /// See [`Terms`].
    pub trial_days: Option<i32>,
    /// `Some(None)` lifts the limit. See [`Terms`].
    pub max_users: Option<Option<i32>>,
    /// `Some(None)` lifts the limit. See [`Terms`].
    pub max_storage_mb: Option<Option<i64>>,
}

impl NewPlan {
    /// The plan as it will be stored.
    ///
    /// # Errors
    /// The first value that cannot be taken.
    pub fn checked(self) -> Result<Self> {
        Ok(Self {
            slug: slug(self.slug)?,
            listing: self.listing.checked()?,
            terms: self.terms.checked()?,
        })
    }
}

impl Listing {
    /// How this plan is shown now.
    #[must_use]
    pub fn of(plan: &plan::Model) -> Self {
        Self {
            name: plan.name.clone(),
            description: plan.description.clone(),
            is_active: plan.is_active,
            is_popular: plan.is_popular,
            sort_order: plan.sort_order,
        }
    }

    /// The listing with the changes made, and checked.
    ///
    /// # Errors
    /// The first value that cannot be taken.
    pub fn with(self, changes: &PlanChanges) -> Result<Self> {
        Self {
            name: changes.name.clone().unwrap_or(self.name),
            description: changes.description.clone().unwrap_or(self.description),
            is_active: changes.is_active.unwrap_or(self.is_active),
            is_popular: changes.is_popular.unwrap_or(self.is_popular),
            sort_order: changes.sort_order.unwrap_or(self.sort_order),
        }
        .checked()
    }

    /// The names of the columns in which two listings differ.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("name", self.name != other.name),
            ("description", self.description != other.description),
            ("is_active", self.is_active != other.is_active),
            ("is_popular", self.is_popular != other.is_popular),
            ("sort_order", self.sort_order != other.sort_order),
        ]
        .into_iter()
        .filter_map(|(column, differs)| differs.then_some(column))
        .collect()
    }

    fn checked(self) -> Result<Self> {
        Ok(Self {
            name: line("name", &self.name, 100)?,
            description: validate::text("description", &self.description, 0, 2000)?,
            ..self
        })
    }
}

impl Terms {
    /// The terms that this version states.
    #[must_use]
    pub fn of(version: &plan_version::Model) -> Self {
        let Features(features) = version.features.clone();
        Self {
            price: version.price(),
            billing_cycle: version.billing_cycle,
            features,
            trial_days: version.trial_days,
            max_users: version.max_users,
            max_storage_mb: version.max_storage_mb,
        }
    }

    /// The terms with the changes made, and checked.
    ///
    /// # Errors
    /// The first value that cannot be taken.
    pub fn with(self, changes: &PlanChanges) -> Result<Self> {
        Self {
            price: changes.price.unwrap_or(self.price),
            billing_cycle: changes.billing_cycle.unwrap_or(self.billing_cycle),
            features: changes.features.clone().unwrap_or(self.features),
            trial_days: changes.trial_days.unwrap_or(self.trial_days),
            max_users: changes.max_users.unwrap_or(self.max_users),
            max_storage_mb: changes.max_storage_mb.unwrap_or(self.max_storage_mb),
        }
        .checked()
    }

    fn checked(self) -> Result<Self> {
        if !(0..=MOST_PRICE_MINOR).contains(&self.price.minor) {
            let most = Money::new(MOST_PRICE_MINOR, self.price.currency);
            return Err(Error::invalid(
                "price.amount",
                Code::OutOfRange,
                format!("A price is 0 to {most}."),
            ));
        }
        if self.features.len() > MOST_FEATURES {
            return Err(Error::invalid(
                "features",
                Code::TooLong,
                format!("A plan has at most {MOST_FEATURES} features."),
            ));
        }
        if !(0..=MOST_TRIAL_DAYS).contains(&self.trial_days) {
            return Err(Error::invalid(
                "trialDays",
                Code::OutOfRange,
                format!("A trial lasts 0 to {MOST_TRIAL_DAYS} days."),
            ));
        }
        if self.trial_days > 0 && self.billing_cycle == BillingCycle::OneTime {
            return Err(Error::invalid(
                "trialDays",
                Code::OutOfRange,
                "A plan that is paid once has no trial.",
            ));
        }
        allowance("maxUsers", self.max_users.map(i64::from))?;
        allowance("maxStorageMb", self.max_storage_mb)?;
        Ok(Self {
            features: self
                .features
                .iter()
                .map(|feature| line("features", feature, 200))
                .collect::<Result<_>>()?,
            ..self
        })
    }
}

fn slug(slug: String) -> Result<String> {
    // The length is judged first, so that a blank slug is called blank.
    let slug = line("slug", &slug, 64).map(|_| slug)?;
    if slug.len() < 2 {
        return Err(Error::invalid(
            "slug",
            Code::TooShort,
            "This needs at least 2 characters.",
        ));
    }
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !slug.bytes().all(known) {
        return Err(Error::invalid(
            "slug",
            Code::Malformed,
            "A slug is made of a to z, 0 to 9 and -.",
        ));
    }
    Ok(slug)
}

/// A text of one line: it stands on invoices and in the gateway's form.
fn line(field: &'static str, value: &str, most: usize) -> Result<String> {
    let value = validate::text(field, value, 1, most)?;
    if value.contains('\n') {
        return Err(Error::invalid(
            field,
            Code::Malformed,
            "This must be one line.",
        ));
    }
    Ok(value)
}

fn allowance(field: &'static str, value: Option<i64>) -> Result<()> {
    match value {
        Some(value) if !(1..=MOST_ALLOWANCE).contains(&value) => Err(Error::invalid(
            field,
            Code::OutOfRange,
            format!("This is 1 to {MOST_ALLOWANCE}, or nothing for no limit."),
        )),
        _ => Ok(()),
    }
}
