//! Reading the folder that mails were put into.

use std::{fs, io, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use entity::id::DeliveryId;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders};

/// How many mails are listed.
const MOST: usize = 200;

/// The folder that mails were put into.
#[derive(Clone, Debug)]
pub struct Mailbox {
    path: PathBuf,
}

/// A mail in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is known by.
    pub id: DeliveryId,
    /// Its subject.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// When, by RFC 3339; empty when it does not say.
    pub date: String,
}

/// A mail that was opened.
#[derive(Clone, Debug)]
pub struct KeptMail {
    /// As in the list.
    pub kept: Kept,
    /// From whom.
    pub from: String,
    /// Its `Message-ID`.
    pub message_id: String,
    /// For who reads text.
    pub text: String,
    /// For who reads HTML, with its pictures inside.
    pub html: String,
    /// What comes with it, pictures not counted.
    pub parts: Vec<KeptPart>,
}

/// A file that came with a mail.
#[derive(Clone, Debug)]
pub struct KeptPart {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Mailbox {
    /// The mails in this folder.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The newest mails, newest first. What cannot be read is left out. Blocks the thread.
    ///
    /// # Errors
    /// The folder cannot be read; one that is not there is empty.
    pub fn list(&self) -> io::Result<Vec<Kept>> {
        let files = match fs::read_dir(&self.path) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut ids: Vec<DeliveryId> = files
            .filter_map(|file| id_of(&file.ok()?.file_name().into_string().ok()?))
            .collect();
        ids.sort_unstable();
        Ok(ids
            .into_iter()
            .rev()
            .take(MOST)
            .filter_map(|id| {
                let bytes = fs::read(self.file(id)).ok()?;
                Some(kept(id, &MessageParser::default().parse(&bytes)?))
            })
            .collect())
    }

    /// The mail that is known by this; `None` when there is none. Blocks the thread.
    #[must_use]
    pub fn open(&self, id: DeliveryId) -> Option<KeptMail> {
        let bytes = fs::read(self.file(id)).ok()?;
        let message = MessageParser::default().parse(&bytes)?;
        let text = message.body_text(0).unwrap_or_default().into_owned();
        Some(KeptMail {
            kept: kept(id, &message),
            from: people(message.from()),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            text,
            html: with_pictures(&message),
            parts: message
                .attachments()
                .filter(|part| part.content_id().is_none())
                .map(part)
                .collect(),
        })
    }

    // The name is made from an id that was read as one: it never leads out of the folder.
    fn file(&self, id: DeliveryId) -> PathBuf {
        self.path.join(format!("{id}.eml"))
    }
}

fn id_of(name: &str) -> Option<DeliveryId> {
    name.strip_suffix(".eml")?.parse().ok()
}

fn kept(id: DeliveryId, message: &Message<'_>) -> Kept {
    Kept {
        id,
        subject: message.subject().unwrap_or_default().to_owned(),
        to: people(message.to()),
        date: message
            .date()
            .map(mail_parser::DateTime::to_rfc3339)
            .unwrap_or_default(),
    }
}

fn people(addresses: Option<&Address<'_>>) -> String {
    let Some(first) = addresses.and_then(Address::first) else {
        return String::new();
    };
    let address = first.address().unwrap_or_default();
    match first.name() {
        Some(name) => format!("{name} <{address}>"),
        None => address.to_owned(),
    }
}

/// A page in a closed frame may load nothing: the pictures go into it.
fn with_pictures(message: &Message<'_>) -> String {
    let mut html = message.body_html(0).unwrap_or_default().into_owned();
    for picture in message.attachments() {
        if let Some(name) = picture.content_id() {
            let data = format!(
                "data:{};base64,{}",
                content_type(picture),
                BASE64_STANDARD.encode(picture.contents())
            );
            html = html.replace(&format!("cid:{name}"), &data);
        }
    }
    html
}

fn part(part: &MessagePart<'_>) -> KeptPart {
    KeptPart {
        name: part.attachment_name().unwrap_or("attachment").to_owned(),
        content_type: content_type(part),
        bytes: part.contents().to_vec(),
    }
}

fn content_type(part: &MessagePart<'_>) -> String {
    part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| {
            format!(
                "{}/{}",
                kind.ctype(),
                kind.subtype().unwrap_or("octet-stream")
            )
        },
    )
}
