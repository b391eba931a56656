//! Signed links to pages that a browser opens without a token: a payment page, an invoice's PDF.
//!
//! The text after the last slash is `<public id>.<unix seconds>.<signature>`; the signature covers the
//! purpose too, so that a link to one page never opens another.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::mac::hmac_sha256;

/// Makes and checks signed links.
#[derive(Clone)]
pub struct Links {
    public_url: String,
    key: [u8; 32],
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The page that sends a shopper on to the gateway.
    Payment,
    /// The page that shows how a payment stands.
    PaymentResult,
    /// The page on which an order is paid.
    Order,
    /// An invoice's PDF.
    Invoice,
}

impl Purpose {
    const fn path(self) -> &'static str {
        match self {
            Self::Payment => "/pay",
            Self::PaymentResult => "/pay/result",
            Self::Order => "/pay/order",
            Self::Invoice => "/invoices",
        }
    }
}

impl Links {
    /// Links below `public_url` (no slash at its end), signed with `key`.
    #[must_use]
    pub const fn new(public_url: String, key: [u8; 32]) -> Self {
        Self { public_url, key }
    }

    /// Where the world reaches this server; no slash at the end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// A link that is good until `expires_at`.
    #[must_use]
    pub fn to(&self, purpose: Purpose, id: &str, expires_at: DateTime<Utc>) -> String {
        let seconds = expires_at.timestamp();
        let signature = hex::encode(self.mac(purpose, id, seconds).finalize().into_bytes());
        format!(
            "{}{}/{id}.{seconds}.{signature}",
            self.public_url,
            purpose.path()
        )
    }

    /// The id in the text after the last slash, when the signature is ours and the time is not over.
    #[must_use]
    pub fn open<'t>(&self, purpose: Purpose, text: &'t str, now: DateTime<Utc>) -> Option<&'t str> {
        let mut parts = text.splitn(3, '.');
        let (id, seconds, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let seconds: i64 = seconds.parse().ok()?;
        let signature = hex::decode(signature).ok()?;
        // Compares in constant time.
        self.mac(purpose, id, seconds)
            .verify_slice(&signature)
            .ok()?;
        (now.timestamp() < seconds).then_some(id)
    }

    fn mac(&self, purpose: Purpose, id: &str, seconds: i64) -> Hmac<Sha256> {
        let mut mac = hmac_sha256(&self.key);
        mac.update(format!("{}\n{id}\n{seconds}", purpose.path()).as_bytes());
        mac
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new("https://shop.example".to_owned(), [7; 32])
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn token(link: &str) -> &str {
        link.rsplit('/').next().unwrap()
    }

    #[test]
    fn a_link_opens_its_own_page_until_its_time_is_over() {
        let link = links().to(Purpose::Invoice, "inv_1", at(100));
        let token = token(&link);
        assert!(link.starts_with("https://shop.example/invoices/inv_1.100."));
        assert_eq!(links().open(Purpose::Invoice, token, at(99)), Some("inv_1"));
        assert_eq!(links().open(Purpose::Invoice, token, at(100)), None, "over");
        assert_eq!(
            links().open(Purpose::Payment, token, at(99)),
            None,
            "another page"
        );
    }

    #[test]
    fn a_changed_link_opens_nothing() {
        let link = links().to(Purpose::Invoice, "inv_1", at(100));
        let token = token(&link);
        for changed in [
            token.replace("inv_1", "inv_2"),
            token.replace(".100.", ".999."),
            token
                .trim_end_matches(|last: char| last.is_ascii_hexdigit())
                .to_owned(),
            String::new(),
            "....".to_owned(),
        ] {
            assert_eq!(
                links().open(Purpose::Invoice, &changed, at(99)),
                None,
                "{changed}"
            );
        }
    }
}
