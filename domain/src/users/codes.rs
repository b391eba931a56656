//! The codes that mails carry: six digits to type, or the secret of a link.
//!
//! Neither is stored. Both are derived from the row and a key of the server, so that the worker that writes the
//! mail gets the same one without a secret in any queue, and whoever reads the table gets none.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use entity::{
    id::{OneTimeCodeId, UserId, decode_suffix, encode_suffix},
    users::{CodePurpose, one_time_code},
};
use hmac::{Hmac, Mac};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base::{Code, Error, Op, Result, Tx, mac::hmac_sha256};

/// How long six digits are good.
const DIGITS_LIFETIME: Duration = Duration::minutes(10);
/// How long a link is good.
const LINK_LIFETIME: Duration = Duration::minutes(30);
/// The guess that voids the digits, right or wrong.
const ONE_TOO_MANY: i32 = 6;
/// What the secret of a link begins with.
const LINK_PREFIX: &str = "fp_";

/// A code as the mail says it.
#[derive(Clone)]
pub struct SentCode {
    /// The digits, or the secret.
    pub text: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for SentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentCode").finish_non_exhaustive()
    }
}

/// Makes a code. Those before it, for the same purpose, are void from now on. Lock the person first.
pub(super) async fn issue(
    tx: &Tx,
    user_id: UserId,
    purpose: CodePurpose,
) -> Result<one_time_code::Model> {
    void(tx, user_id, purpose).await?;
    let mut nonce = [0u8; 16];
    tx.op().app().entropy.fill(&mut nonce);
    let lifetime = match purpose {
        CodePurpose::VerifyEmail => DIGITS_LIFETIME,
        CodePurpose::ResetPassword => LINK_LIFETIME,
    };
    let row = one_time_code::ActiveModel {
        id: Set(tx.op().new_id::<OneTimeCodeId>()),
        user_id: Set(user_id),
        purpose: Set(purpose),
        nonce: Set(hex::encode(nonce)),
        guesses: Set(0),
        created_at: Set(tx.op().machine_now()),
        expires_at: Set(tx.op().machine_now() + lifetime),
        used_at: Set(None),
        voided_at: Set(None),
    };
    Ok(row.insert(tx.db()).await?)
}

