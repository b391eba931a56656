//! The one table of who sees which field of a row. The rows themselves are narrowed where they are read
//! (`visible_to` of each room), the few fields that ask for more by the doorkeeper; `schema/permissions.md` prints
//! the table, and a test asks every field as everybody. A field that is not named here fails that test.

use domain::base::Access;

/// Who sees the rows of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Everybody, as far as the row is there for the public.
    Everybody,
    /// The person it belongs to, and staff. For all others it does not exist.
    Owner,
    /// Staff alone.
    Staff,
    /// Whoever sees the row or the list that it stands in.
    Within,
    /// Whoever may run the operation that it answers.
    Answer,
}

impl Seen {
    /// In words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Everybody => "Everybody.",
            Self::Owner => "Its owner and staff; for all others it does not exist.",
            Self::Staff => "Staff.",
            Self::Within => "Whoever sees what it stands in.",
            Self::Answer => "Whoever may run the operation.",
        }
    }
}

/// A type, who sees it, and every field of it.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// The type, in the schema's spelling.
    pub parent: &'static str,
    /// Who sees its rows, and with them all fields but those of [`FIELDS`].
    pub seen: Seen,
    /// Its fields.
    pub fields: &'static [&'static str],
}

/// Fields that ask for more than to see their row. Whoever lacks it gets `null` and `FORBIDDEN`, so that such a
/// field must be nullable.
pub const FIELDS: &[(&str, &str, Access)] = &[("Payment", "fee", Access::Staff)];

/// What a field asks beside seeing its row.
#[must_use]
pub fn of(parent: &str, field: &str) -> Access {
    FIELDS
        .iter()
        .find(|(of, name, _)| *of == parent && *name == field)
        .map_or(Access::Anyone, |(_, _, access)| *access)
}

