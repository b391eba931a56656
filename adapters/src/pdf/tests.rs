//! Invoices rendered and read back: what a reader, or a machine, finds on the pages.

use chrono::{DateTime, Utc};
use entity::{
    invoices::invoice::{InvoiceStatus, Party},
    money::{Currency, Money},
    payments::payment::PaymentMethod,
};
use lopdf::Document;
use proptest::prelude::*;

use super::{
    InvoiceDocument, InvoiceDocumentLine, ServicePeriod,
    font::typefaces,
    invoice::lay_out,
    page::{MARGIN, Mark, PAGE_HEIGHT, RIGHT, Sheet},
    render_invoice,
};

fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn line(description: &str, quantity: i32, unit: i64) -> InvoiceDocumentLine {
    InvoiceDocumentLine {
        description: description.to_owned(),
        quantity,
        unit_price: twd(unit),
        amount: twd(unit * i64::from(quantity)),
    }
}

/// A month of a plan with two seats, paid by card late in the evening of 20 November, London time.
fn paid_invoice() -> InvoiceDocument {
    InvoiceDocument {
        number: "INV-2026-000042".to_owned(),
        order_number: "ORD-20261120-7K2M9Q".to_owned(),
        status: InvoiceStatus::Issued,
        issued_at: moment("2026-11-20T23:30:00Z"),
        paid_at: Some(moment("2026-11-22T01:00:00Z")),
        payment_method: Some(PaymentMethod::CreditCard),
        period: Some(ServicePeriod {
            start: moment("2026-11-22T16:00:00Z"),
            end: moment("2026-12-22T16:00:00Z"),
        }),
        seller: Party {
            name: "綠野軟體股份有限公司".to_owned(),
            tax_id: "12345678".to_owned(),
            address: "臺北市信義區信義路五段 7 號".to_owned(),
            email: "billing@example.com".to_owned(),
            phone: "+886 2 2345 6789".to_owned(),
        },
        buyer: Party {
            name: "晨光設計有限公司".to_owned(),
            tax_id: "87654321".to_owned(),
            address: "高雄市前鎮區成功二路 88 號".to_owned(),
            email: "accounts@buyer.example".to_owned(),
            phone: "0912-345-678".to_owned(),
        },
        lines: vec![
            line("專業方案 Pro plan", 1, 1_280),
            line("額外席次 Additional seats", 2, 640),
        ],
        net: twd(2_438),
        tax: twd(122),
        total: twd(2_560),
        tax_rate_basis_points: 500,
        notes: "感謝您的訂閱。\nThank you.".to_owned(),
        footer: "統一發票另行開立。".to_owned(),
    }
}

/// The text of each page as another library reads it from the file, without blanks: where a PDF has a
/// space and where only a gap is the business of neither.
fn read_pages(bytes: &[u8]) -> Vec<String> {
    let pdf = Document::load_mem(bytes).expect("a PDF that others can read");
    pdf.get_pages()
        .keys()
        .map(|page| {
            let text = pdf.extract_text(&[*page]).expect("text on the page");
            text.split_whitespace().collect()
        })
        .collect()
}

fn render_and_read(document: &InvoiceDocument) -> Vec<String> {
    read_pages(&render_invoice(document).expect("the invoice renders"))
}

#[test]
fn a_paid_invoice_says_everything_on_one_small_page() {
    let bytes = render_invoice(&paid_invoice()).expect("the invoice renders");
    assert!(bytes.starts_with(b"%PDF-1."));
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
    let pages = read_pages(&bytes);
    assert_eq!(pages.len(), 1);
    for expected in [
        "帳單INVOICE",
        "INV-2026-000042",
        "已付款PAID",
        "綠野軟體股份有限公司",
        "統一編號TaxID12345678",
        "臺北市信義區信義路五段7號",
        "billing@example.com",
        "+886223456789",
        "買方Billto",
        "晨光設計有限公司",
        "統一編號TaxID87654321",
        "高雄市前鎮區成功二路88號",
        "accounts@buyer.example",
        "0912-345-678",
        "訂單編號Orderno.ORD-20261120-7K2M9Q",
        // Half past eleven at night in London is the next morning in Taipei.
        "開立日期Issuedate2026-11-21",
        "付款日期Paidon2026-11-22",
        "付款方式Paymentmethod信用卡Creditcard",
        "服務期間Period2026-11-23–2026-12-22",
        "專業方案Proplan1NT$1,280NT$1,280",
        "額外席次Additionalseats2NT$640NT$1,280",
        "銷售額NetNT$2,438",
        "營業稅Tax(5%)NT$122",
        "總計TotalNT$2,560",
        "單價與金額均含稅",
        "備註Notes感謝您的訂閱。Thankyou.",
        "統一發票另行開立。",
        "第1頁，共1頁",
    ] {
        assert!(pages[0].contains(expected), "{expected} in {}", pages[0]);
    }
}

