//! Mails that are kept where the test can read them.

use std::sync::{Mutex, MutexGuard};

use domain::ports::{
    Addressee, InvoiceDocument, InvoicePrinter, Letter, Mail, MailWriter, Mailer, NotSent, Words,
};

/// Takes every mail, until it is told otherwise.
#[derive(Default)]
pub struct RecordedMailer {
    sent: Mutex<Vec<Mail>>,
    trouble: Mutex<Option<NotSent>>,
}

impl RecordedMailer {
    /// Every mail that was taken, oldest first.
    pub fn sent(&self) -> Vec<Mail> {
        lock(&self.sent).clone()
    }

    /// The subjects of the mails to this address, oldest first.
    pub fn subjects_to(&self, address: &str) -> Vec<String> {
        let sent = lock(&self.sent);
        let theirs = sent.iter().filter(|mail| mail.to.address == address);
        theirs.map(|mail| mail.words.subject.clone()).collect()
    }

    /// The words of the newest mail to this address.
    pub fn newest_to(&self, address: &str) -> Option<String> {
        let sent = lock(&self.sent);
        let mut theirs = sent.iter().filter(|mail| mail.to.address == address);
        theirs.next_back().map(|mail| mail.words.text.clone())
    }

    /// From now on every mail meets this; `None` takes them again.
    pub fn meets(&self, trouble: Option<NotSent>) {
        *lock(&self.trouble) = trouble;
    }
}

#[async_trait::async_trait]
impl Mailer for RecordedMailer {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        if let Some(trouble) = lock(&self.trouble).clone() {
            return Err(trouble);
        }
        lock(&self.sent).push(mail.clone());
        Ok(())
    }
}

/// Writes down what a mail is about: its kind as the subject, what a person would look for as the text.
pub struct PlainWriter;

impl MailWriter for PlainWriter {
    fn write(
        &self,
        letter: &Letter,
        to: &Addressee,
    ) -> Result<Words, Box<dyn std::error::Error + Send + Sync>> {
        let (kind, text) = match letter {
            Letter::VerificationCode(letter) => ("verification code", letter.code.clone()),
            Letter::PasswordReset(letter) => ("password reset", letter.link.clone()),
            Letter::PaymentReceived(letter) => ("payment received", letter.invoice_number.clone()),
            Letter::PaymentCode(letter) => ("payment code", format!("{:?}", letter.code)),
            Letter::PaymentFailed(letter) => ("payment failed", letter.order.number.clone()),
            Letter::PasswordChanged(_) => ("password changed", String::new()),
            Letter::SessionEnded(_) => ("session ended", String::new()),
            Letter::RenewalComing(letter) => ("renewal coming", letter.plan.clone()),
            Letter::SubscriptionEnded(letter) => ("subscription ended", letter.plan.clone()),
            Letter::Refunded(letter) => ("refunded", letter.order.number.clone()),
        };
        Ok(Words {
            subject: kind.to_owned(),
            html: format!("<p>{}: {text}</p>", to.name),
            text,
            pictures: Vec::new(),
        })
    }
}

/// Prints the number alone.
pub struct PlainPrinter;

impl InvoicePrinter for PlainPrinter {
    fn print(
        &self,
        invoice: &InvoiceDocument,
    ) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(invoice.number.clone().into_bytes())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
