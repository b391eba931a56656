//! Typed ids: a `UUIDv7` inside, a readable TypeID text (`ord_01jd…`) outside, one Rust type for each kind of row.
//!
//! The text form is `prefix_` and the 128 bits in 26 characters of Crockford base32, lower case
//! (the `TypeID` specification, v0.3). Both forms sort by time of creation.

use std::fmt;

/// Crockford's base32 alphabet, lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of the kind that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix that a right id would have carried.
    pub expected: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected an id of the form {}_…", self.expected)
    }
}

impl std::error::Error for InvalidId {}

/// The 26 characters that stand for 128 bits.
#[must_use]
pub fn encode_suffix(uuid: uuid::Uuid) -> String {
    let bits = uuid.as_u128();
    (0..26u32)
        .map(|position| {
            let index = (bits >> (125 - position * 5)) & 31;
            ALPHABET
                .get(usize::try_from(index).unwrap_or_default())
                .copied()
                .map_or('0', char::from)
        })
        .collect()
}

/// Reads what [`encode_suffix`] wrote; `None` for anything else, upper case included.
#[must_use]
pub fn decode_suffix(text: &str) -> Option<uuid::Uuid> {
    // 26 characters hold 130 bits: the first may only carry three.
    if text.len() != 26 || text.as_bytes().first().is_none_or(|first| *first > b'7') {
        return None;
    }
    let mut bits: u128 = 0;
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 5) | u128::try_from(value).ok()?;
    }
    Some(uuid::Uuid::from_u128(bits))
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::DeriveValueType)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, encode_suffix(self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode_suffix)
                    .map(Self)
                    .ok_or(InvalidId { expected: Self::PREFIX })
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        // SeaORM asks every primary key for this; a UUID is never made from a counter.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

id_types! {
    /// A person who buys, works here, or both.
    UserId = "usr";
    /// One log-in and every refresh token that descends from it.
    SessionId = "ses";
    /// One refresh token.
    RefreshTokenId = "rft";
    /// Something that is sold, whatever its present terms.
    PlanId = "pln";
    /// The terms of a plan from one day to the next.
    PlanVersionId = "plv";
    /// A customer's running (or pending, or ended) subscription.
    SubscriptionId = "sub";
    /// An order.
    OrderId = "ord";
    /// A line of an order.
    OrderLineId = "oln";
    /// One attempt to pay an order.
    PaymentId = "pay";
    /// What a person decided on a payment.
    PaymentDecisionId = "pdc";
    /// What a gateway told us, as stored.
    NoticeId = "ntc";
    /// The fact that an order was settled.
    SettlementId = "stl";
    /// An invoice.
    InvoiceId = "inv";
    /// A line of an invoice.
    InvoiceLineId = "inl";
    /// A gateway's statement that was read.
    StatementImportId = "sti";
    /// What a gateway's statement says of a trade.
    StatementLineId = "sln";
    /// A transfer between two accounts of the books.
    LedgerTransferId = "ltr";
    /// A refund.
    RefundId = "ref";
    /// A credit note.
    CreditNoteId = "crn";
    /// Something that happened.
    EventId = "evt";
    /// An event on its way to somebody outside.
    DeliveryId = "dlv";
    /// A code that was sent to somebody.
    OneTimeCodeId = "otc";
    /// A line of the audit trail.
    AuditEntryId = "aud";
    /// A clock that customers of a rehearsal live by.
    TestClockId = "clk";
    /// A contract at a gateway to charge a card again and again.
    CardContractId = "cct";
    /// A charge of such a contract.
    CardChargeId = "cch";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_reads_back_only_as_its_own_kind() {
        let order = OrderId(uuid::Uuid::from_u128(
            0x0190_d3b4_c5d6_7e8f_9a0b_1c2d_3e4f_5a6b,
        ));
        let text = order.to_string();
        assert!(text.starts_with("ord_"));
        assert_eq!(text.parse::<OrderId>(), Ok(order));
        assert_eq!(text.parse::<UserId>(), Err(InvalidId { expected: "usr" }));
        assert!(text.to_uppercase().parse::<OrderId>().is_err());
    }

    #[test]
    fn the_specification_s_examples_hold() {
        let uuid = uuid::Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").ok();
        assert_eq!(
            uuid.map(encode_suffix).as_deref(),
            Some("01h455vb4pex5vsknk084sn02q")
        );
        assert_eq!(
            decode_suffix("8zzzzzzzzzzzzzzzzzzzzzzzzz"),
            None,
            "129 bits do not fit"
        );
    }

    proptest! {
        #[test]
        fn every_uuid_survives_the_round_trip(bits: u128) {
            let uuid = uuid::Uuid::from_u128(bits);
            prop_assert_eq!(decode_suffix(&encode_suffix(uuid)), Some(uuid));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = decode_suffix(&text);
        }
    }
}
