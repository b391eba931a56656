//! The head of the first page: who sells, what this is, to whom, and the facts of the sale.

use domain::ports::InvoiceDocument;
use entity::invoices::invoice::{InvoiceStatus, Party};

use super::{
    font::{Typefaces, Weight},
    format::{self, Bilingual, both},
    label::{LabelStyle, label_from},
    page::{
        ACCENT, Area, HAIRLINE, INK, Ink, MARGIN, MUTED, PAGE_WIDTH, PAPER, RIGHT, Sheet, TINT,
    },
};

/// What the document calls itself.
pub(super) const TITLE: Bilingual = both("帳單", "INVOICE");

const TOP: f32 = 52.0;
const SELLER_WIDTH: f32 = 292.0;
const BUYER_WIDTH: f32 = 234.0;
/// Where the second column of the page begins.
pub(super) const FACTS_X: f32 = MARGIN + 258.0;
const FACT_HEIGHT: f32 = 21.0;
const DETAIL: f32 = 8.5;
const DETAIL_HEIGHT: f32 = 13.5;

/// Draws it; gives the place below it.
pub(super) fn masthead(sheet: &mut Sheet, faces: &Typefaces, document: &InvoiceDocument) -> f32 {
    sheet.rule(0.0, PAGE_WIDTH, 0.0, 6.0, ACCENT);
    let seller = seller(sheet, faces, &document.seller);
    let title = title(sheet, faces, document);
    let y = seller.max(title) + 16.0;
    sheet.rule(MARGIN, RIGHT, y, 1.2, ACCENT);
    let buyer = buyer(sheet, faces, &document.buyer, y + 22.0);
    let facts = facts(sheet, faces, document, y + 8.0);
    buyer.max(facts) + 24.0
}

fn seller(sheet: &mut Sheet, faces: &Typefaces, seller: &Party) -> f32 {
    let mut baseline = TOP + 16.0;
    for run in faces.wrap_at_most(3, &seller.name, (Weight::Bold, 16.0), SELLER_WIDTH) {
        sheet.text(run, MARGIN, baseline, INK);
        baseline += 21.0;
    }
    details(sheet, faces, seller, baseline, SELLER_WIDTH)
}

fn buyer(sheet: &mut Sheet, faces: &Typefaces, buyer: &Party, y: f32) -> f32 {
    let style = LabelStyle {
        weight: Weight::Bold,
        size: 9.0,
        ink: ACCENT,
    };
    label_from(sheet, faces, both("買方", "Bill to"), (MARGIN, y), style);
    let mut baseline = y + 19.0;
    for run in faces.wrap_at_most(3, &buyer.name, (Weight::Bold, 11.5), BUYER_WIDTH) {
        sheet.text(run, MARGIN, baseline, INK);
        baseline += 16.5;
    }
    details(sheet, faces, buyer, baseline, BUYER_WIDTH)
}

/// What is known of a party besides its name, one under the other; gives the place below.
fn details(sheet: &mut Sheet, faces: &Typefaces, party: &Party, top: f32, width: f32) -> f32 {
    let regular = (Weight::Regular, DETAIL);
    let mut baseline = top;
    if !party.tax_id.trim().is_empty() {
        let style = LabelStyle {
            weight: Weight::Regular,
            size: DETAIL,
            ink: MUTED,
        };
        let label = both("統一編號", "Tax ID");
        let end = label_from(sheet, faces, label, (MARGIN, baseline), style) + 6.0;
        let room = MARGIN + width - end;
        let number = faces.line_within(&party.tax_id, Weight::Regular, DETAIL, room);
        sheet.text(number, end, baseline, INK);
        baseline += DETAIL_HEIGHT;
    }
    let texts = [(3, &party.address), (2, &party.email), (1, &party.phone)];
    for (most, text) in texts {
        for run in faces.wrap_at_most(most, text, regular, width) {
            sheet.text(run, MARGIN, baseline, MUTED);
            baseline += DETAIL_HEIGHT;
        }
    }
    baseline - DETAIL_HEIGHT + 4.0
}

fn title(sheet: &mut Sheet, faces: &Typefaces, document: &InvoiceDocument) -> f32 {
    let baseline = TOP + 19.0;
    let english = faces.line(TITLE.english, Weight::Regular, 12.0);
    let chinese = faces.line(TITLE.chinese, Weight::Bold, 22.0);
    sheet.text_to(chinese, RIGHT - english.width() - 8.0, baseline, ACCENT);
    sheet.text_to(english, RIGHT, baseline, MUTED);
    let number = faces.line_within(&document.number, Weight::Bold, 11.0, 180.0);
    sheet.text_to(number, RIGHT, baseline + 21.0, INK);
    standing(sheet, faces, document, baseline + 33.0)
}

/// The mark that says whether anything is left to pay, its top at `y`; gives the place below.
fn standing(sheet: &mut Sheet, faces: &Typefaces, document: &InvoiceDocument, y: f32) -> f32 {
    let (text, ground, ink): (&str, Ink, Ink) = match (document.status, document.paid_at) {
        (InvoiceStatus::Void, _) => ("已作廢 VOID", INK, PAPER),
        (InvoiceStatus::Issued, Some(_)) => ("已付款 PAID", ACCENT, PAPER),
        (InvoiceStatus::Issued, None) => ("待付款 DUE", TINT, ACCENT),
    };
    let run = faces.line(text, Weight::Bold, 9.5);
    let width = run.width() + 24.0;
    let area = Area {
        x: RIGHT - width,
        y,
        width,
        height: 21.0,
    };
    sheet.fill(area, 10.5, ground);
    sheet.text_to(run, RIGHT - 12.0, y + 14.0, ink);
    y + area.height
}

/// Names and values of the sale, a hairline under each but the last; gives the place below.
fn facts(sheet: &mut Sheet, faces: &Typefaces, document: &InvoiceDocument, top: f32) -> f32 {
    let mut y = top;
    let facts = facts_of(document);
    let count = facts.len();
    for (index, (label, value)) in facts.into_iter().enumerate() {
        let baseline = y + 14.0;
        let style = LabelStyle {
            weight: Weight::Regular,
            size: 9.0,
            ink: INK,
        };
        let end = label_from(sheet, faces, label, (FACTS_X, baseline), style) + 10.0;
        let run = faces.line_within(&value, Weight::Regular, 9.5, RIGHT - end);
        sheet.text_to(run, RIGHT, baseline, INK);
        y += FACT_HEIGHT;
        if index + 1 < count {
            sheet.rule(FACTS_X, RIGHT, y - 0.6, 0.6, HAIRLINE);
        }
    }
    y
}

fn facts_of(document: &InvoiceDocument) -> Vec<(Bilingual, String)> {
    let mut facts = vec![
        (both("訂單編號", "Order no."), document.order_number.clone()),
        (
            both("開立日期", "Issue date"),
            format::date(document.issued_at),
        ),
    ];
    if let Some(paid_at) = document.paid_at {
        facts.push((both("付款日期", "Paid on"), format::date(paid_at)));
    }
    if let Some(method) = document.payment_method {
        let name = format::payment_method(method);
        let text = format!("{} {}", name.chinese, name.english);
        facts.push((both("付款方式", "Payment method"), text));
    }
    if let Some(period) = document.period {
        facts.push((both("服務期間", "Period"), format::period(period)));
    }
    facts
}