/// Takes back every code of this person for this purpose.
pub(super) async fn void(tx: &Tx, user_id: UserId, purpose: CodePurpose) -> Result<()> {
    one_time_code::Entity::update_many()
        .col_expr(
            one_time_code::Column::VoidedAt,
            Expr::value(tx.op().machine_now()),
        )
        .filter(one_time_code::Column::UserId.eq(user_id))
        .filter(one_time_code::Column::Purpose.eq(purpose))
        .filter(one_time_code::Column::UsedAt.is_null())
        .filter(one_time_code::Column::VoidedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The code as the mail says it; `None` when it is worth nothing any more.
///
/// # Errors
/// The database does not answer.
pub async fn to_send(op: &Op, id: OneTimeCodeId) -> Result<Option<SentCode>> {
    // Not from a replica that may not have it yet.
    let row = one_time_code::Entity::find_by_id(id)
        .one(op.app().database.writer())
        .await?;
    Ok(row
        .filter(|row| is_alive(row, op.machine_now()))
        .map(|row| SentCode {
            text: match row.purpose {
                CodePurpose::VerifyEmail => digits(op, &row),
                CodePurpose::ResetPassword => secret(op, &row),
            },
            expires_at: row.expires_at,
        }))
}

/// What came of a guess. It counts only when the transaction is committed, whatever it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    Right,
    Wrong,
    /// There is no code that could be guessed.
    NoCode,
}

/// Compares six digits with the newest code of this person, and counts the guess. Lock the person first.
pub(super) async fn guess(tx: &Tx, user_id: UserId, said: &str) -> Result<Guess> {
    let newest = one_time_code::Entity::find()
        .filter(one_time_code::Column::UserId.eq(user_id))
        .filter(one_time_code::Column::Purpose.eq(CodePurpose::VerifyEmail))
        .filter(one_time_code::Column::UsedAt.is_null())
        .filter(one_time_code::Column::VoidedAt.is_null())
        .order_by_desc(one_time_code::Column::CreatedAt)
        .one(tx.db())
        .await?;
    let Some(row) = newest.filter(|row| is_alive(row, tx.op().machine_now())) else {
        return Ok(Guess::NoCode);
    };
    let guesses = row.guesses + 1;
    let is_right: bool = digits(tx.op(), &row)
        .as_bytes()
        .ct_eq(said.as_bytes())
        .into();
    let outcome = match (guesses < ONE_TOO_MANY, is_right) {
        (false, _) => Guess::NoCode,
        (true, true) => Guess::Right,
        (true, false) => Guess::Wrong,
    };
    one_time_code::ActiveModel {
        id: Unchanged(row.id),
        guesses: Set(guesses),
        used_at: Set((outcome == Guess::Right).then(|| tx.op().machine_now())),
        voided_at: Set((outcome == Guess::NoCode).then(|| tx.op().machine_now())),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    Ok(outcome)
}

/// The code that this secret of a link belongs to, if it is worth anything now.
pub(super) async fn by_secret(op: &Op, text: &str) -> Result<Option<one_time_code::Model>> {
    let Some((id, signature)) = parse_secret(text) else {
        return Ok(None);
    };
    let row = one_time_code::Entity::find_by_id(id)
        .one(op.app().database.writer())
        .await?;
    Ok(row.filter(|row| {
        row.purpose == CodePurpose::ResetPassword
            && is_alive(row, op.machine_now())
            && mac(op, row).verify_slice(&signature).is_ok()
    }))
}

/// Uses it up, unless somebody has meanwhile. Lock the person first.
pub(super) async fn use_up(tx: &Tx, id: OneTimeCodeId) -> Result<()> {
    let row = one_time_code::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .filter(|row| is_alive(row, tx.op().machine_now()))
        .ok_or_else(invalid)?;
    one_time_code::ActiveModel {
        id: Unchanged(row.id),
        used_at: Set(Some(tx.op().machine_now())),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    Ok(())
}

/// What every code that is not good is answered with.
pub(super) fn invalid() -> Error {
    Error::refused(
        Code::CodeInvalid,
        "This code or link is wrong, was used, or its time is over. Ask for a new one.",
    )
}

fn is_alive(row: &one_time_code::Model, now: DateTime<Utc>) -> bool {
    row.used_at.is_none() && row.voided_at.is_none() && now < row.expires_at
}

fn mac(op: &Op, row: &one_time_code::Model) -> Hmac<Sha256> {
    let mut mac = hmac_sha256(&op.app().code_key);
    mac.update(format!("{:?}\n{}\n{}", row.purpose, row.id, row.nonce).as_bytes());
    mac
}

fn digits(op: &Op, row: &one_time_code::Model) -> String {
    let bytes: [u8; 32] = mac(op, row).finalize().into_bytes().into();
    // 256 bits leave no digit likelier than another that anybody could measure.
    let number = bytes.iter().fold(0u64, |rest, byte| {
        (rest * 256 + u64::from(*byte)) % 1_000_000
    });
    format!("{number:06}")
}

fn secret(op: &Op, row: &one_time_code::Model) -> String {
    let bytes = mac(op, row).finalize().into_bytes();
    format!(
        "{LINK_PREFIX}{}.{}",
        encode_suffix(row.id.0),
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    )
}

fn parse_secret(text: &str) -> Option<(OneTimeCodeId, Vec<u8>)> {
    let (id, signature) = text.trim().strip_prefix(LINK_PREFIX)?.split_once('.')?;
    // 32 bytes are 43 characters; longer texts are not worth decoding.
    if signature.len() != 43 {
        return None;
    }
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    Some((decode_suffix(id)?.into(), signature))
}
