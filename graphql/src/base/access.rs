//! The one table of who may enter which root field. The doorkeeper enforces it, `schema/permissions.md`
//! prints it, and a test holds every description to it. A field without a line is closed to everybody.

use domain::base::Access::{self, Admin, Anyone, SignedIn, Staff};

/// A root field and what it asks.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `Query`, `Mutation` or `Subscription`.
    pub parent: &'static str,
    /// The field, in the schema's spelling.
    pub field: &'static str,
    /// What it asks.
    pub access: Access,
}

const fn query(field: &'static str, access: Access) -> Rule {
    Rule {
        parent: "Query",
        field,
        access,
    }
}

const fn mutation(field: &'static str, access: Access) -> Rule {
    Rule {
        parent: "Mutation",
        field,
        access,
    }
}

const fn subscription(field: &'static str, access: Access) -> Rule {
    Rule {
        parent: "Subscription",
        field,
        access,
    }
}

/// Every root field.
pub const RULES: &[Rule] = &[
    query("me", SignedIn),
    query("plans", Anyone),
    query("plan", Anyone),
    query("order", SignedIn),
    query("invoice", SignedIn),
    query("subscription", SignedIn),
    query("payment", SignedIn),
    query("previewPlanChange", SignedIn),
    query("user", Staff),
    query("users", Staff),
    query("orders", Staff),
    query("subscriptions", Staff),
    query("invoices", Staff),
    query("payments", Staff),
    query("refund", SignedIn),
    query("refunds", Staff),
    query("refundPreview", Staff),
    query("auditLog", Staff),
    query("outbox", Staff),
    query("paymentsNeedingAttention", Staff),
    query("trialBalance", Staff),
    query("ledgerEntries", Staff),
    query("reconciliation", Staff),
    query("jobs", Staff),
    query("testClock", Staff),
    query("testClocks", Staff),
    query("serverVersion", Anyone),
    query("rateLimit", Anyone),
    // What each row asks is its kind's own rule (`visible_to`), whoever comes to this door.
    query("node", Anyone),
    query("nodes", Anyone),
    mutation("register", Anyone),
    mutation("logIn", Anyone),
    mutation("refreshSession", Anyone),
    mutation("logOut", SignedIn),
    mutation("logOutElsewhere", SignedIn),
    mutation("logOutEverywhere", SignedIn),
    mutation("changePassword", SignedIn),
    mutation("updateProfile", SignedIn),
    mutation("requestEmailCode", SignedIn),
    mutation("verifyEmail", SignedIn),
    mutation("requestPasswordReset", Anyone),
    mutation("resetPassword", Anyone),
    mutation("createSubscription", SignedIn),
    mutation("changePlan", SignedIn),
    mutation("setAutoRenew", SignedIn),
    mutation("cancelSubscription", SignedIn),
    mutation("pauseSubscription", SignedIn),
    mutation("resumeSubscription", SignedIn),
    mutation("createOrder", SignedIn),
    mutation("cancelOrder", SignedIn),
    mutation("beginPayment", SignedIn),
    mutation("acceptLatePayment", Staff),
    mutation("creditLatePayment", Staff),
    mutation("resolvePayment", Staff),
    mutation("createPlan", Staff),
    mutation("updatePlan", Staff),
    mutation("archivePlan", Staff),
    mutation("updateSubscriptionStatus", Staff),
    mutation("retryDelivery", Staff),
    mutation("refundPayment", Staff),
    mutation("completeManualRefund", Staff),
    mutation("cancelRefund", Staff),
    mutation("retrySubscription", Staff),
    mutation("runJob", Staff),
    mutation("createTestClock", Staff),
    mutation("attachToTestClock", Staff),
    mutation("advanceTestClock", Staff),
    mutation("createUser", Admin),
    mutation("updateUser", Admin),
    mutation("deactivateUser", Admin),
    mutation("eraseUser", Admin),
    subscription("orderStatusChanged", SignedIn),
    subscription("planSubscriptionStatusChanged", SignedIn),
];

/// The root fields that are there for routers of a federated graph, and only where the server is set to have them.
/// What each row asks is its kind's own rule.
pub const ROUTERS: &[Rule] = &[query("_service", Anyone), query("_entities", Anyone)];

/// What a root field asks; `None` for a field that nobody wrote a line for.
#[must_use]
pub fn of(parent: &str, field: &str) -> Option<Access> {
    RULES
        .iter()
        .chain(ROUTERS)
        .find(|rule| rule.parent == parent && rule.field == field)
        .map(|rule| rule.access)
}
