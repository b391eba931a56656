//! In whose name mails go out.

use lettre::message::Mailbox;

/// In whose name mails go out.
#[derive(Clone, Debug)]
pub struct Sender {
    pub(super) mailbox: Mailbox,
}

/// What should be a sender is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write an address, such as billing@shop.example, or a name and an address, such as Shop <billing@shop.example>"
)]
pub struct BadSender;

impl Sender {
    /// Reads `billing@shop.example` or `Shop <billing@shop.example>`.
    ///
    /// # Errors
    /// [`BadSender`] for anything else.
    pub fn parse(text: &str) -> Result<Self, BadSender> {
        let mailbox = text.parse().map_err(|_| BadSender)?;
        Ok(Self { mailbox })
    }

    /// Under this name, from this address.
    ///
    /// # Errors
    /// [`BadSender`] when the address is none.
    pub fn named(name: &str, address: &str) -> Result<Self, BadSender> {
        let email = address.parse().map_err(|_| BadSender)?;
        let name = (!name.is_empty()).then(|| name.to_owned());
        Ok(Self {
            mailbox: Mailbox::new(name, email),
        })
    }

    /// The domain that our mails are from; their `Message-ID` ends with it.
    pub(super) fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert_eq!(
            Sender::parse("Shop <billing@shop.example>")
                .unwrap()
                .domain(),
            "shop.example"
        );
        assert!(Sender::parse("billing@shop.example").is_ok());
        for wrong in ["", "Shop", "billing@", "a@b.example\r\nBcc: c@d.example"] {
            assert_eq!(Sender::parse(wrong).unwrap_err(), BadSender, "{wrong}");
        }
    }
}
