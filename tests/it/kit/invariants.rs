//! What must be true of the books after every scenario.

use std::collections::{BTreeMap, HashMap};

use entity::{
    invoices::{invoice, invoice_series},
    ledger::{JournalKind, LedgerAccount, ledger_transfer},
    orders::{OrderStatus, order},
    payments::{NoticeState, PaymentStatus, notice, payment, settlement},
    refunds::refund,
    users::{refresh_token, session},
};
use sea_orm::{ActiveEnum, EntityTrait, QueryOrder};

use super::database::Database;

/// Fails with the first rule that is broken.
pub async fn hold(database: &Database) {
    money(database).await;
    books(database).await;
    histories(database).await;
    numbers(database).await;
    inbox(database).await;
    sessions(database).await;
}

/// A payment that counts has one settlement and one invoice of its amount; every other has neither.
async fn money(database: &Database) {
    let settlements = settlement::Entity::find().all(database.db()).await.unwrap();
    let invoices = invoice::Entity::find().all(database.db()).await.unwrap();
    for payment in payment::Entity::find().all(database.db()).await.unwrap() {
        let amounts: Vec<i64> = settlements
            .iter()
            .filter(|settlement| settlement.payment_id == Some(payment.id))
            .map(|settlement| settlement.amount_minor)
            .collect();
        let counts = match payment.status {
            PaymentStatus::Paid => true,
            // Money that came too late for its order settled nothing before it went back.
            PaymentStatus::Refunded => !amounts.is_empty(),
            _ => false,
        };
        assert!(
            payment.refunded_minor + payment.refund_reserved_minor <= payment.captured_minor,
            "{payment:?}"
        );
        let billed: Vec<i64> = invoices
            .iter()
            .filter(|invoice| invoice.payment_id == payment.id)
            .map(|invoice| invoice.total_minor)
            .collect();
        let expected = if counts {
            vec![payment.amount_minor]
        } else {
            vec![]
        };
        assert_eq!(amounts, expected, "settlements of {payment:?}");
        assert_eq!(billed, expected, "invoices of {payment:?}");
    }
    for order in order::Entity::find().all(database.db()).await.unwrap() {
        let is_settled = matches!(
            order.status,
            OrderStatus::Paid | OrderStatus::Completed | OrderStatus::Refunded
        );
        let settled: Vec<i64> = settlements
            .iter()
            .filter(|settlement| settlement.order_id == order.id)
            .map(|settlement| settlement.amount_minor)
            .collect();
        let expected = if is_settled {
            vec![order.total_minor]
        } else {
            vec![]
        };
        assert_eq!(settled, expected, "settlements of {order:?}");
    }
}

/// What came is in the books, once: of a settled payment as revenue and tax, of a late one as its customer's credit.
async fn books(database: &Database) {
    let transfers = ledger_transfer::Entity::find();
    let transfers = transfers.all(database.db()).await.unwrap();
    let invoices = invoice::Entity::find().all(database.db()).await.unwrap();
    for payment in payment::Entity::find().all(database.db()).await.unwrap() {
        let sum = |kind, is_side: &dyn Fn(&ledger_transfer::Model) -> bool| -> i64 {
            let of = transfers
                .iter()
                .filter(|row| row.payment_id == Some(payment.id) && row.kind == kind);
            of.filter(|row| is_side(row))
                .map(|row| row.amount_minor)
                .sum()
        };
        let billed = invoices
            .iter()
            .find(|invoice| invoice.payment_id == payment.id);
        let sold = [LedgerAccount::Revenue, LedgerAccount::TaxPayable].map(|account| {
            sum(JournalKind::Settlement, &|row| {
                row.credit_account == account
            })
        });
        let expected = billed.map_or([0, 0], |invoice| [invoice.net_minor, invoice.tax_minor]);
        assert_eq!(sold, expected, "what was sold with {payment:?}");
        let came: i64 = [JournalKind::Settlement, JournalKind::LatePayment]
            .map(|kind| {
                sum(kind, &|row| {
                    row.debit_account == LedgerAccount::GatewayClearing
                })
            })
            .iter()
            .sum();
        let has_money = matches!(
            payment.status,
            PaymentStatus::Paid | PaymentStatus::PaidLate | PaymentStatus::Refunded
        );
        let expected = if has_money {
            payment.captured().minor
        } else {
            0
        };
        assert_eq!(came, expected, "what came of {payment:?}");
    }
}

/// Each history is a chain of moves without gaps, and ends where the row stands.
async fn histories(database: &Database) {
    let mut stands = HashMap::new();
    for order in order::Entity::find().all(database.db()).await.unwrap() {
        stands.insert(
            order.id.to_string(),
            (order.version, order.status.to_value()),
        );
    }
    for payment in payment::Entity::find().all(database.db()).await.unwrap() {
        stands.insert(
            payment.id.to_string(),
            (payment.version, payment.status.to_value()),
        );
    }
    for refund in refund::Entity::find().all(database.db()).await.unwrap() {
        stands.insert(
            refund.id.to_string(),
            (refund.version, refund.status.to_value()),
        );
    }
    let transitions = entity::base::transition::Entity::find()
        .order_by_asc(entity::base::transition::Column::Version)
        .all(database.db())
        .await
        .unwrap();
    let mut ends: HashMap<String, (i64, String)> = HashMap::new();
    for step in transitions {
        let before = ends.get(&step.subject);
        assert_eq!(
            step.version,
            before.map_or(1, |(version, _)| version + 1),
            "{step:?}"
        );
        assert_eq!(
            step.from_status.as_ref(),
            before.map(|(_, status)| status),
            "{step:?}"
        );
        ends.insert(step.subject, (step.version, step.to_status));
    }
    for (subject, stands) in stands {
        assert_eq!(ends.get(&subject), Some(&stands), "{subject}");
    }
}

/// Invoice numbers have no gaps.
async fn numbers(database: &Database) {
    let mut issued: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let invoices = invoice::Entity::find().order_by_asc(invoice::Column::Sequence);
    for invoice in invoices.all(database.db()).await.unwrap() {
        issued
            .entry(invoice.series)
            .or_default()
            .push(invoice.sequence);
    }
    for (series, sequences) in issued {
        let expected: Vec<i64> = (1..).take(sequences.len()).collect();
        assert_eq!(sequences, expected, "{series}");
        let row = invoice_series::Entity::find_by_id(series)
            .one(database.db())
            .await;
        let last = row.unwrap().unwrap().last_sequence;
        assert_eq!(sequences.last(), Some(&last));
    }
}

/// Every notice was dealt with.
async fn inbox(database: &Database) {
    for notice in notice::Entity::find().all(database.db()).await.unwrap() {
        assert_ne!(notice.state, NoticeState::Received, "{notice:?}");
    }
}

/// A token has one child at most, and ended sessions say why.
async fn sessions(database: &Database) {
    let mut parents = Vec::new();
    for token in refresh_token::Entity::find()
        .all(database.db())
        .await
        .unwrap()
    {
        if let Some(parent) = token.parent_id {
            assert!(!parents.contains(&parent), "two children: {token:?}");
            parents.push(parent);
        }
    }
    for session in session::Entity::find().all(database.db()).await.unwrap() {
        assert_eq!(
            session.revoked_at.is_some(),
            session.revoked_reason.is_some()
        );
    }
}
