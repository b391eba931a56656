//! Whose share it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use entity::id::UserId;

/// Whose share it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    User(UserId),
    /// The address, cut to what one customer of a provider has.
    Address(IpAddr),
    /// The connection is not known.
    Nowhere,
}

impl Key {
    /// The user's, or without one the address's.
    pub(super) fn of(user: Option<UserId>, address: Option<IpAddr>) -> Self {
        user.map_or_else(|| Self::of_address(address), Self::User)
    }

    pub(super) fn of_address(address: Option<IpAddr>) -> Self {
        address.map_or(Self::Nowhere, |address| Self::Address(cut(address, 32, 64)))
    }

    /// The key of a whole neighbourhood, of which there are few.
    pub(super) fn widened(self) -> Self {
        match self {
            Self::Address(address) => Self::Address(cut(address, 16, 24)),
            other => other,
        }
    }

    /// Its name where shares of one kind are kept together.
    pub(super) fn name(&self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Address(address) => address.to_string(),
            Self::Nowhere => "nowhere".to_owned(),
        }
    }
}

/// The first bits of an address, of either kind.
fn cut(address: IpAddr, of_v4: u32, of_v6: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - of_v4).unwrap_or_default();
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - of_v6).unwrap_or_default();
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}
