//! How an invoice is laid on pages: head, table, sums, notes, and the foot of every page.

use super::{
    font::{Typefaces, Weight},
    format::{self, Bilingual, both},
    label::{LabelStyle, label_from},
    masthead::{FACTS_X, TITLE, masthead},
    page::{
        ACCENT, Area, HAIRLINE, INK, Ink, MARGIN, MUTED, PAGE_HEIGHT, PAGE_WIDTH, RIGHT, Sheet,
        TINT, WIDTH,
    },
    table::{self, HEAD_HEIGHT, LINE_HEIGHT, ROW_AIR, Row},
};
use domain::ports::InvoiceDocument;

/// Where the text of a page ends and its foot begins.
const BOTTOM: f32 = PAGE_HEIGHT - 78.0;
/// Where the text of every page but the first begins.
const CONTINUED_TOP: f32 = 72.0;
/// The names of the sums stand under the names of the facts.
const SUMS_X: f32 = FACTS_X - 10.0;
const SUM_HEIGHT: f32 = 21.0;
const TOTAL_HEIGHT: f32 = 36.0;
const SUMS_HEIGHT: f32 = 10.0 + 2.0 * SUM_HEIGHT + 6.0 + TOTAL_HEIGHT;
const NOTE_HEIGHT: f32 = 14.0;

/// The pages of an invoice while they are being filled.
struct Pages<'a> {
    document: &'a InvoiceDocument,
    faces: &'a Typefaces,
    done: Vec<Sheet>,
    sheet: Sheet,
    /// How far the current page is filled.
    y: f32,
}

/// The pages of the invoice, at least one.
pub(super) fn lay_out(document: &InvoiceDocument, faces: &Typefaces) -> Vec<Sheet> {
    let mut sheet = Sheet::default();
    let y = masthead(&mut sheet, faces, document);
    let mut pages = Pages {
        document,
        faces,
        done: Vec::new(),
        sheet,
        y,
    };
    pages.table();
    pages.sums();
    pages.notes();
    pages.done.push(pages.sheet);
    let mut sheets = pages.done;
    let count = sheets.len();
    for (index, sheet) in sheets.iter_mut().enumerate() {
        foot(sheet, faces, document, index + 1, count);
    }
    sheets
}

