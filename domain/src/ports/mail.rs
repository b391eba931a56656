//! Mails: what they are about, who puts them into words, and who carries them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::{money::Money, payments::PaymentMethod, users::Locale};

use super::PayCode;

/// Carries mails out of the house.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over. A mail that was handed over before may come again, under the same id.
    ///
    /// # Errors
    /// [`NotSent`]; then nobody knows whether it went out after all.
    async fn send(&self, mail: &Mail) -> Result<(), NotSent>;
}

/// A mail was not handed over. The reason goes into the outbox: it names no person, address or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// It never will be: there is no such mailbox.
    #[error("{0}")]
    Refused(String),
    /// This mail was not taken this time.
    #[error("{0}")]
    Later(String),
    /// The server takes no mail at all now: there is no point in trying another one at once.
    #[error("{0}")]
    Unavailable(String),
}

/// A mail, ready to go.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// What its `Message-ID` is made from; the same whenever it is sent again.
    pub id: String,
    /// When what it tells of happened; the same whenever it is sent again.
    pub date: DateTime<Utc>,
    /// To whom.
    pub to: Addressee,
    /// What it says.
    pub words: Words,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// To whom a mail goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Addressee {
    /// What the person is called.
    pub name: String,
    /// The e-mail address.
    pub address: String,
    /// In which language.
    pub locale: Locale,
}

/// A file that comes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Puts mails into words.
pub trait MailWriter: Send + Sync {
    /// What stands in the mail to this person.
    ///
    /// # Errors
    /// A template is missing or does not fit, which is a defect.
    fn write(
        &self,
        letter: &Letter,
        to: &Addressee,
    ) -> Result<Words, Box<dyn std::error::Error + Send + Sync>>;
}

/// What a mail says.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject: one line.
    pub subject: String,
    /// For who reads text.
    pub text: String,
    /// For who reads HTML.
    pub html: String,
    /// The pictures that the HTML shows, by the name it knows them by.
    pub pictures: Vec<Attachment>,
}

/// What a mail is about. A new kind does not compile until it has its words.
#[derive(Clone, Debug, PartialEq)]
pub enum Letter {
    /// The code that shows an address to be theirs.
    VerificationCode(CodeLetter),
    /// The link that sets a new password.
    PasswordReset(LinkLetter),
    /// The password was changed.
    PasswordChanged(SecurityLetter),
    /// A session was ended because its token came twice.
    SessionEnded(SecurityLetter),
    /// An order was placed, and waits for money by a code.
    PaymentCode(PaymentCodeLetter),
    /// The money came; the invoice is attached.
    PaymentReceived(ReceiptLetter),
    /// An attempt to pay failed.
    PaymentFailed(PaymentFailedLetter),
    /// A subscription will be renewed soon.
    RenewalComing(RenewalLetter),
    /// A subscription has ended.
    SubscriptionEnded(SubscriptionEndedLetter),
    /// Money went back.
    Refunded(RefundLetter),
}

/// A code to type.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeLetter {
    /// Six digits.
    pub code: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A link to follow.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkLetter {
    /// Where it leads.
    pub link: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Something about the account that its owner should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityLetter {
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// An order, as far as a mail tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSummary {
    /// Its number for people.
    pub number: String,
    /// What was ordered, a line each.
    pub lines: Vec<OrderSummaryLine>,
    /// What it comes to.
    pub total: Money,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSummaryLine {
    /// What.
    pub name: String,
    /// How many.
    pub quantity: i32,
    /// For how much, all of them.
    pub amount: Money,
}

/// How to pay an order later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentCodeLetter {
    /// What for.
    pub order: OrderSummary,
    /// With what; it knows until when.
    pub code: PayCode,
    /// A page that shows the same and how it stands.
    pub link: String,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLetter {
    /// What for.
    pub order: OrderSummary,
    /// How it was paid.
    pub method: PaymentMethod,
    /// When.
    pub paid_at: DateTime<Utc>,
    /// The invoice that is attached.
    pub invoice_number: String,
}

/// An attempt to pay that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFailedLetter {
    /// What for.
    pub order: OrderSummary,
    /// How it was to be paid.
    pub method: PaymentMethod,
    /// The gateway's words, if it said any.
    pub reason: Option<String>,
    /// Until when it can be tried again.
    pub retry_until: DateTime<Utc>,
    /// Where to go.
    pub link: String,
}

/// A renewal that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalLetter {
    /// What is renewed.
    pub plan: String,
    /// For how much.
    pub amount: Money,
    /// When the next period begins.
    pub renews_at: DateTime<Utc>,
    /// Where to change or end it.
    pub link: String,
}

/// A subscription that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionEndedLetter {
    /// What.
    pub plan: String,
    /// Since when.
    pub ended_at: DateTime<Utc>,
    /// Whether it ended because a renewal was not paid.
    pub unpaid: bool,
    /// Where to begin again.
    pub link: String,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLetter {
    /// Of which order.
    pub order: OrderSummary,
    /// How much went back.
    pub amount: Money,
    /// How it was paid; the money goes back the same way where it can.
    pub method: PaymentMethod,
    /// When.
    pub refunded_at: DateTime<Utc>,
}

macro_rules! without_contents {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
// Personal data, and what opens an account, never reach a log.
without_contents!(Addressee, Words, CodeLetter, LinkLetter);
