//! Every mail in every language, and mails as they stand on the wire.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::ports::{
    Addressee, Attachment, CodeLetter, Letter, LinkLetter, Mail, MailWriter, Mailer, OrderSummary,
    OrderSummaryLine, PayCode, PaymentCodeLetter, PaymentFailedLetter, PaymentReminderLetter,
    ReceiptLetter, RefundLetter, RenewalLetter, SecurityLetter, SubscriptionEndedLetter, Words,
};
use entity::{
    id::DeliveryId,
    money::{Currency, Money},
    payments::PaymentMethod,
    users::Locale,
};
use mail_parser::{MessageParser, MimeHeaders};

use super::{Folder, Mailbox, Sender, Templates, message, values, writer::SOURCES};

const LINK: &str = "https://shop.example/somewhere?a=1";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn order() -> OrderSummary {
    OrderSummary {
        number: "ORD-20261120-7K2M9Q".to_owned(),
        lines: vec![
            OrderSummaryLine {
                name: "Pro <b>plan</b>".to_owned(),
                quantity: 1,
                amount: Money::new(899, Currency::Twd),
            },
            OrderSummaryLine {
                name: "手冊".to_owned(),
                quantity: 2,
                amount: Money::new(1_200, Currency::Twd),
            },
        ],
        total: Money::new(2_099, Currency::Twd),
    }
}

fn pay_code(code: PayCode) -> Letter {
    Letter::PaymentCode(PaymentCodeLetter {
        order: order(),
        code,
        link: LINK.to_owned(),
    })
}

fn reminder(is_last: bool) -> Letter {
    Letter::PaymentReminder(PaymentReminderLetter {
        plan: "Pro 方案".to_owned(),
        order: order(),
        pay_until: at("2026-11-27T15:59:59Z"),
        is_last,
        link: LINK.to_owned(),
    })
}

fn refunded(method: PaymentMethod, by_hand: bool) -> Letter {
    Letter::Refunded(RefundLetter {
        order: order(),
        amount: Money::new(500, Currency::Twd),
        method,
        by_hand,
        refunded_at: at("2026-11-27T15:59:59Z"),
    })
}

/// One of each, with what a reader must find in it, in any language.
fn samples() -> Vec<(Letter, Vec<&'static str>)> {
    let expires_at = at("2026-11-27T15:59:59Z");
    let security = SecurityLetter { at: expires_at };
    let (link, plan) = (LINK.to_owned(), "Pro 方案".to_owned());
    let order_facts = ["ORD-20261120-7K2M9Q", "NT$2,099", "手冊"];
    vec![
        (
            Letter::VerificationCode(CodeLetter {
                code: "048213".to_owned(),
                expires_at,
            }),
            vec!["048213", "23:59"],
        ),
        (
            Letter::PasswordReset(LinkLetter {
                link: link.clone(),
                expires_at,
            }),
            vec!["shop.example", "23:59"],
        ),
        (Letter::PasswordChanged(security.clone()), vec!["23:59"]),
        (Letter::SessionEnded(security), vec!["23:59"]),
        (
            pay_code(PayCode::Atm {
                bank_code: "822".to_owned(),
                account: "9103522175887271".to_owned(),
                expires_at,
            }),
            [&order_facts[..], &["822", "9103522175887271", "23:59"]].concat(),
        ),
        (
            pay_code(PayCode::Cvs {
                code: "LLL22251222013".to_owned(),
                expires_at,
            }),
            [&order_facts[..], &["LLL22251222013", "23:59"]].concat(),
        ),
        (
            pay_code(PayCode::Barcode {
                parts: [
                    "151127C7E".to_owned(),
                    "3453010203040506".to_owned(),
                    "112012000002099".to_owned(),
                ],
                expires_at,
            }),
            [&order_facts[..], &["151127C7E", "3453010203040506"]].concat(),
        ),
        (
            Letter::PaymentReceived(ReceiptLetter {
                order: order(),
                method: PaymentMethod::Atm,
                paid_at: expires_at,
                invoice_number: "INV-2026-000001".to_owned(),
            }),
            [&order_facts[..], &["INV-2026-000001", "ATM"]].concat(),
        ),
        (
            Letter::PaymentFailed(PaymentFailedLetter {
                order: order(),
                method: PaymentMethod::CreditCard,
                reason: Some("card declined".to_owned()),
                retry_until: expires_at,
                link: link.clone(),
            }),
            [&order_facts[..], &["card declined", "23:59"]].concat(),
        ),
        (
            Letter::RenewalComing(RenewalLetter {
                plan: plan.clone(),
                amount: Money::new(899, Currency::Twd),
                renews_at: expires_at,
                payment_link: Some("https://shop.example/pay/order/ord_1".to_owned()),
                link: link.clone(),
            }),
            vec!["Pro 方案", "NT$899", "23:59", "pay/order/ord_1"],
        ),
        (
            Letter::RenewalComing(RenewalLetter {
                plan: plan.clone(),
                amount: Money::new(899, Currency::Twd),
                renews_at: expires_at,
                payment_link: None,
                link: link.clone(),
            }),
            vec!["Pro 方案", "NT$899", "23:59"],
        ),
        (
            reminder(false),
            [&order_facts[..], &["Pro 方案", "23:59"]].concat(),
        ),
        (
            reminder(true),
            [&order_facts[..], &["Pro 方案", "23:59"]].concat(),
        ),
        (
            Letter::SubscriptionEnded(SubscriptionEndedLetter {
                plan,
                ended_at: expires_at,
                unpaid: true,
                link,
            }),
            vec!["Pro 方案", "23:59"],
        ),
        (
            refunded(PaymentMethod::CreditCard, false),
            [&order_facts[..], &["NT$500", "23:59"]].concat(),
        ),
        (
            refunded(PaymentMethod::Atm, true),
            [&order_facts[..], &["NT$500", "23:59"]].concat(),
        ),
    ]
}

