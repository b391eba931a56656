//! A mail server: as much of SMTP as a client that behaves needs, on a real socket.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use mail_parser::{Message, MessageParser};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A running mail server. It ends when this goes; what it has taken stays readable.
#[derive(Debug)]
pub struct MailServer {
    taken: Arc<Mutex<Vec<Taken>>>,
    serving: JoinHandle<()>,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Taken {
    pub recipients: Vec<String>,
    bytes: Vec<u8>,
}

impl Taken {
    pub fn read(&self) -> Message<'_> {
        MessageParser::default().parse(&self.bytes).unwrap()
    }
}

impl MailServer {
    /// Listens on this port of the loopback.
    pub async fn start(port: u16) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await.unwrap();
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let shelf = Arc::clone(&taken);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&shelf)));
            }
        });
        Self { taken, serving }
    }

    /// What it has taken, oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One conversation. A recipient whose name begins with `nobody` is not there.
async fn talk(stream: TcpStream, shelf: Arc<Mutex<Vec<Taken>>>) -> Option<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading);
    let mut recipients = Vec::new();
    writing
        .write_all(b"220 mail.example ready\r\n")
        .await
        .ok()?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-mail.example\r\n250 8BITMIME\r\n"
        } else if upper.starts_with("RCPT TO:<NOBODY") {
            "550 no such mailbox\r\n"
        } else if upper.starts_with("RCPT TO:") {
            let inside = line.split(['<', '>']).nth(1)?;
            recipients.push(inside.to_owned());
            "250 good\r\n"
        } else if upper.starts_with("DATA") {
            writing.write_all(b"354 go on\r\n").await.ok()?;
            let bytes = data(&mut lines).await?;
            let recipients = std::mem::take(&mut recipients);
            shelf.lock().unwrap().push(Taken { recipients, bytes });
            "250 taken\r\n"
        } else if upper.starts_with("QUIT") {
            writing.write_all(b"221 farewell\r\n").await.ok()?;
            return Some(());
        } else {
            "250 good\r\n"
        };
        writing.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// What is said until a dot stands alone, without the dots that were put before others.
async fn data<R: tokio::io::AsyncBufRead + Unpin>(lines: &mut R) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(bytes);
        }
        let plain = line.strip_prefix(b".").unwrap_or(&line);
        bytes.extend_from_slice(plain);
    }
}
