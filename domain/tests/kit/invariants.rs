//! What must be true of the money in every database, whatever happened to it: checked by SQL after each
//! storm. The names are those of the reliability catalogue.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use domain::base::{database::Database, transition::Stateful};
use entity::{
    audit::audit_entry,
    base::{event, transition},
    id::SubscriptionId,
    invoices::{credit_note, invoice, invoice_series},
    orders::{LineKind, OrderStatus, order, order_line},
    payments::{card_contract, payment},
    refunds::refund,
    subscriptions::subscription,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement,
};

use super::House;

/// Fails the test when anything that must be true is not.
pub async fn assert_hold(house: &House) {
    let found = violations(house).await;
    assert!(found.is_empty(), "broken:\n{}", found.join("\n"));
}

/// Everything that is not as it must be, in words.
pub async fn violations(house: &House) -> Vec<String> {
    let database = &house.app.database;
    let mut found = Vec::new();
    for (rule, offenders) in RULES {
        let number = count(database, offenders).await;
        if number > 0 {
            found.push(format!("{rule}: {number} rows"));
        }
    }
    let deadline = house.now() - Duration::minutes(5);
    let notices = entity::payments::notice::Entity::find();
    for notice in notices.all(database.reader()).await.unwrap() {
        let waits = notice.state == entity::payments::NoticeState::Received;
        if waits && notice.received_at < deadline {
            found.push(format!(
                "I9: {} waits since {}",
                notice.id, notice.received_at
            ));
        }
    }
    let log = Log::read(database).await;
    let orders = order::Entity::find().all(database.reader()).await.unwrap();
    log.check::<order::Entity>(&orders, "order.placed", &mut found);
    let payments = payment::Entity::find()
        .all(database.reader())
        .await
        .unwrap();
    log.check::<payment::Entity>(&payments, "payment.opened", &mut found);
    let subscriptions = subscription::Entity::find();
    let subscriptions = subscriptions.all(database.reader()).await.unwrap();
    log.check::<subscription::Entity>(&subscriptions, "subscription.created", &mut found);
    let refunds = refund::Entity::find().all(database.reader()).await.unwrap();
    log.check::<refund::Entity>(&refunds, "refund.requested", &mut found);
    let contracts = card_contract::Entity::find();
    let contracts = contracts.all(database.reader()).await.unwrap();
    log.check::<card_contract::Entity>(&contracts, "card_contract.opened", &mut found);
    log.check_subjects(
        orders.len() + payments.len() + subscriptions.len() + refunds.len() + contracts.len(),
        &mut found,
    );
    log.check_gaps(database, &mut found).await;
    check_series(database, &mut found).await;
    check_audit(database, &mut found).await;
    found
}