impl Pages<'_> {
    fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Goes on with the next page, which says at its top what it belongs to.
    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.sheet));
        let baseline = 46.0;
        self.sheet.rule(0.0, PAGE_WIDTH, 0.0, 6.0, ACCENT);
        let number = self
            .faces
            .line_within(&self.document.number, Weight::Bold, 9.0, 180.0);
        let start = self.sheet.text_to(number, RIGHT, baseline, INK);
        let title = format!("{} {}", TITLE.chinese, TITLE.english);
        let title = self.faces.line(&title, Weight::Regular, 9.0);
        let start = self.sheet.text_to(title, start - 8.0, baseline, MUTED);
        let name = (Weight::Bold, 9.0);
        let width = start - MARGIN - 24.0;
        for run in self
            .faces
            .wrap_at_most(1, &self.document.seller.name, name, width)
        {
            self.sheet.text(run, MARGIN, baseline, INK);
        }
        self.sheet
            .rule(MARGIN, RIGHT, baseline + 9.0, 0.6, HAIRLINE);
        self.y = CONTINUED_TOP;
    }

    fn table(&mut self) {
        self.table_head();
        for line in &self.document.lines {
            self.row(table::row(line, self.faces));
        }
    }

    fn table_head(&mut self) {
        table::head(&mut self.sheet, self.faces, self.y);
        self.y += HEAD_HEIGHT;
    }

    /// Places a row whole where a page can hold it whole, else in as many parts as it takes.
    fn row(&mut self, mut row: Row) {
        let page = BOTTOM - CONTINUED_TOP - HEAD_HEIGHT;
        while row.lines() > 0 {
            let whole = table::row_height(row.lines());
            let fitting = lines_in(self.room());
            if fitting == 0 || (whole > self.room() && whole <= page) {
                self.turn();
                self.table_head();
                continue;
            }
            let lines = row.lines().min(fitting);
            row.place(lines, &mut self.sheet, self.y);
            self.y += table::row_height(lines);
        }
    }

    /// Net, tax and total, kept together.
    fn sums(&mut self) {
        if self.room() < SUMS_HEIGHT {
            self.turn();
        }
        let document = self.document;
        let included = both("單價與金額均含稅", "Prices include tax");
        let style = LabelStyle {
            weight: Weight::Regular,
            size: 8.0,
            ink: MUTED,
        };
        let at = (MARGIN, self.y + 24.0);
        label_from(&mut self.sheet, self.faces, included, at, style);
        self.y += 10.0;
        self.sum(both("銷售額", "Net"), "", &format::amount(document.net));
        let rate = format::percentage(document.tax_rate_basis_points);
        let rate = format!("({rate})");
        let tax = format::amount(document.tax);
        self.sum(both("營業稅", "Tax"), &rate, &tax);
        self.y += 6.0;
        self.total();
    }

    /// A sum, with a remark in small print behind its name.
    fn sum(&mut self, label: Bilingual, remark: &str, amount: &str) {
        let baseline = self.y + 14.0;
        let style = LabelStyle {
            weight: Weight::Regular,
            size: 9.5,
            ink: INK,
        };
        let at = (SUMS_X + 10.0, baseline);
        let end = label_from(&mut self.sheet, self.faces, label, at, style);
        let remark = self.faces.line(remark, Weight::Regular, 8.0);
        let end = self.sheet.text(remark, end + 3.0, baseline, MUTED);
        self.sum_amount(amount, (Weight::Regular, 9.5), end, (baseline, INK));
        self.y += SUM_HEIGHT;
    }

    /// An amount at the right edge, in the room that the text ending at `taken` leaves.
    fn sum_amount(
        &mut self,
        amount: &str,
        (weight, size): (Weight, f32),
        taken: f32,
        (baseline, ink): (f32, Ink),
    ) {
        let right = RIGHT - 10.0;
        let room = right - taken - 10.0;
        let amount = self.faces.line_within(amount, weight, size, room);
        self.sheet.text_to(amount, right, baseline, ink);
    }

    fn total(&mut self) {
        let area = Area {
            x: SUMS_X,
            y: self.y,
            width: RIGHT - SUMS_X,
            height: TOTAL_HEIGHT,
        };
        self.sheet.fill(area, 3.0, TINT);
        let style = LabelStyle {
            weight: Weight::Bold,
            size: 11.0,
            ink: ACCENT,
        };
        let baseline = self.y + 23.0;
        let at = (SUMS_X + 10.0, baseline);
        let total = both("總計", "Total");
        let end = label_from(&mut self.sheet, self.faces, total, at, style);
        let amount = format::amount(self.document.total);
        let large = (Weight::Bold, 15.0);
        self.sum_amount(&amount, large, end, (baseline + 0.5, ACCENT));
        self.y += TOTAL_HEIGHT;
    }

    fn notes(&mut self) {
        let notes = &self.document.notes;
        let lines = self
            .faces
            .wrap_paragraphs(notes, Weight::Regular, 9.0, WIDTH);
        if lines.is_empty() {
            return;
        }
        self.y += 28.0;
        if self.room() < 3.0 * NOTE_HEIGHT {
            self.turn();
        }
        let style = LabelStyle {
            weight: Weight::Bold,
            size: 9.0,
            ink: ACCENT,
        };
        let at = (MARGIN, self.y + 9.0);
        label_from(
            &mut self.sheet,
            self.faces,
            both("備註", "Notes"),
            at,
            style,
        );
        self.y += 17.0;
        for run in lines {
            if self.room() < NOTE_HEIGHT {
                self.turn();
            }
            self.sheet.text(run, MARGIN, self.y + 9.0, INK);
            self.y += NOTE_HEIGHT;
        }
    }
}

/// How many text lines of a row have room in so many points.
fn lines_in(room: f32) -> u16 {
    ((room - 2.0 * ROW_AIR) / LINE_HEIGHT).max(0.0) as u16
}

/// The small print and the number of the page.
fn foot(
    sheet: &mut Sheet,
    faces: &Typefaces,
    document: &InvoiceDocument,
    page: usize,
    pages: usize,
) {
    sheet.rule(MARGIN, RIGHT, PAGE_HEIGHT - 58.0, 0.6, HAIRLINE);
    let baseline = PAGE_HEIGHT - 43.0;
    let style = (Weight::Regular, 7.5);
    let mut next = baseline;
    let lines = faces.wrap_paragraphs(&document.footer, style.0, style.1, 360.0);
    for run in lines.into_iter().take(2) {
        sheet.text(run, MARGIN, next, MUTED);
        next += 11.0;
    }
    let number = format!("第 {page} 頁，共 {pages} 頁 · Page {page} of {pages}");
    let number = faces.line(&number, style.0, style.1);
    sheet.text_to(number, RIGHT, baseline, MUTED);
}