const fn sight(parent: &'static str, seen: Seen, fields: &'static [&'static str]) -> Sight {
    Sight {
        parent,
        seen,
        fields,
    }
}

use Seen::{Answer, Everybody, Owner, Staff, Within};

/// Every type but the roots.
#[rustfmt::skip]
pub const SIGHTS: &[Sight] = &[
    sight("ArchivePlanPayload", Answer, &["errors", "plan"]),
    sight("AuditEntry", Staff, &[
        "action", "actor", "actorUserId", "address", "agent", "at", "code", "details", "id", "origin", "outcome",
        "requestId", "subject",
    ]),
    sight("AuditEntryConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("AuditEntryEdge", Within, &["cursor", "node"]),
    sight("BeginPaymentPayload", Answer, &["errors", "form", "payment", "redirectUrl"]),
    sight("CancelOrderPayload", Answer, &["errors", "order"]),
    sight("ChangePasswordPayload", Answer, &["errors", "user"]),
    sight("ChangePlanPayload", Answer, &["errors", "order", "subscription"]),
    sight("CreateOrderPayload", Answer, &["errors", "order"]),
    sight("CreatePlanPayload", Answer, &["errors", "plan"]),
    sight("CreateSubscriptionPayload", Answer, &["errors", "order", "subscription"]),
    sight("CreateUserPayload", Answer, &["errors", "user"]),
    sight("DeactivateUserPayload", Answer, &["errors", "user"]),
    sight("EraseUserPayload", Answer, &["erasedUserId", "errors"]),
    sight("Invoice", Owner, &[
        "buyer", "id", "issuedAt", "lines", "net", "notes", "number", "order", "paidAt", "pdfUrl", "periodEnd",
        "periodStart", "seller", "status", "subscription", "tax", "taxRatePercent", "total", "user",
    ]),
    sight("InvoiceConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("InvoiceEdge", Within, &["cursor", "node"]),
    sight("InvoiceLine", Within, &["amount", "description", "quantity", "tax", "unitPrice"]),
    sight("InvoiceParty", Within, &["address", "email", "name", "phone", "taxId"]),
    sight("LogInPayload", Answer, &["errors", "session", "user"]),
    sight("LogOutEverywherePayload", Answer, &["endedSessions", "errors"]),
    sight("LogOutPayload", Answer, &["endedSessionId", "errors"]),
    sight("Money", Within, &["amount", "currency"]),
    sight("Order", Owner, &[
        "cancelledAt", "expiresAt", "gatewayTradeNo", "id", "invoice", "lines", "notes", "number", "paidAt",
        "paymentMethod", "payments", "placedAt", "status", "total", "user", "version",
    ]),
    sight("OrderConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("OrderEdge", Within, &["cursor", "node"]),
    sight("OrderLine", Within, &[
        "amount", "description", "id", "kind", "periodEnd", "periodStart", "quantity", "subscription", "unitPrice",
    ]),
    sight("OrderStatusChange", Answer, &["occurredAt", "order", "previousStatus", "status", "version"]),
    sight("PageInfo", Within, &["endCursor", "hasNextPage", "hasPreviousPage", "startCursor"]),
    sight("Payment", Owner, &[
        "amount", "attempt", "code", "createdAt", "expiresAt", "failureCode", "failureMessage", "fee", "gateway",
        "gatewayMethod", "gatewayTradeNo", "id", "merchantTradeNo", "method", "order", "paidAt", "status",
    ]),
    sight("PaymentCode", Within, &["bankCode", "barcodes", "code", "expiresAt", "virtualAccount"]),
    sight("PaymentConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("PaymentEdge", Within, &["cursor", "node"]),
    sight("PaymentForm", Answer, &["action", "fields"]),
    sight("PaymentFormField", Answer, &["name", "value"]),
    sight("Plan", Everybody, &[
        "archivedAt", "billingCycle", "createdAt", "currentVersion", "description", "features", "id", "isActive",
        "isPopular", "maxStorageMb", "maxUsers", "name", "price", "slug", "sortOrder", "updatedAt", "version",
        "versions",
    ]),
    sight("PlanChangeLine", Answer, &["amount", "description", "kind", "periodEnd", "periodStart"]),
    sight("PlanChangePreview", Answer, &[
        "credit", "due", "expiresAt", "lines", "mode", "periodEnd", "periodStart", "plan", "previewToken",
        "renewalTotal", "renewsAt", "takesEffectAt", "tax", "terms",
    ]),
    sight("PlanConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("PlanEdge", Within, &["cursor", "node"]),
    sight("PlanSubscription", Owner, &[
        "autoRenew", "cancelledAt", "createdAt", "credit", "currentPeriodEnd", "currentPeriodStart", "endedAt", "id",
        "nextTerms", "plan", "startedAt", "status", "terms", "trialEndAt", "user",
    ]),
    sight("PlanSubscriptionConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("PlanSubscriptionEdge", Within, &["cursor", "node"]),
    sight("PlanVersion", Within, &[
        "billingCycle", "createdAt", "features", "id", "maxStorageMb", "maxUsers", "number", "price",
    ]),
    sight("RateLimit", Everybody, &["limit", "remaining", "resetAt"]),
    sight("RefreshSessionPayload", Answer, &["errors", "session", "user"]),
    sight("RegisterPayload", Answer, &["errors", "session", "user"]),
    sight("Session", Answer, &["accessToken", "expiresAt", "refreshToken", "refreshTokenExpiresAt"]),
    sight("UpdatePlanPayload", Answer, &["errors", "plan"]),
    sight("UpdateProfilePayload", Answer, &["errors", "user"]),
    sight("UpdateSubscriptionStatusPayload", Answer, &["errors", "subscription"]),
    sight("UpdateUserPayload", Answer, &["errors", "user"]),
    sight("User", Owner, &[
        "avatarUrl", "email", "firstName", "id", "invoices", "isActive", "isVerified", "joinedAt", "lastLogInAt",
        "lastName", "orders", "phone", "role", "subscriptions", "username",
    ]),
    sight("UserConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("UserEdge", Within, &["cursor", "node"]),
    sight("UserError", Answer, &["code", "message", "path"]),
];
