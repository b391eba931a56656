//! From an event to the mail it causes, with what holds when it is sent: an event carries ids alone, and between
//! its commit and its mail a payment may move on, a code end, a person go.

mod subscriptions;

use chrono::{DateTime, Utc};
use entity::{
    base::event,
    id::{OneTimeCodeId, OrderId, PaymentId, RefundId, UserId},
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment},
    refunds::{RefundKind, RefundStatus},
    users::user,
};

use crate::{
    base::{Error, Event, Op, Result, Timeline, links::Purpose},
    invoices, orders, payments,
    payments::events::PaymentStatusChanged,
    ports::{
        Addressee, Attachment, CodeLetter, Letter, LinkLetter, OrderSummary, OrderSummaryLine,
        PayCode, PaymentCodeLetter, PaymentFailedLetter, ReceiptLetter, RefundLetter,
        SecurityLetter,
    },
    refunds,
    refunds::events::RefundSucceeded,
    subscriptions::events::{
        SubscriptionPaymentReminded, SubscriptionRenewalOrdered, SubscriptionStatusChanged,
    },
    users::{
        self,
        events::{
            SessionTokenReused, UserEmailCodeIssued, UserPasswordChanged,
            UserPasswordResetRequested,
        },
    },
};

use super::{invoice_document, pay_by_link, print_invoice};

/// The page that takes the secret of a link, behind a `#`: what stands there is never sent to a server, and so to no
/// log.
const RESET_PAGE: &str = "/reset-password";

/// A mail without its words.
#[derive(Debug)]
pub struct Draft {
    /// To whom.
    pub to: Addressee,
    /// What about.
    pub letter: Letter,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
}

