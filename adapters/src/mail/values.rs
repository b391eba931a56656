//! What the templates are given: texts, ready to be shown in the reader's language.

use chrono::{DateTime, Utc};
use domain::{
    base::clock::taipei,
    ports::{
        Letter, OrderSummary, PayCode, PaymentCodeLetter, PaymentFailedLetter, ReceiptLetter,
        RefundLetter, RenewalLetter, SubscriptionEndedLetter,
    },
};
use entity::{payments::PaymentMethod, users::Locale};
use minijinja::{Value, context};

use crate::pdf::format::amount;

/// The name of a letter's templates.
pub(super) const fn name(letter: &Letter) -> &'static str {
    match letter {
        Letter::VerificationCode(_) => "verification_code",
        Letter::PasswordReset(_) => "password_reset",
        Letter::PasswordChanged(_) => "password_changed",
        Letter::SessionEnded(_) => "session_ended",
        Letter::PaymentCode(_) => "payment_code",
        Letter::PaymentReceived(_) => "payment_received",
        Letter::PaymentFailed(_) => "payment_failed",
        Letter::RenewalComing(_) => "renewal_coming",
        Letter::SubscriptionEnded(_) => "subscription_ended",
        Letter::Refunded(_) => "refunded",
    }
}

/// What the letter's templates name.
pub(super) fn of(letter: &Letter, locale: Locale) -> Value {
    let moment = |at| moment(at, locale);
    match letter {
        Letter::VerificationCode(code) => context! {
            code => &code.code, until => moment(code.expires_at),
        },
        Letter::PasswordReset(link) => context! {
            link => &link.link, until => moment(link.expires_at),
        },
        Letter::PasswordChanged(security) | Letter::SessionEnded(security) => context! {
            at => moment(security.at),
        },
        Letter::PaymentCode(letter) => payment_code(letter, locale),
        Letter::PaymentReceived(letter) => receipt(letter, locale),
        Letter::PaymentFailed(letter) => payment_failed(letter, locale),
        Letter::RenewalComing(letter) => renewal(letter, locale),
        Letter::SubscriptionEnded(letter) => ended(letter, locale),
        Letter::Refunded(letter) => refund(letter, locale),
    }
}

fn payment_code(letter: &PaymentCodeLetter, locale: Locale) -> Value {
    let until = letter.code.expires_at();
    let (until, until_short) = (moment(until, locale), day(until, locale));
    let code = match &letter.code {
        PayCode::Atm {
            bank_code, account, ..
        } => context! { kind => "atm", bank => bank_code, account => account, until, until_short },
        PayCode::Cvs { code, .. } => context! { kind => "cvs", code => code, until, until_short },
        PayCode::Barcode { parts, .. } => {
            context! { kind => "barcode", parts => parts, until, until_short }
        }
    };
    context! { order => order(&letter.order), code, link => &letter.link }
}

fn receipt(letter: &ReceiptLetter, locale: Locale) -> Value {
    context! {
        order => order(&letter.order),
        method => method(letter.method, locale),
        paid_at => moment(letter.paid_at, locale),
        invoice_number => &letter.invoice_number,
    }
}

fn payment_failed(letter: &PaymentFailedLetter, locale: Locale) -> Value {
    context! {
        order => order(&letter.order),
        method => method(letter.method, locale),
        reason => &letter.reason,
        until => moment(letter.retry_until, locale),
        link => &letter.link,
    }
}

fn renewal(letter: &RenewalLetter, locale: Locale) -> Value {
    context! {
        plan => &letter.plan,
        amount => amount(letter.amount),
        renews_at => moment(letter.renews_at, locale),
        renews_at_short => day(letter.renews_at, locale),
        link => &letter.link,
    }
}

fn ended(letter: &SubscriptionEndedLetter, locale: Locale) -> Value {
    context! {
        plan => &letter.plan,
        ended_at => moment(letter.ended_at, locale),
        unpaid => letter.unpaid,
        link => &letter.link,
    }
}

fn refund(letter: &RefundLetter, locale: Locale) -> Value {
    context! {
        order => order(&letter.order),
        amount => amount(letter.amount),
        method => method(letter.method, locale),
        refunded_at => moment(letter.refunded_at, locale),
    }
}

fn order(order: &OrderSummary) -> Value {
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            context! {
                name => &line.name, quantity => line.quantity, amount => amount(line.amount),
            }
        })
        .collect();
    context! { number => &order.number, lines, total => amount(order.total) }
}

/// The moment on a clock in Taipei, and that it is one.
fn moment(at: DateTime<Utc>, locale: Locale) -> String {
    let at = at.with_timezone(&taipei());
    match locale {
        Locale::ZhTw => at
            .format("%Y/%m/%d %H:%M\u{ff08}台北時間\u{ff09}")
            .to_string(),
        Locale::En => at.format("%-d %b %Y, %H:%M (Taipei time)").to_string(),
    }
}

fn day(at: DateTime<Utc>, locale: Locale) -> String {
    let at = at.with_timezone(&taipei());
    match locale {
        Locale::ZhTw => at.format("%Y/%m/%d").to_string(),
        Locale::En => at.format("%-d %b %Y").to_string(),
    }
}

const fn method(method: PaymentMethod, locale: Locale) -> &'static str {
    match (method, locale) {
        (PaymentMethod::CreditCard, Locale::ZhTw) => "信用卡",
        (PaymentMethod::CreditCard, Locale::En) => "credit card",
        (PaymentMethod::CreditCardPeriodic, Locale::ZhTw) => "信用卡定期定額",
        (PaymentMethod::CreditCardPeriodic, Locale::En) => "credit card, charged each period",
        (PaymentMethod::Atm, Locale::ZhTw) => "ATM 轉帳",
        (PaymentMethod::Atm, Locale::En) => "bank transfer (ATM)",
        (PaymentMethod::Cvs, Locale::ZhTw) => "超商代碼",
        (PaymentMethod::Cvs, Locale::En) => "convenience store code",
        (PaymentMethod::Barcode, Locale::ZhTw) => "超商條碼",
        (PaymentMethod::Barcode, Locale::En) => "convenience store barcode",
        (PaymentMethod::Free, Locale::ZhTw) => "免費",
        (PaymentMethod::Free, Locale::En) => "free of charge",
    }
}
