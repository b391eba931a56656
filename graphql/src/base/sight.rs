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
pub const FIELDS: &[(&str, &str, Access)] = &[
    ("Payment", "fee", Access::Staff),
    ("Payment", "received", Access::Staff),
    ("Payment", "attention", Access::Staff),
    ("Payment", "decisions", Access::Staff),
    ("Refund", "answerCode", Access::Staff),
    ("Refund", "answerMessage", Access::Staff),
    ("Refund", "attempts", Access::Staff),
    ("Refund", "nextCheckAt", Access::Staff),
    ("Refund", "note", Access::Staff),
    ("Refund", "requestedBy", Access::Staff),
    ("PlanSubscription", "dueAt", Access::Staff),
    ("PlanSubscription", "failures", Access::Staff),
    ("PlanSubscription", "isParked", Access::Staff),
    ("PlanSubscription", "lastError", Access::Staff),
];

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
    sight("AdvanceTestClockPayload", Answer, &["errors", "testClock"]),
    sight("ArchivePlanPayload", Answer, &["errors", "plan"]),
    sight("AttachToTestClockPayload", Answer, &["errors", "user"]),
    sight("AuditEntry", Staff, &[
        "action", "actor", "actorUserId", "address", "agent", "at", "code", "details", "id", "origin", "outcome",
        "requestId", "subject",
    ]),
    sight("AuditEntryConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("AuditEntryEdge", Within, &["cursor", "node"]),
    sight("BeginPaymentPayload", Answer, &["errors", "form", "payment", "redirectUrl"]),
    sight("CancelOrderPayload", Answer, &["errors", "order"]),
    sight("CancelRefundPayload", Answer, &["errors", "refund"]),
    sight("CancelSubscriptionPayload", Answer, &["errors", "subscription"]),
    sight("CardContract", Within, &[
        "amount", "charges", "endedAt", "failures", "id", "merchantTradeNo", "mostCharges", "nextChargeAt", "startedAt",
        "status",
    ]),
    sight("ChangePasswordPayload", Answer, &["errors", "user"]),
    sight("ChangePlanPayload", Answer, &["errors", "order", "subscription"]),
    sight("CompleteManualRefundPayload", Answer, &["errors", "refund"]),
    sight("CreateOrderPayload", Answer, &["errors", "order"]),
    sight("CreatePlanPayload", Answer, &["errors", "plan"]),
    sight("CreateSubscriptionPayload", Answer, &["errors", "order", "subscription"]),
    sight("CreateTestClockPayload", Answer, &["errors", "testClock"]),
    sight("CreateUserPayload", Answer, &["errors", "user"]),
    sight("CreditNote", Within, &[
        "id", "invoice", "issuedAt", "net", "number", "reason", "refund", "tax", "total",
    ]),
    sight("DeactivateUserPayload", Answer, &["errors", "user"]),
    sight("Delivery", Staff, &[
        "attempts", "createdAt", "eventId", "finishedAt", "id", "kind", "nextAttemptAt", "reason", "state", "subject",
    ]),
    sight("DeliveryConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("DeliveryEdge", Within, &["cursor", "node"]),
    sight("EraseUserPayload", Answer, &["erasedUserId", "errors"]),
    sight("Invoice", Owner, &[
        "buyer", "creditNotes", "creditedAmount", "id", "issuedAt", "lines", "net", "notes", "number", "order", "paidAt", "pdfUrl", "periodEnd",
        "periodStart", "seller", "status", "subscription", "tax", "taxRatePercent", "total", "user",
    ]),
    sight("InvoiceConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("InvoiceEdge", Within, &["cursor", "node"]),
    sight("InvoiceLine", Within, &["amount", "description", "quantity", "tax", "unitPrice"]),
    sight("InvoiceParty", Within, &["address", "email", "name", "phone", "taxId"]),
    sight("LedgerEntry", Staff, &[
        "amount", "bookedAt", "creditAccount", "debitAccount", "id", "journal", "kind", "order", "payment", "position",
        "user",
    ]),
    sight("LedgerEntryConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("LedgerEntryEdge", Within, &["cursor", "node"]),
    sight("Job", Staff, &["everySeconds", "name", "nextSlotAt", "purpose", "runs"]),
    sight("JobRun", Within, &["error", "finishedAt", "handled", "isCutOff", "slotAt", "startedAt"]),
    sight("LogInPayload", Answer, &["errors", "session", "user"]),
    sight("LogOutElsewherePayload", Answer, &["endedSessions", "errors"]),
    sight("LogOutEverywherePayload", Answer, &["endedSessions", "errors"]),
    sight("LogOutPayload", Answer, &["endedSessionId", "errors"]),
    sight("Money", Within, &["amount", "currency"]),
    sight("NextRenewal", Within, &["amount", "order", "orderedAt", "periodEnd", "periodStart", "terms"]),
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
    sight("PauseSubscriptionPayload", Answer, &["errors", "subscription"]),
    sight("Payment", Owner, &[
        "amount", "attempt", "attention", "capturedAmount", "code", "createdAt", "decisions", "expiresAt",
        "failureCode", "failureMessage", "fee", "gateway", "gatewayMethod", "gatewayTradeNo", "id",
        "merchantTradeNo", "method", "order", "paidAt", "received", "refundableAmount", "refundedAmount", "refunds",
        "status",
    ]),
    sight("PaymentAttention", Within, &["reason", "suggestion"]),
    sight("PaymentCode", Within, &["bankCode", "barcodes", "code", "expiresAt", "virtualAccount"]),
    sight("PaymentConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("PaymentDecision", Within, &["decidedAt", "decidedBy", "note", "verdict"]),
    sight("PaymentDecisionPayload", Answer, &["errors", "payment"]),
    sight("PaymentEdge", Within, &["cursor", "node"]),
    sight("PaymentForm", Answer, &["action", "fields"]),
    sight("PaymentFormField", Answer, &["name", "value"]),
    sight("Plan", Everybody, &[
        "archivedAt", "billingCycle", "createdAt", "currentVersion", "description", "features", "id", "isActive",
        "isPopular", "maxStorageMb", "maxUsers", "name", "price", "slug", "sortOrder", "trialDays", "updatedAt", "version",
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
        "accessUntil", "autoRenew", "cancelAtPeriodEnd", "cancelledAt", "cardContract", "createdAt", "credit",
        "currentPeriodEnd", "currentPeriodStart", "dueAt", "dunningStep", "endedAt", "failures", "hasAccess", "id",
        "isParked", "lastError", "nextRenewal", "nextTerms", "paidUntil", "pastDueAt", "pausedAt", "periods",
        "plan", "resumeAt", "startedAt", "status", "terms", "trialEndAt", "user",
    ]),
    sight("PlanSubscriptionConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("PlanSubscriptionEdge", Within, &["cursor", "node"]),
    sight("PlanVersion", Within, &[
        "billingCycle", "createdAt", "features", "id", "maxStorageMb", "maxUsers", "number", "price", "trialDays",
    ]),
    sight("RateLimit", Everybody, &["limit", "remaining", "resetAt"]),
    sight("Reconciliation", Answer, &["counts", "from", "pairs", "to"]),
    sight("ReconciliationCount", Answer, &["count", "finding"]),
    sight("ReconciliationPair", Answer, &["finding", "line", "payment", "refunded"]),
    sight("RefreshSessionPayload", Answer, &["errors", "session", "user"]),
    sight("Refund", Owner, &[
        "amount", "answerCode", "answerMessage", "attempts", "completedAt", "createdAt", "creditNote",
        "endsSubscription", "id", "kind", "nextCheckAt", "note", "order", "payment", "reason", "reference",
        "requestedBy", "status", "steps", "user", "version",
    ]),
    sight("RefundConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("RefundEdge", Within, &["cursor", "node"]),
    sight("RefundPaymentPayload", Answer, &["errors", "refund"]),
    sight("RefundPreview", Answer, &[
        "amount", "cardState", "kind", "leftAfter", "payment", "steps", "waitsFor", "waitsUntil",
    ]),
    sight("RefundPreviewPayload", Answer, &["errors", "preview"]),
    sight("RefundStep", Within, &["action", "isDone"]),
    sight("RegisterPayload", Answer, &["errors", "session", "user"]),
    sight("RequestEmailCodePayload", Answer, &["errors", "expiresAt"]),
    sight("RequestPasswordResetPayload", Answer, &["accepted", "errors"]),
    sight("ResetPasswordPayload", Answer, &["done", "errors"]),
    sight("RetryDeliveryPayload", Answer, &["delivery", "errors"]),
    sight("VerifyEmailPayload", Answer, &["errors", "user"]),
    sight("ResumeSubscriptionPayload", Answer, &["errors", "subscription"]),
    sight("RetrySubscriptionPayload", Answer, &["errors", "subscription"]),
    sight("RunJobPayload", Answer, &["errors", "job", "run"]),
    sight("Session", Answer, &["accessToken", "expiresAt", "refreshToken", "refreshTokenExpiresAt"]),
    sight("StatementLine", Answer, &[
        "amount", "fee", "gatewayTradeNo", "happenedAt", "kind", "lineNumber", "merchantTradeNo", "paidOutAt",
    ]),
    sight("TrialBalance", Staff, &["before", "rows", "totals"]),
    sight("TrialBalanceRow", Within, &["account", "balance", "credits", "currency", "debits"]),
    sight("TrialBalanceTotal", Within, &["credits", "currency", "debits"]),
    sight("SetAutoRenewPayload", Answer, &["errors", "subscription"]),
    sight("SubscriptionPeriod", Within, &["amount", "order", "periodEnd", "periodStart", "terms"]),
    sight("SubscriptionPeriodConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("SubscriptionPeriodEdge", Within, &["cursor", "node"]),
    sight("SubscriptionStatusChange", Answer, &["occurredAt", "previousStatus", "status", "subscription", "version"]),
    sight("TestClock", Owner, &["createdAt", "customers", "id", "movingTo", "name", "shows", "status"]),
    sight("TestClockConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("TestClockEdge", Within, &["cursor", "node"]),
    sight("UpdatePlanPayload", Answer, &["errors", "plan"]),
    sight("UpdateProfilePayload", Answer, &["errors", "user"]),
    sight("UpdateSubscriptionStatusPayload", Answer, &["errors", "subscription"]),
    sight("UpdateUserPayload", Answer, &["errors", "user"]),
    sight("User", Owner, &[
        "avatarUrl", "email", "firstName", "id", "invoices", "isActive", "isVerified", "joinedAt", "lastLogInAt",
        "lastName", "locale", "orders", "phone", "role", "subscriptions", "testClock", "username",
    ]),
    sight("UserConnection", Within, &["edges", "nodes", "pageInfo", "totalCount"]),
    sight("UserEdge", Within, &["cursor", "node"]),
    sight("UserError", Answer, &["code", "message", "path"]),
];