#[test]
fn sixty_lines_go_on_over_pages_and_none_is_lost() {
    // Given sixty lines, each with a name of its own and every third one long.
    let mut document = paid_invoice();
    document.lines = (1..=60)
        .map(|index| {
            let more = if index % 3 == 0 {
                "含說明文字。"
            } else {
                ""
            };
            line(&format!("〈{index}〉{}", more.repeat(20)), 1, 10 + index)
        })
        .collect();
    let pages = render_and_read(&document);
    assert!(pages.len() >= 4, "{} pages", pages.len());
    let everything = pages.concat();
    for index in 1..=60 {
        let name = format!("〈{index}〉");
        assert_eq!(everything.matches(&name).count(), 1, "{name}");
    }
    assert_eq!(everything.matches("含說明文字。").count(), 20 * 20);
    for (index, page) in pages.iter().enumerate() {
        let number = format!("第{}頁，共{}頁", index + 1, pages.len());
        assert!(page.contains(&number), "{number}");
        assert!(page.contains("INV-2026-000042"));
        let continues = page.contains('〈');
        assert_eq!(page.contains("項目Description"), continues, "{page}");
        assert_eq!(page.contains("總計Total"), index + 1 == pages.len());
    }
}

#[test]
fn a_description_longer_than_a_page_is_printed_whole() {
    let mut document = paid_invoice();
    document.lines = vec![line(&"長篇說明。".repeat(600), 1, 1_280)];
    let everything = render_and_read(&document).concat();
    assert_eq!(
        everything.matches("NT$1,280").count(),
        2,
        "price and amount"
    );
    // The table head stands between the parts, so count characters, not sentences.
    assert_eq!(everything.matches('篇').count(), 600);
}

#[test]
fn a_hostile_name_is_printed_as_far_as_it_can_be() {
    let mut document = paid_invoice();
    document.buyer.name = "Amy\r\n🎉 \u{202e}Chen\u{0}<&>\u{feff} 한".to_owned();
    document.number = "INV\u{0}\"<&>\n1".to_owned();
    document.seller.name = "\u{1}\u{ffff}]]>'".to_owned();
    let pages = render_and_read(&document);
    assert!(pages[0].contains("AmyChen<&>〓"), "{}", pages[0]);
    assert!(pages[0].contains("INV\"<&>1"), "{}", pages[0]);
}

#[test]
fn the_mark_follows_the_standing_of_the_invoice() {
    let mut document = paid_invoice();
    document.status = InvoiceStatus::Void;
    let void = render_and_read(&document).concat();
    assert!(void.contains("已作廢VOID") && !void.contains("PAID"));

    let mut document = paid_invoice();
    document.paid_at = None;
    let due = render_and_read(&document).concat();
    assert!(due.contains("待付款DUE") && !due.contains("PAID") && !due.contains("Paidon"));
}

#[test]
fn equal_invoices_are_equal_files() {
    let first = render_invoice(&paid_invoice()).expect("the invoice renders");
    let second = render_invoice(&paid_invoice()).expect("the invoice renders");
    assert!(first == second, "the same bytes");
    let mut other = paid_invoice();
    other.issued_at = moment("2026-11-20T23:30:01Z");
    let other = render_invoice(&other).expect("the invoice renders");
    assert!(first != other, "the date of the file is the date of issue");
}

/// Every text of a page with its left and right end and its baseline.
fn texts(sheet: &Sheet) -> Vec<(&str, f32, f32, f32)> {
    sheet
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text {
                run, x, baseline, ..
            } if !run.text.is_empty() => Some((run.text.as_str(), *x, x + run.width(), *baseline)),
            Mark::Text { .. } | Mark::Fill { .. } => None,
        })
        .collect()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ \n中文字a-zW。]{0,300}", "W{0,200}"]
}

proptest! {
    // Whole documents are large to shrink: a failing one says enough, and no file is left behind.
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_it_says_it_renders_within_the_margins(
        texts_given in prop::collection::vec(any_text(), 14),
        amounts in prop::collection::vec(any::<i64>(), 5),
        quantity in any::<i32>(),
        tax_rate_basis_points in any::<i32>(),
        seconds in any::<i64>(),
    ) {
        let mut texts_given = texts_given.into_iter();
        let mut text = || texts_given.next().unwrap_or_default();
        let at = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).expect("a moment");
        let party = |text: &mut dyn FnMut() -> String| Party {
            name: text(), tax_id: text(), address: text(), email: text(), phone: text(),
        };
        let document = InvoiceDocument {
            number: text(),
            order_number: text(),
            issued_at: at,
            paid_at: Some(at),
            period: Some(ServicePeriod { start: at, end: DateTime::<Utc>::MIN_UTC }),
            seller: party(&mut text),
            buyer: party(&mut text),
            lines: vec![InvoiceDocumentLine {
                description: text(), quantity, unit_price: twd(amounts[0]), amount: twd(amounts[1]),
            }; 3],
            net: twd(amounts[2]),
            tax: twd(amounts[3]),
            total: Money::new(amounts[4], Currency::Usd),
            tax_rate_basis_points,
            notes: text(),
            ..paid_invoice()
        };
        let bytes = render_invoice(&document).expect("the invoice renders");
        prop_assert!(Document::load_mem(&bytes).is_ok());

        for sheet in lay_out(&document, typefaces().expect("the faces read")) {
            let mut texts = texts(&sheet);
            for (text, left, right, baseline) in &texts {
                prop_assert!(*left >= MARGIN - 0.1 && *right <= RIGHT + 0.1, "{text:?} {left} {right}");
                prop_assert!((40.0..PAGE_HEIGHT - 30.0).contains(baseline), "{text:?} {baseline}");
            }
            texts.sort_by(|one, two| (one.3, one.1).partial_cmp(&(two.3, two.1)).expect("numbers"));
            for pair in texts.windows(2) {
                let overlaps = pair[0].3 == pair[1].3 && pair[0].2 > pair[1].1 + 0.1;
                prop_assert!(!overlaps, "{:?} covers {:?}", pair[0], pair[1]);
            }
        }
    }
}