fn mei(locale: Locale) -> Addressee {
    Addressee {
        name: "<i>林美</i>".to_owned(),
        address: "mei@shopper.example".to_owned(),
        locale,
    }
}

fn templates() -> Templates {
    Templates::new("綠野軟體".to_owned(), "https://shop.example".to_owned()).unwrap()
}

fn sender() -> Sender {
    Sender::parse("Green Fields <billing@shop.example>").unwrap()
}

fn mail(words: Words) -> Mail {
    Mail {
        id: DeliveryId(uuid::Uuid::from_u128(7)).to_string(),
        date: at("2026-11-20T04:00:00Z"),
        to: mei(Locale::En),
        words,
        attachments: vec![Attachment {
            name: "INV-2026-000001.pdf".to_owned(),
            content_type: "application/pdf",
            bytes: b"%PDF-1.7 \xff\x00 end".to_vec(),
        }],
    }
}

fn barcode_mail() -> Mail {
    let (letter, _) = samples().remove(6);
    mail(templates().write(&letter, &mei(Locale::En)).unwrap())
}

#[test]
fn every_mail_says_what_it_must_in_both_languages_and_both_forms() {
    let templates = templates();
    for (letter, facts) in samples() {
        let name = values::name(&letter);
        let chinese = templates.write(&letter, &mei(Locale::ZhTw)).unwrap();
        let english = templates.write(&letter, &mei(Locale::En)).unwrap();
        assert_ne!(chinese.subject, english.subject, "{name}");
        assert!(chinese.html.contains("lang=\"zh-TW\""), "{name}");
        assert!(!english.text.contains('您'), "{name}: {}", english.text);
        for words in [&chinese, &english] {
            for fact in &facts {
                assert!(
                    words.text.contains(fact),
                    "{name} lacks {fact}: {}",
                    words.text
                );
                // The writer escapes every slash.
                let html = words.html.replace("&#x2f;", "/");
                assert!(html.contains(fact), "{name} lacks {fact}: {}", words.html);
            }
            assert!(words.text.contains("綠野軟體"), "{name}");
            assert!(words.text.contains("<i>林美</i>"), "text is not escaped");
            assert!(!words.html.contains("<i>"), "{name} escapes names");
            assert!(!words.html.contains("<b>plan"), "{name} escapes lines");
            assert!(!words.subject.contains('\n') && !words.subject.is_empty());
            assert!(
                !words.text.contains("\n\n\n"),
                "{name} has holes: {}",
                words.text
            );
            assert!(!words.text.contains("{{") && !words.text.contains("{%"));
        }
    }
}

#[test]
fn every_letter_has_a_sample_and_every_file_a_letter() {
    let names: BTreeSet<&str> = samples()
        .iter()
        .map(|(letter, _)| values::name(letter))
        .collect();
    let compiled: BTreeSet<&str> = SOURCES.iter().map(|(name, _)| *name).collect();
    let mut expected = BTreeSet::from(["layout.html".to_owned(), "parts.html".to_owned()]);
    for name in names {
        for (language, form) in [
            ("zh-TW", "html"),
            ("zh-TW", "txt"),
            ("en", "html"),
            ("en", "txt"),
        ] {
            expected.insert(format!("{language}/{name}.{form}"));
        }
    }
    assert_eq!(
        compiled,
        expected.iter().map(String::as_str).collect::<BTreeSet<_>>()
    );
}

