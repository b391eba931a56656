//! A mail in its form on the wire.

use domain::ports::{Attachment, Mail, NotSent};
use lettre::{
    Message,
    message::{
        Attachment as Part, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};

use super::sender::Sender;

/// The mail as it goes out.
///
/// # Errors
/// [`NotSent::Refused`] for an address that no mail can go to.
pub(super) fn build(mail: &Mail, sender: &Sender) -> Result<Message, NotSent> {
    let address = mail
        .to
        .address
        .parse()
        .map_err(|_| NotSent::Refused("no mail can go to this address".to_owned()))?;
    let name = one_line(&mail.to.name);
    let to = Mailbox::new((!name.is_empty()).then_some(name), address);
    Message::builder()
        .from(sender.mailbox.clone())
        .to(to)
        .subject(one_line(&mail.words.subject))
        .date(mail.date.into())
        .message_id(Some(format!("<{}@{}>", mail.id, sender.domain())))
        .header(AutoSubmitted)
        .multipart(body(mail)?)
        .map_err(malformed)
}

fn body(mail: &Mail) -> Result<MultiPart, NotSent> {
    let mut html = MultiPart::related().singlepart(SinglePart::html(mail.words.html.clone()));
    for picture in &mail.words.pictures {
        html = html.singlepart(
            Part::new_inline(picture.name.clone())
                .body(Body::new(picture.bytes.clone()), media_type(picture)?),
        );
    }
    let words = MultiPart::alternative()
        .singlepart(SinglePart::plain(mail.words.text.clone()))
        .multipart(html);
    let mut whole = MultiPart::mixed().multipart(words);
    for file in &mail.attachments {
        whole = whole.singlepart(
            Part::new(file.name.clone()).body(Body::new(file.bytes.clone()), media_type(file)?),
        );
    }
    Ok(whole)
}

fn media_type(attachment: &Attachment) -> Result<ContentType, NotSent> {
    ContentType::parse(attachment.content_type).map_err(malformed)
}

/// What cannot be put into form now can be no better later, but a person should see it.
fn malformed(error: impl std::error::Error) -> NotSent {
    tracing::error!(%error, "a mail could not be put into form");
    NotSent::Refused("it could not be put into form".to_owned())
}

/// The text without line ends and other control characters: no value can begin a header.
fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}

/// Tells answering machines not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
