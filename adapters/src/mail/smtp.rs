//! Mails by SMTP.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{Mail, Mailer, NotSent};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{self, extension::ClientId},
};
use secrecy::{ExposeSecret, SecretString};

use super::{message, sender::Sender};

/// How long the server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends mails by SMTP, each over a connection of its own.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
}

/// What should be the URL of a mail server is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write smtps://<user>:<password>@<host>, or smtp://…?tls=required for STARTTLS")]
pub struct BadSmtpUrl;

impl Smtp {
    /// A way through the server that the URL names: `smtps://` begins with TLS, `smtp://…?tls=required` insists on
    /// STARTTLS, `smtp://` alone speaks openly.
    ///
    /// # Errors
    /// [`BadSmtpUrl`], without a word of the URL: it may hold a password.
    pub fn new(url: &SecretString, sender: Sender) -> Result<Self, BadSmtpUrl> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| BadSmtpUrl)?
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(sender.domain().to_owned()))
            .build();
        Ok(Self { transport, sender })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let message = message::build(mail, &self.sender)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(read(&error)),
        }
    }
}

/// What the server meant. Its words are left out: they often quote the address.
fn read(error: &smtp::Error) -> NotSent {
    let Some(status) = error.status() else {
        let what = if error.is_timeout() {
            "the mail server did not answer in time"
        } else if error.is_tls() {
            "the mail server's TLS is not to be trusted"
        } else if error.is_client() {
            "the mail server does not offer what we need"
        } else {
            "the mail server cannot be reached"
        };
        return NotSent::Unavailable(what.to_owned());
    };
    let code = status.to_string();
    match code.as_str() {
        // No such mailbox, not here, a name it does not take.
        "550" | "551" | "553" => NotSent::Refused(format!("the mail server answered {code}")),
        // Going down, or it does not know us: the next mail would hear the same.
        "421" | "454" | "530" | "534" | "535" | "538" => {
            NotSent::Unavailable(format!("the mail server answered {code}"))
        }
        _ => NotSent::Later(format!("the mail server answered {code}")),
    }
}
