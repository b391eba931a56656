//! What the domain asks of the world outside: traits and the plain data they speak in, without rules.
//! The floor above (`adapters`) implements them.

pub mod access_tokens;
pub mod card_contract;
pub mod card_refund;
pub mod gateway;
pub mod invoice_document;
pub mod mail;
pub mod statement;

pub use access_tokens::{AccessClaims, AccessTokens, InvalidAccessToken};
pub use card_contract::{
    Charge, ContractAnswer, ContractReport, ContractState, LoggedCharge, Periodic,
};
pub use card_refund::{
    CardAnswer, CardInstruction, CardQuestion, CardReport, CardState, NotRefundedHere,
};
pub use gateway::{
    CardFacts, Checkout, CheckoutForm, Gateway, NotAccepted, Notice, Outcome, PayCode, TradeReport,
    TradeState, Unanswered,
};
pub use invoice_document::{InvoiceDocument, InvoiceDocumentLine, InvoicePrinter, ServicePeriod};
pub use mail::{
    Addressee, Attachment, CodeLetter, Letter, LinkLetter, Mail, MailWriter, Mailer, NotSent,
    OrderSummary, OrderSummaryLine, PaymentCodeLetter, PaymentFailedLetter, ReceiptLetter,
    RefundLetter, RenewalLetter, SecurityLetter, SubscriptionEndedLetter, Words,
};
pub use statement::{Statement, StatementLine};
