//! Mails: their words (`templates/<language>/<name>.{html,txt}`), their form (MIME), and the two ways they leave:
//! by SMTP, or into a folder that developers look into.
//!
//! What a mail is about comes as plain data (`domain::ports::Letter`). Everything in HTML is escaped, headers are
//! typed, and no value can add one.

mod folder;
mod mailbox;
mod message;
mod sender;
mod smtp;
#[cfg(test)]
mod tests;
mod values;
mod writer;

pub use folder::Folder;
pub use mailbox::{Kept, KeptMail, KeptPart, Mailbox};
pub use sender::{BadSender, Sender};
pub use smtp::{BadSmtpUrl, Smtp};
pub use writer::Templates;