/// What an event comes to.
#[derive(Debug)]
pub enum Drafted {
    /// This mail.
    Mail(Box<Draft>),
    /// None, and why: there is nothing to say any more.
    Nothing(&'static str),
}

/// The mail that this event causes now.
///
/// # Errors
/// The database does not answer; an event that cannot be read, or one of a kind that nobody wrote a letter for,
/// which are defects.
pub async fn draft(op: &Op, event: &event::Model) -> Result<Drafted> {
    match event.kind.as_str() {
        UserEmailCodeIssued::KIND => code(op, event).await,
        UserPasswordResetRequested::KIND => reset_link(op, event).await,
        UserPasswordChanged::KIND => to_owner(op, event, Letter::PasswordChanged).await,
        SessionTokenReused::KIND => to_owner(op, event, Letter::SessionEnded).await,
        PaymentStatusChanged::KIND => payment(op, event).await,
        SubscriptionRenewalOrdered::KIND => subscriptions::renewal_coming(op, event).await,
        SubscriptionPaymentReminded::KIND => subscriptions::payment_reminder(op, event).await,
        SubscriptionStatusChanged::KIND => subscriptions::ended(op, event).await,
        RefundSucceeded::KIND => refunded(op, event).await,
        other => Err(Error::internal(format!(
            "nobody wrote a letter for {other}"
        ))),
    }
}

async fn code(op: &Op, event: &event::Model) -> Result<Drafted> {
    let Some(to) = addressee(op, read(event, "user_id")?).await? else {
        return Ok(GONE);
    };
    let code_id: OneTimeCodeId = read(event, "code_id")?;
    let Some(code) = users::codes::to_send(op, code_id).await? else {
        return Ok(CODE_OVER);
    };
    let letter = CodeLetter {
        code: code.text,
        expires_at: code.expires_at,
    };
    Ok(mail(to, Letter::VerificationCode(letter)))
}

async fn reset_link(op: &Op, event: &event::Model) -> Result<Drafted> {
    let Some(to) = addressee(op, read(event, "user_id")?).await? else {
        return Ok(GONE);
    };
    let code_id: OneTimeCodeId = read(event, "code_id")?;
    let Some(code) = users::codes::to_send(op, code_id).await? else {
        return Ok(CODE_OVER);
    };
    let letter = LinkLetter {
        link: format!("{}{RESET_PAGE}#{}", op.app().links.public_url(), code.text),
        expires_at: code.expires_at,
    };
    Ok(mail(to, Letter::PasswordReset(letter)))
}

async fn to_owner(
    op: &Op,
    event: &event::Model,
    letter: fn(SecurityLetter) -> Letter,
) -> Result<Drafted> {
    let Some(to) = addressee(op, read(event, "user_id")?).await? else {
        return Ok(GONE);
    };
    let at = event.occurred_at;
    Ok(mail(to, letter(SecurityLetter { at })))
}

async fn payment(op: &Op, event: &event::Model) -> Result<Drafted> {
    let payment_id: PaymentId = read(event, "payment_id")?;
    let payment = payments::query::get(op, payment_id).await?;
    let order = orders::query::get(op, payment.order_id).await?;
    let Some(to) = addressee(op, order.user_id).await? else {
        return Ok(GONE);
    };
    // What is over is over by the time of whose order it is.
    let op = &op.on(Timeline::of(op.reader(), order.test_clock_id).await?);
    match read(event, "to")? {
        PaymentStatus::AwaitingPayment => payment_code(op, to, &order, &payment).await,
        PaymentStatus::Paid => receipt(op, to, &order, &payment).await,
        PaymentStatus::Failed => payment_failed(op, to, &order, &payment).await,
        _ => Ok(Drafted::Nothing("nobody is told of this move")),
    }
}

async fn payment_code(
    op: &Op,
    to: Addressee,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Drafted> {
    if payment.status != PaymentStatus::AwaitingPayment {
        return Ok(Drafted::Nothing("the code is not awaited any more"));
    }
    let Some(code) = pay_code(payment) else {
        return Err(Error::internal(format!("{} has no code", payment.id)));
    };
    if code.expires_at() <= op.now() {
        return Ok(Drafted::Nothing("the time of the code is over"));
    }
    let link = op.app().links.to(
        Purpose::PaymentResult,
        &payment.id.to_string(),
        payment.expires_at,
    );
    let letter = PaymentCodeLetter {
        order: summary(op, order).await?,
        code,
        link,
    };
    Ok(mail(to, Letter::PaymentCode(letter)))
}

async fn receipt(
    op: &Op,
    to: Addressee,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Drafted> {
    let mut found = invoices::query::of_orders(op, &[order.id]).await?;
    let invoice = found.remove(&order.id).ok_or(Error::NotFound("invoice"))?;
    let document = invoice_document(op, invoice.id).await?;
    let letter = ReceiptLetter {
        order: summary(op, order).await?,
        method: payment.method,
        paid_at: payment.paid_at.unwrap_or(invoice.issued_at),
        invoice_number: invoice.number.clone(),
    };
    let pdf = Attachment {
        name: format!("{}.pdf", invoice.number),
        content_type: "application/pdf",
        bytes: print_invoice(op, document).await?,
    };
    Ok(Drafted::Mail(Box::new(Draft {
        to,
        letter: Letter::PaymentReceived(letter),
        attachments: vec![pdf],
    })))
}

async fn payment_failed(
    op: &Op,
    to: Addressee,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Drafted> {
    if payment.status != PaymentStatus::Failed {
        return Ok(Drafted::Nothing("the payment has moved on"));
    }
    let can_be_paid = matches!(order.status, OrderStatus::Failed | OrderStatus::Pending);
    if !can_be_paid || order.expires_at <= op.now() {
        return Ok(Drafted::Nothing("the order is paid another way, or over"));
    }
    let letter = PaymentFailedLetter {
        order: summary(op, order).await?,
        method: payment.method,
        reason: payment
            .failure_message
            .clone()
            .filter(|text| !text.is_empty()),
        retry_until: pay_by_link::pay_until(op, order).await?,
        link: pay_by_link::link(op, order),
    };
    Ok(mail(to, Letter::PaymentFailed(letter)))
}

async fn refunded(op: &Op, event: &event::Model) -> Result<Drafted> {
    let refund_id: RefundId = read(event, "refund_id")?;
    let refund = refunds::query::get(op, refund_id).await?;
    let Some(to) = addressee(op, refund.user_id).await? else {
        return Ok(GONE);
    };
    if refund.status != RefundStatus::Succeeded {
        return Err(Error::internal(format!("{refund_id} did not succeed")));
    }
    let payment = payments::query::get(op, refund.payment_id).await?;
    let order = orders::query::get(op, refund.order_id).await?;
    let letter = RefundLetter {
        order: summary(op, &order).await?,
        amount: refund.amount(),
        method: payment.method,
        by_hand: refund.kind == RefundKind::Manual,
        refunded_at: refund.completed_at.unwrap_or(event.occurred_at),
    };
    Ok(mail(to, Letter::Refunded(letter)))
}

const GONE: Drafted = Drafted::Nothing("the person is gone");
const CODE_OVER: Drafted = Drafted::Nothing("the code was used, replaced, or its time is over");

fn mail(to: Addressee, letter: Letter) -> Drafted {
    Drafted::Mail(Box::new(Draft {
        to,
        letter,
        attachments: Vec::new(),
    }))
}

/// To whom we write; `None` for a person of whom nothing is left.
///
/// # Errors
/// The database does not answer.
pub async fn addressee(op: &Op, id: UserId) -> Result<Option<Addressee>> {
    let user = users::query::get(op, id).await?;
    Ok(user.erased_at.is_none().then(|| Addressee {
        name: called(&user),
        address: user.email,
        locale: user.locale,
    }))
}

/// What the person is called: as in Chinese when the name is, by the user name when there is none.
fn called(user: &user::Model) -> String {
    let (first, last) = (user.first_name.as_str(), user.last_name.as_str());
    if first.is_empty() && last.is_empty() {
        return user.username.clone();
    }
    if first.is_ascii() && last.is_ascii() {
        return format!("{first} {last}").trim().to_owned();
    }
    format!("{last}{first}")
}

/// What a mail tells of an order.
///
/// # Errors
/// The database does not answer.
pub async fn summary(op: &Op, order: &order::Model) -> Result<OrderSummary> {
    let lines = lines_of(op, order.id).await?;
    Ok(OrderSummary {
        number: order.number.clone(),
        lines,
        total: order.total(),
    })
}

async fn lines_of(op: &Op, id: OrderId) -> Result<Vec<OrderSummaryLine>> {
    let rows = orders::query::lines_of(op, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| OrderSummaryLine {
            quantity: row.quantity,
            amount: row.amount(),
            name: row.description,
        })
        .collect())
}

fn pay_code(payment: &payment::Model) -> Option<PayCode> {
    let expires_at: DateTime<Utc> = payment.code_expires_at?;
    match payment.method {
        PaymentMethod::Atm => Some(PayCode::Atm {
            bank_code: payment.bank_code.clone()?,
            account: payment.virtual_account.clone()?,
            expires_at,
        }),
        PaymentMethod::Cvs => Some(PayCode::Cvs {
            code: payment.payment_code.clone()?,
            expires_at,
        }),
        PaymentMethod::Barcode => Some(PayCode::Barcode {
            parts: [
                payment.barcode_1.clone()?,
                payment.barcode_2.clone()?,
                payment.barcode_3.clone()?,
            ],
            expires_at,
        }),
        PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic | PaymentMethod::Free => None,
    }
}

/// A field of the event.
///
/// # Errors
/// It is not there, or something else, which is a defect.
fn read<T: serde::de::DeserializeOwned>(event: &event::Model, field: &str) -> Result<T> {
    let value = event.payload.get(field).cloned().unwrap_or_default();
    Ok(serde_json::from_value(value)?)
}
