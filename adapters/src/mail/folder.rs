//! Mails into a folder, one file each, for who develops without a mail server.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use domain::ports::{Mail, Mailer, NotSent};

use super::{message, sender::Sender};

/// Puts mails into a folder as `<id>.eml`. A mail that comes again replaces itself.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    sender: Sender,
}

impl Folder {
    /// Into this folder; it is made with the first mail.
    #[must_use]
    pub const fn new(path: PathBuf, sender: Sender) -> Self {
        Self { path, sender }
    }
}

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let bytes = message::build(mail, &self.sender)?.formatted();
        let (folder, id) = (self.path.clone(), mail.id.clone());
        tokio::task::spawn_blocking(move || keep(&folder, &id, &bytes))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| NotSent::Unavailable(format!("the mail folder: {}", error.kind())))
    }
}

/// Under another name until it is whole: who looks in meanwhile sees no half mail.
fn keep(folder: &Path, id: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{id}.part"));
    fs::write(&unfinished, bytes)?;
    fs::rename(unfinished, folder.join(format!("{id}.eml")))
}
