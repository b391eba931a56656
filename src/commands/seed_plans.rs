//! Plans to try the shop with.

use domain::{
    base::{Access, Code, Error, Op, Result},
    plans::{Listing, NewPlan, Terms, create_plan, query},
};
use entity::{
    money::{Currency, Money},
    plans::BillingCycle,
};

/// One plan of the demonstration.
struct Demo {
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    /// In whole New Taiwan dollars.
    price: i64,
    billing_cycle: BillingCycle,
    features: &'static [&'static str],
    max_users: Option<i32>,
    max_storage_mb: Option<i64>,
}

/// In the order of the shop window.
const DEMO: &[Demo] = &[
    Demo {
        slug: "free",
        name: "Free",
        description: "Try it alone, for as long as you like. 免費版：一個人，想用多久就用多久。",
        price: 0,
        billing_cycle: BillingCycle::Monthly,
        features: &["1 project", "Community forum", "7 days of history"],
        max_users: Some(1),
        max_storage_mb: Some(500),
    },
    Demo {
        slug: "starter",
        name: "Starter",
        description: "For freelancers and first customers. 入門版：適合自由工作者與剛起步的小店。",
        price: 299,
        billing_cycle: BillingCycle::Monthly,
        features: &[
            "10 projects",
            "Email support within two working days",
            "30 days of history",
            "Export to CSV",
        ],
        max_users: Some(3),
        max_storage_mb: Some(10_240),
    },
    Demo {
        slug: "pro",
        name: "Pro",
        description: "For growing teams that ship every week. 專業版：給每週都在前進的團隊。",
        price: 899,
        billing_cycle: BillingCycle::Monthly,
        features: &[
            "Unlimited projects",
            "Support within one working day",
            "One year of history",
            "Roles and permissions",
            "API access, 10,000 calls a day",
        ],
        max_users: Some(10),
        max_storage_mb: Some(102_400),
    },
    Demo {
        slug: "team",
        name: "Team",
        description: "One invoice a quarter for the whole office. 團隊版：每季一張帳單，全公司共用。",
        price: 2_490,
        billing_cycle: BillingCycle::Quarterly,
        features: &[
            "Everything in Pro",
            "Single sign-on",
            "Audit log",
            "Onboarding session in Mandarin or English",
        ],
        max_users: Some(30),
        max_storage_mb: Some(512_000),
    },
    Demo {
        slug: "pro-yearly",
        name: "Pro yearly",
        description: "Pro for a year, two months free. 專業版年繳：付十個月，用十二個月。",
        price: 8_990,
        billing_cycle: BillingCycle::Yearly,
        features: &[
            "Everything in Pro",
            "Two months free",
            "Price fixed for a year",
        ],
        max_users: Some(10),
        max_storage_mb: Some(102_400),
    },
    Demo {
        slug: "weekly-pass",
        name: "Weekly pass",
        description: "All of Pro for one project week. 週票：專案衝刺的那一週，功能全開。",
        price: 99,
        billing_cycle: BillingCycle::Weekly,
        features: &["Everything in Pro", "Cancel any week"],
        max_users: Some(5),
        max_storage_mb: Some(20_480),
    },
    Demo {
        slug: "lifetime",
        name: "Lifetime licence",
        description: "Pay once, keep it. 終身授權：一次付清，永久使用。",
        price: 12_800,
        billing_cycle: BillingCycle::OneTime,
        features: &[
            "Everything in Pro",
            "All updates of this major version",
            "Licence key for offline use",
        ],
        max_users: Some(10),
        max_storage_mb: None,
    },
];

/// Makes the plans that are not there yet, known by their slugs; what is there stays as it is.
///
/// # Errors
/// An actor that is neither staff nor a part of Fabrica; the database does not answer.
pub async fn plans(op: &Op) -> Result<()> {
    op.require(Access::Staff)?;
    for (demo, place) in DEMO.iter().zip(1..) {
        if query::find_by_slug(op, demo.slug).await?.is_some() {
            continue;
        }
        match create_plan(op, new_plan(demo, place * 10)).await {
            // Another process has seeded it meanwhile.
            Err(Error::Invalid {
                code: Code::Taken, ..
            })
            | Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn new_plan(demo: &Demo, sort_order: i32) -> NewPlan {
    NewPlan {
        slug: demo.slug.to_owned(),
        listing: Listing {
            name: demo.name.to_owned(),
            description: demo.description.to_owned(),
            is_active: true,
            is_popular: demo.slug == "pro",
            sort_order,
        },
        terms: Terms {
            price: Money::new(demo.price, Currency::Twd),
            billing_cycle: demo.billing_cycle,
            features: demo
                .features
                .iter()
                .map(|text| (*text).to_owned())
                .collect(),
            trial_days: 0,
            max_users: demo.max_users,
            max_storage_mb: demo.max_storage_mb,
        },
    }
}