/// A rule, and a query for the rows that break it.
const RULES: &[(&str, &str)] = &[
    (
        "I1: a paid payment has exactly one settlement",
        "SELECT count(*) AS n FROM payments p WHERE \
         (p.status = 'PAID' AND (SELECT count(*) FROM settlements s WHERE s.payment_id = p.id) <> 1) OR \
         (p.status = 'REFUNDED' AND (SELECT count(*) FROM settlements s WHERE s.payment_id = p.id) > 1)",
    ),
    (
        "I1: only a paid payment settles",
        "SELECT count(*) AS n FROM settlements s JOIN payments p ON p.id = s.payment_id \
         WHERE p.status NOT IN ('PAID', 'REFUNDED') OR p.order_id <> s.order_id",
    ),
    (
        "I1: a settlement with money has exactly one invoice, of its payment and order",
        "SELECT count(*) AS n FROM settlements s WHERE s.payment_id IS NOT NULL AND \
         (SELECT count(*) FROM invoices i WHERE i.payment_id = s.payment_id AND i.order_id = s.order_id) <> 1",
    ),
    (
        "I1: an invoice needs a settlement",
        "SELECT count(*) AS n FROM invoices i WHERE NOT EXISTS \
         (SELECT 1 FROM settlements s WHERE s.payment_id = i.payment_id AND s.order_id = i.order_id)",
    ),
    (
        "I1: a done order has exactly one settlement",
        "SELECT count(*) AS n FROM orders o WHERE o.status IN ('PAID', 'COMPLETED', 'REFUNDED') AND \
         (SELECT count(*) FROM settlements s WHERE s.order_id = o.id) <> 1",
    ),
    (
        "I1: an order that is not done has no settlement",
        "SELECT count(*) AS n FROM orders o WHERE o.status NOT IN ('PAID', 'COMPLETED', 'REFUNDED') AND \
         EXISTS (SELECT 1 FROM settlements s WHERE s.order_id = o.id)",
    ),
    (
        "I3: what an order was paid is what its settled payments bring, and what it costs",
        "SELECT count(*) AS n FROM orders o JOIN settlements s ON s.order_id = o.id WHERE \
         s.amount_minor <> o.total_minor OR s.currency <> o.currency OR o.total_minor <> \
         (SELECT coalesce(sum(p.amount_minor), 0) FROM payments p WHERE p.id = s.payment_id)",
    ),
    (
        "I3: what came is what was asked for, once the money is there",
        "SELECT count(*) AS n FROM payments p WHERE p.captured_minor <> \
         CASE WHEN p.status IN ('PAID', 'PAID_LATE', 'REFUNDED') \
         THEN coalesce(p.received_minor, p.amount_minor) ELSE 0 END",
    ),
    (
        "I3: no more goes back, or is set aside for it, than came",
        "SELECT count(*) AS n FROM payments p WHERE p.refunded_minor < 0 OR p.refund_reserved_minor < 0 \
         OR p.refunded_minor + p.refund_reserved_minor > p.captured_minor",
    ),
    (
        "I3: what went back is what refunds gave back",
        "SELECT count(*) AS n FROM payments p WHERE p.refunded_minor <> (SELECT coalesce(sum(r.amount_minor), 0) \
         FROM refunds r WHERE r.payment_id = p.id AND r.status = 'SUCCEEDED')",
    ),
    (
        "I3: what is set aside is for refunds that have not ended",
        "SELECT count(*) AS n FROM payments p WHERE p.refund_reserved_minor <> \
         (SELECT coalesce(sum(r.amount_minor), 0) FROM refunds r WHERE r.payment_id = p.id \
          AND r.status IN ('REQUESTED', 'SENDING', 'UNKNOWN', 'AWAITING_STAFF'))",
    ),
    (
        "I3: a payment is refunded when nothing of it is left, and only then",
        "SELECT count(*) AS n FROM payments p WHERE p.status IN ('PAID', 'PAID_LATE', 'REFUNDED') AND \
         (p.status = 'REFUNDED') <> (p.refunded_minor = p.captured_minor)",
    ),
    (
        "I3: an order is refunded with the payment that settled it, and only then",
        "SELECT count(*) AS n FROM settlements s JOIN orders o ON o.id = s.order_id \
         JOIN payments p ON p.id = s.payment_id WHERE (o.status = 'REFUNDED') <> (p.status = 'REFUNDED')",
    ),
    (
        "I3: credit notes take back from an invoice what went back of its payment, with its tax in the end",
        "SELECT count(*) AS n FROM invoices i JOIN payments p ON p.id = i.payment_id WHERE \
         i.credited_minor <> p.refunded_minor OR i.credited_minor <> \
         (SELECT coalesce(sum(c.total_minor), 0) FROM credit_notes c WHERE c.invoice_id = i.id) OR \
         (i.credited_minor = i.total_minor AND i.tax_minor <> \
          (SELECT coalesce(sum(c.tax_minor), 0) FROM credit_notes c WHERE c.invoice_id = i.id))",
    ),
    (
        "I3: what went back is in the books",
        "SELECT count(*) AS n FROM payments p WHERE p.refunded_minor <> \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id \
          AND t.kind IN ('REFUND', 'CREDIT_REFUND'))",
    ),
    (
        "I10: a refund that is under way is looked at",
        "SELECT count(*) AS n FROM refunds WHERE status IN ('REQUESTED', 'SENDING', 'UNKNOWN') \
         AND next_check_at IS NULL",
    ),
    (
        "I3: an order costs what its lines cost",
        "SELECT count(*) AS n FROM orders o WHERE o.total_minor <> \
         (SELECT coalesce(sum(l.amount_minor), -1) FROM order_lines l WHERE l.order_id = o.id)",
    ),
    (
        "I3: an invoice is for what the order cost, and its lines add up to it, tax and all",
        "SELECT count(*) AS n FROM invoices i JOIN orders o ON o.id = i.order_id WHERE \
         i.total_minor <> o.total_minor OR i.currency <> o.currency OR \
         i.net_minor + i.tax_minor <> i.total_minor OR i.total_minor <> \
         (SELECT coalesce(sum(l.amount_minor), -1) FROM invoice_lines l WHERE l.invoice_id = i.id) OR \
         i.tax_minor <> \
         (SELECT coalesce(sum(l.tax_minor), -1) FROM invoice_lines l WHERE l.invoice_id = i.id)",
    ),
    (
        "I1: a settlement with money has exactly one journal, for what it settled, with the invoice's tax",
        "SELECT count(*) AS n FROM settlements s JOIN invoices i ON i.payment_id = s.payment_id WHERE \
         (SELECT count(DISTINCT t.journal_key) FROM ledger_transfers t \
          WHERE t.payment_id = s.payment_id AND t.kind = 'SETTLEMENT') <> 1 OR \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = s.payment_id \
          AND t.kind = 'SETTLEMENT' AND t.credit_account = 'REVENUE') <> i.net_minor OR \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = s.payment_id \
          AND t.kind = 'SETTLEMENT' AND t.credit_account = 'TAX_PAYABLE') <> i.tax_minor",
    ),
    (
        "I1: a journal of a settlement needs one",
        "SELECT count(*) AS n FROM ledger_transfers t WHERE t.kind = 'SETTLEMENT' AND NOT EXISTS \
         (SELECT 1 FROM settlements s WHERE s.payment_id = t.payment_id AND s.order_id = t.order_id)",
    ),
    (
        "I1: all money that came is in the books, and none that did not",
        "SELECT count(*) AS n FROM payments p WHERE \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id \
          AND t.kind IN ('SETTLEMENT', 'LATE_PAYMENT') AND t.debit_account = 'GATEWAY_CLEARING') <> \
         CASE WHEN p.status IN ('PAID', 'PAID_LATE', 'REFUNDED') THEN coalesce(p.received_minor, p.amount_minor) ELSE 0 END",
    ),
    (
        "I1: money that no order took is the customer's",
        "SELECT count(*) AS n FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.status = 'PAID_LATE' AND \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id \
          AND t.kind = 'LATE_PAYMENT' AND t.credit_account = 'CUSTOMER_CREDIT' AND t.user_id = o.user_id) \
         <> coalesce(p.received_minor, p.amount_minor)",
    ),
    (
        "I1: what the gateway keeps is in the books once",
        "SELECT count(*) AS n FROM payments p WHERE p.status IN ('PAID', 'PAID_LATE') AND \
         (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id \
          AND t.kind = 'FEE' AND t.debit_account = 'GATEWAY_FEES') <> coalesce(p.fee_minor, 0)",
    ),
    (
        "I2: what is debited is credited, in each currency",
        "SELECT count(*) AS n FROM (SELECT 1 FROM (SELECT currency, amount_minor AS d, 0 AS c FROM ledger_transfers \
          WHERE debit_account IS NOT NULL UNION ALL SELECT currency, 0, amount_minor FROM ledger_transfers \
          WHERE credit_account IS NOT NULL) sides GROUP BY currency HAVING sum(d) <> sum(c)) uneven",
    ),
    (
        "I2: no customer's credit is below zero",
        "SELECT count(*) AS n FROM (SELECT 1 FROM ledger_transfers WHERE user_id IS NOT NULL \
         GROUP BY user_id, currency HAVING sum(CASE WHEN credit_account = 'CUSTOMER_CREDIT' \
         THEN amount_minor ELSE -amount_minor END) < 0) overdrawn",
    ),
    (
        "I4: one invoice for each period; those of changes of plan have an order each",
        "SELECT count(*) AS n FROM (SELECT 1 FROM invoices WHERE subscription_id IS NOT NULL \
         AND NOT is_plan_change \
         GROUP BY subscription_id, period_start HAVING count(*) > 1) doubled",
    ),
    (
        "I4: an active subscription is in a period that an order paid, or that was free",
        "SELECT count(*) AS n FROM subscriptions s WHERE s.status = 'ACTIVE' AND NOT EXISTS \
         (SELECT 1 FROM order_lines l JOIN settlements t ON t.order_id = l.order_id \
          WHERE l.subscription_id = s.id AND l.period_start = s.current_period_start \
          AND l.period_end <= s.current_period_end AND l.period_start < l.period_end)",
    ),
    (
        "I4: a period is invoiced as it was delivered",
        "SELECT count(*) AS n FROM invoices i WHERE i.subscription_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM order_lines l WHERE l.order_id = i.order_id AND \
          l.subscription_id = i.subscription_id AND l.period_start = i.period_start AND \
          l.period_end = i.period_end)",
    ),
    (
        // A change of plan within a period stands inside it; one that begins a new period cuts the old one short.
        "I4: periods of a subscription do not overlap",
        "SELECT count(*) AS n FROM order_lines a JOIN order_lines b ON \
         a.subscription_id = b.subscription_id AND a.id <> b.id AND \
         a.period_start <= b.period_start AND b.period_start < a.period_end \
         JOIN settlements s ON s.order_id = a.order_id JOIN settlements t ON t.order_id = b.order_id \
         LEFT JOIN plan_changes ca ON ca.order_id = a.order_id \
         LEFT JOIN plan_changes cb ON cb.order_id = b.order_id \
         WHERE (a.kind = 'SUBSCRIPTION_PERIOD' OR (ca.restarts AND ca.applied_at IS NOT NULL AND a.kind = 'SUBSCRIPTION_CHANGE')) \
         AND (b.kind = 'SUBSCRIPTION_PERIOD' OR (cb.restarts AND cb.applied_at IS NOT NULL AND b.kind = 'SUBSCRIPTION_CHANGE')) \
         AND NOT EXISTS (SELECT 1 FROM plan_changes c WHERE c.subscription_id = a.subscription_id AND c.restarts \
         AND c.applied_at IS NOT NULL AND c.at >= a.period_start AND c.at <= b.period_start)",
    ),
    (
        "I4: a change of plan lies within the period it changes",
        "SELECT count(*) AS n FROM plan_changes c JOIN order_lines l ON l.order_id = c.base_order_id \
         AND l.period_start IS NOT NULL AND l.kind <> 'UNUSED_TIME' \
         WHERE c.at < l.period_start OR (c.applied_at IS NOT NULL) <> EXISTS \
         (SELECT 1 FROM settlements s WHERE s.order_id = c.order_id) AND c.closed_at IS NULL",
    ),
    (
        "I4: nobody waits for two changes of plan, and none stays open when its order is done",
        "SELECT count(*) AS n FROM plan_changes c JOIN orders o ON o.id = c.order_id WHERE \
         c.applied_at IS NULL AND c.closed_at IS NULL AND \
         o.status IN ('COMPLETED', 'CANCELLED', 'EXPIRED', 'REFUNDED')",
    ),
    (
        "I3: credit is what changes of plan left, less what orders took and did not give back",
        "SELECT count(*) AS n FROM subscriptions s WHERE s.credit_minor <> \
         (SELECT coalesce(sum(l.amount_minor), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id \
          WHERE l.subscription_id = s.id AND (l.kind = 'CREDIT_USED' AND o.status NOT IN ('CANCELLED', 'EXPIRED') \
          OR l.kind = 'CREDIT_KEPT' AND o.status IN ('PAID', 'COMPLETED', 'REFUNDED'))) + \
         (SELECT coalesce(sum(CASE WHEN l.kind = 'CREDIT_USED' THEN 0 ELSE l.amount_minor END), 0) \
          FROM plan_changes c JOIN settlements t ON t.order_id = c.order_id \
          JOIN order_lines l ON l.order_id = c.order_id WHERE c.subscription_id = s.id AND c.closed_at IS NOT NULL)",
    ),
    (
        "I4: a period is ordered once at a time, and a paid one stays paid",
        "SELECT count(*) AS n FROM renewals r JOIN settlements s ON s.order_id = r.order_id \
         JOIN subscriptions u ON u.id = r.subscription_id \
         WHERE r.closed_at IS NOT NULL OR (u.paid_until_at < r.period_end AND NOT EXISTS \
         (SELECT 1 FROM plan_changes c WHERE c.subscription_id = u.id AND c.restarts AND c.applied_at IS NOT NULL \
          AND c.at >= r.period_start))",
    ),
    (
        "I4: a subscription that goes on is looked at again, or left to a person",
        "SELECT count(*) AS n FROM subscriptions WHERE status IN ('ACTIVE', 'TRIALING', 'PAST_DUE') \
         AND due_at IS NULL AND failures < 10",
    ),
    (
        "I4: a subscription does not wait for an order that ended",
        "SELECT count(*) AS n FROM subscriptions s JOIN order_lines l ON l.subscription_id = s.id \
         JOIN orders o ON o.id = l.order_id WHERE s.status = 'PENDING' AND \
         o.status IN ('COMPLETED', 'CANCELLED', 'EXPIRED')",
    ),
    (
        "I10: an open attempt is asked about",
        "SELECT count(*) AS n FROM payments WHERE status IN ('PENDING', 'AWAITING_PAYMENT', 'UNKNOWN') \
         AND next_check_at IS NULL",
    ),
    (
        "I11: a number is its place in its series",
        "SELECT count(*) AS n FROM invoices WHERE number NOT LIKE series || '-%' OR \
         CAST(substr(number, length(series) + 2) AS integer) <> sequence",
    ),
];

