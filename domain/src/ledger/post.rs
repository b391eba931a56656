//! A step: a journal is booked.

use entity::{
    id::LedgerTransferId,
    ledger::{ledger_transfer, ledger_transfer::Model},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::base::{Code, Error, Result, Tx};

use super::Journal;

/// Books a journal in the caller's transaction; whether it was booked now. One that was booked before, and says
/// the same, is left as it is; so is one that moves nothing. The caller holds what it is about locked.
///
/// # Errors
/// [`Code::InsufficientCredit`] when it takes more of a customer's credit than there is. Another journal under the
/// same key is a defect.
pub async fn post(tx: &mut Tx, journal: Journal) -> Result<bool> {
    let booked = ledger_transfer::Entity::find()
        .filter(ledger_transfer::Column::JournalKey.eq(journal.key.as_str()))
        .order_by_asc(ledger_transfer::Column::Position)
        .all(tx.db())
        .await?;
    if !booked.is_empty() {
        return if says(&booked, &journal) {
            Ok(false)
        } else {
            Err(Error::internal(format!(
                "{} is booked otherwise: {booked:?}",
                journal.key
            )))
        };
    }
    if journal.transfers.is_empty() {
        return Ok(false);
    }
    let rows =
        (1..)
            .zip(&journal.transfers)
            .map(|(position, transfer)| ledger_transfer::ActiveModel {
                id: Set(tx.op().new_id::<LedgerTransferId>()),
                journal_key: Set(journal.key.clone()),
                position: Set(position),
                kind: Set(journal.kind),
                debit_account: Set(transfer.debit),
                credit_account: Set(transfer.credit),
                amount_minor: Set(transfer.amount.minor),
                currency: Set(transfer.amount.currency),
                user_id: Set(journal.user_id.filter(|_| transfer.touches_credit())),
                order_id: Set(journal.order_id),
                payment_id: Set(journal.payment_id),
                occurred_at: Set(tx.now()),
            });
    ledger_transfer::Entity::insert_many(rows.collect::<Vec<_>>())
        .exec_without_returning(tx.db())
        .await
        .map_err(refused)?;
    Ok(true)
}

fn says(booked: &[Model], journal: &Journal) -> bool {
    booked.len() == journal.transfers.len()
        && booked
            .iter()
            .zip(&journal.transfers)
            .all(|(row, transfer)| {
                row.debit_account == transfer.debit
                    && row.credit_account == transfer.credit
                    && row.amount() == transfer.amount
                    && row.kind == journal.kind
            })
}

/// A trigger keeps every customer's credit at zero or more; its words tell that refusal from a defect.
fn refused(error: DbErr) -> Error {
    if error.to_string().contains("customer credit is overdrawn") {
        return Error::refused(
            Code::InsufficientCredit,
            "The customer's credit does not suffice: it was spent, or went back already.",
        );
    }
    error.into()
}
