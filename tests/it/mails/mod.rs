//! Mails, as the people who get them and the servers that carry them see them.

mod accounts;
mod by_smtp;
mod receipts;