#[test]
fn a_mail_on_the_wire_reads_back() {
    let bytes = message::build(&barcode_mail(), &sender())
        .unwrap()
        .formatted();
    let read = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(
        read.message_id(),
        Some("dlv_00000000000000000000000007@shop.example")
    );
    assert_eq!(
        read.to().unwrap().first().unwrap().address(),
        Some("mei@shopper.example")
    );
    assert_eq!(
        read.to().unwrap().first().unwrap().name(),
        Some("<i>林美</i>")
    );
    assert_eq!(
        read.from().unwrap().first().unwrap().name(),
        Some("Green Fields")
    );
    assert_eq!(
        read.header_raw("Auto-Submitted").map(str::trim),
        Some("auto-generated")
    );
    assert_eq!(
        read.date().unwrap().to_timestamp(),
        at("2026-11-20T04:00:00Z").timestamp()
    );
    assert!(read.body_text(0).unwrap().contains("3453010203040506"));
    assert!(read.body_html(0).unwrap().contains("cid:barcode-2"));
    let pictures: Vec<_> = read
        .attachments()
        .filter_map(|part| part.content_id())
        .collect();
    assert_eq!(pictures, ["barcode-1", "barcode-2", "barcode-3"]);
    let pdf = read
        .attachments()
        .find(|part| part.attachment_name() == Some("INV-2026-000001.pdf"))
        .unwrap();
    assert_eq!(pdf.contents(), b"%PDF-1.7 \xff\x00 end");
    // Nothing but ASCII and no long line: any server takes it.
    assert!(bytes.is_ascii());
    assert!(
        bytes
            .split(|byte| *byte == b'\n')
            .all(|line| line.len() < 998)
    );
}

#[test]
fn no_value_begins_a_header_or_another_recipient() {
    let mut evil = barcode_mail();
    evil.to.name = "Mei\r\nBcc: all@shop.example\r\n\r\nhello".to_owned();
    evil.words.subject = "Hi\r\nBcc: all@shop.example\n\tX-Evil: 1".to_owned();
    evil.attachments[0].name = "a.pdf\"\r\nX-Evil: 1".to_owned();
    let message = message::build(&evil, &sender()).unwrap();
    assert_eq!(message.envelope().to().len(), 1);
    let bytes = message.formatted();
    let read = MessageParser::default().parse(&bytes).unwrap();
    assert!(read.bcc().is_none());
    assert!(read.header_raw("X-Evil").is_none());
    for part in read.parts.iter() {
        assert!(part.headers.iter().all(|header| header.name() != "X-Evil"));
    }

    for address in [
        "mei@shop.example\r\nRCPT TO:<all@shop.example>",
        "nobody",
        "",
    ] {
        evil.to.address = address.to_owned();
        let refused = message::build(&evil, &sender());
        assert!(refused.is_err(), "{address}");
    }
}

#[tokio::test]
async fn a_folder_keeps_a_mail_once_however_often_it_comes() {
    let path = std::env::temp_dir().join(format!("fabrica-mail-{}", std::process::id()));
    let mailbox = Mailbox::new(path.clone());
    assert_eq!(
        mailbox.list().unwrap(),
        [],
        "a folder that is not there is empty"
    );
    let folder = Folder::new(path.clone(), sender());
    folder.send(&barcode_mail()).await.unwrap();
    folder.send(&barcode_mail()).await.unwrap();
    std::fs::write(path.join("note.eml"), "not one of ours").unwrap();

    let listed = mailbox.list().unwrap();
    assert_eq!(listed.len(), 1);
    assert!(
        listed[0].subject.contains("ORD-20261120-7K2M9Q"),
        "{listed:?}"
    );
    let opened = mailbox.open(listed[0].id).unwrap();
    assert_eq!(opened.parts.len(), 1, "pictures are in the page");
    assert_eq!(opened.parts[0].content_type, "application/pdf");
    assert_eq!(opened.html.matches("data:image/png;base64,").count(), 3);
    assert!(!opened.html.contains("cid:"));
    assert!(mailbox.open(DeliveryId(uuid::Uuid::nil())).is_none());
    std::fs::remove_dir_all(path).unwrap();
}