async fn count(database: &Database, query: &str) -> i64 {
    let statement = Statement::from_string(database.engine(), query);
    let row = database.reader().query_one_raw(statement).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

/// The moves that were made and the events that told of them, by subject.
struct Log {
    moves: HashMap<String, Vec<transition::Model>>,
    events: HashMap<String, Vec<event::Model>>,
}

impl Log {
    async fn read(database: &Database) -> Self {
        let mut moves: HashMap<String, Vec<transition::Model>> = HashMap::new();
        let rows = transition::Entity::find().order_by_asc(transition::Column::Version);
        for row in rows.all(database.reader()).await.unwrap() {
            moves.entry(row.subject.clone()).or_default().push(row);
        }
        let mut events: HashMap<String, Vec<event::Model>> = HashMap::new();
        let rows = event::Entity::find();
        for row in rows.all(database.reader()).await.unwrap() {
            events.entry(row.subject.clone()).or_default().push(row);
        }
        Self { moves, events }
    }

    /// I7 and I8: the moves of each row are a path in its table that ends where the row is, versions run
    /// 1, 2, 3 …, and each move has exactly one event.
    fn check<E: Stateful>(&self, rows: &[E::Model], made: &str, found: &mut Vec<String>) {
        for row in rows {
            let subject = E::subject(row);
            let moves = self.moves.get(&subject).map_or(&[][..], Vec::as_slice);
            let mut at: Option<E::Status> = None;
            for (version, step) in (1..).zip(moves) {
                let to = E::Status::try_from_value(&step.to_status).unwrap();
                let follows = step.from_status == at.map(|status| status.to_value());
                let legal = at.is_none_or(|from| E::may_move(from, to));
                if step.version != version || !follows || !legal {
                    found.push(format!("I7: {subject} made the move {step:?} from {at:?}"));
                }
                let told = self.told(
                    &subject,
                    step,
                    made,
                    &format!("{}.status_changed", E::NAME.replace(' ', "_")),
                );
                if told != 1 {
                    found.push(format!("I8: {told} events tell of {step:?}"));
                }
                at = Some(to);
            }
            let last = i64::try_from(moves.len()).unwrap();
            if at != Some(E::status(row)) || last != E::version(row) {
                found.push(format!(
                    "I7: {subject} is {:?} after {moves:?}",
                    E::status(row)
                ));
            }
        }
    }

    fn told(&self, subject: &str, step: &transition::Model, made: &str, moved: &str) -> usize {
        let events = self.events.get(subject).map_or(&[][..], Vec::as_slice);
        let tells = |event: &&event::Model| match &step.from_status {
            None => event.kind == made,
            Some(from) => {
                event.kind == moved
                    && event.payload["version"] == step.version
                    && event.payload["from"] == from.as_str()
                    && event.payload["to"] == step.to_status.as_str()
                    && event.payload["cause"] == step.cause.as_str()
            }
        };
        events.iter().filter(tells).count()
    }

    /// I4: paid periods of a subscription follow each other; what lies between two is what a pause slept.
    async fn check_gaps(&self, database: &Database, found: &mut Vec<String>) {
        let lines = order_line::Entity::find()
            .inner_join(order::Entity)
            .filter(order::Column::Status.is_in([OrderStatus::Paid, OrderStatus::Completed]))
            .filter(
                order_line::Column::Kind
                    .is_in([LineKind::SubscriptionPeriod, LineKind::SubscriptionChange]),
            )
            .filter(order_line::Column::SubscriptionId.is_not_null())
            .order_by_asc(order_line::Column::PeriodStart);
        let mut periods: HashMap<SubscriptionId, Vec<_>> = HashMap::new();
        let mut changes: HashMap<SubscriptionId, Vec<_>> = HashMap::new();
        for line in lines.all(database.reader()).await.unwrap() {
            let (start, end) = (line.period_start.unwrap(), line.period_end.unwrap());
            let of = match line.kind {
                LineKind::SubscriptionChange => &mut changes,
                _ => &mut periods,
            };
            let of = of.entry(line.subscription_id.unwrap()).or_default();
            of.push((start, end));
        }
        for (id, periods) in periods {
            let changes = changes.remove(&id).unwrap_or_default();
            for pair in periods.windows(2) {
                let ((start, end), (next, _)) = (pair[0], pair[1]);
                let slept = self.slept(&id.to_string(), start, next);
                // A change of the cycle begins the period anew, and ends it elsewhere.
                let renewed = changes
                    .iter()
                    .filter(|(changed, _)| (start..next).contains(changed))
                    .any(|(_, end)| *end + slept == next);
                if end + slept != next && !renewed {
                    found.push(format!(
                        "I4: {id} is paid to {end}, slept {slept}, then {next}"
                    ));
                }
            }
        }
    }

    /// How long the pauses lasted that began then.
    fn slept(&self, subject: &str, from: DateTime<Utc>, before: DateTime<Utc>) -> Duration {
        let moves = self.moves.get(subject).map_or(&[][..], Vec::as_slice);
        let pauses = moves.windows(2).filter(|pair| {
            pair[0].to_status == "PAUSED" && pair[0].at >= from && pair[0].at < before
        });
        pauses.fold(Duration::zero(), |sum, pair| {
            sum + (pair[1].at - pair[0].at)
        })
    }

    fn check_subjects(&self, rows: usize, found: &mut Vec<String>) {
        if self.moves.len() != rows {
            found.push(format!(
                "I7: {rows} rows, but {} have moved",
                self.moves.len()
            ));
        }
    }
}

/// I11: the numbers of each series run from 1 to the last one taken.
async fn check_series(database: &Database, found: &mut Vec<String>) {
    let mut taken: HashMap<String, Vec<i64>> = HashMap::new();
    let invoices = invoice::Entity::find().order_by_asc(invoice::Column::Sequence);
    for row in invoices.all(database.reader()).await.unwrap() {
        taken.entry(row.series).or_default().push(row.sequence);
    }
    let notes = credit_note::Entity::find().order_by_asc(credit_note::Column::Sequence);
    for row in notes.all(database.reader()).await.unwrap() {
        taken.entry(row.series).or_default().push(row.sequence);
    }
    let series = invoice_series::Entity::find();
    let series = series.all(database.reader()).await.unwrap();
    for row in &series {
        let numbers = taken.remove(&row.series).unwrap_or_default();
        if numbers != (1..=row.last_sequence).collect::<Vec<_>>() {
            found.push(format!("I11: {row:?} gave {numbers:?}"));
        }
    }
    if !taken.is_empty() {
        found.push(format!("I11: numbers of no series: {taken:?}"));
    }
}

/// I8: every event has its line in the audit trail.
async fn check_audit(database: &Database, found: &mut Vec<String>) {
    let key = |kind: &str, subject: &str, details: &serde_json::Value, request: &str| {
        format!("{kind} {subject} {details} {request}")
    };
    let mut lines: HashMap<String, i64> = HashMap::new();
    let entries = audit_entry::Entity::find();
    for row in entries.all(database.reader()).await.unwrap() {
        let subject = row.subject.unwrap_or_default();
        let key = key(&row.action, &subject, &row.details, &row.request_id);
        *lines.entry(key).or_default() += 1;
    }
    let events = event::Entity::find();
    for row in events.all(database.reader()).await.unwrap() {
        let key = key(&row.kind, &row.subject, &row.payload, &row.request_id);
        *lines.entry(key).or_default() -= 1;
    }
    lines.retain(|_, difference| *difference != 0);
    for (line, difference) in lines {
        found.push(format!(
            "I8: events and audit trail differ by {difference} in {line}"
        ));
    }
}
