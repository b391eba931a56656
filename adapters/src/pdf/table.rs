//! The table of lines: its columns, its head, its rows.

use super::{
    font::{Run, Typefaces, Weight},
    format::{self, both},
    label::{LabelStyle, label_from, label_to},
    page::{ACCENT, Area, HAIRLINE, INK, MARGIN, RIGHT, Sheet, TINT, WIDTH},
};
use domain::ports::InvoiceDocumentLine;

/// How far text keeps from the edges of the table.
const INSET: f32 = 10.0;
const AMOUNT_RIGHT: f32 = RIGHT - INSET;
const PRICE_RIGHT: f32 = AMOUNT_RIGHT - 94.0;
const QUANTITY_RIGHT: f32 = PRICE_RIGHT - 88.0;
const DESCRIPTION_WIDTH: f32 = QUANTITY_RIGHT - 52.0 - MARGIN - INSET;
/// The room a number has; a longer one is set smaller.
const NUMBER_WIDTH: f32 = 82.0;
const QUANTITY_WIDTH: f32 = 48.0;

/// The height of the head with the air under it.
pub(super) const HEAD_HEIGHT: f32 = 27.0;
/// From one text line of a row to the next.
pub(super) const LINE_HEIGHT: f32 = 14.5;
/// The air above and below the text of a row.
pub(super) const ROW_AIR: f32 = 8.0;
const BODY: f32 = 9.5;

/// A row, shaped and ready to be placed.
pub(super) struct Row {
    /// The text lines not placed yet.
    description: std::vec::IntoIter<Run>,
    numbers: Option<[Run; 3]>,
}

/// The band with the names of the columns, its top at `y`.
pub(super) fn head(sheet: &mut Sheet, faces: &Typefaces, y: f32) {
    let area = Area {
        x: MARGIN,
        y,
        width: WIDTH,
        height: HEAD_HEIGHT,
    };
    sheet.fill(area, 3.0, TINT);
    let baseline = y + 17.0;
    let style = LabelStyle {
        weight: Weight::Bold,
        size: 9.0,
        ink: ACCENT,
    };
    let description = both("項目", "Description");
    label_from(sheet, faces, description, (MARGIN + INSET, baseline), style);
    let columns = [
        (both("數量", "Qty"), QUANTITY_RIGHT),
        (both("單價", "Unit price"), PRICE_RIGHT),
        (both("金額", "Amount"), AMOUNT_RIGHT),
    ];
    for (name, right) in columns {
        label_to(sheet, faces, name, (right, baseline), style);
    }
}

/// Shapes a line of the invoice.
pub(super) fn row(line: &InvoiceDocumentLine, faces: &Typefaces) -> Row {
    let mut description = faces.wrap(&line.description, Weight::Regular, BODY, DESCRIPTION_WIDTH);
    if description.is_empty() {
        description.push(faces.line("—", Weight::Regular, BODY));
    }
    let number = |text: &str, width: f32| faces.line_within(text, Weight::Regular, BODY, width);
    Row {
        description: description.into_iter(),
        numbers: Some([
            number(&format::quantity(line.quantity), QUANTITY_WIDTH),
            number(&format::amount(line.unit_price), NUMBER_WIDTH),
            number(&format::amount(line.amount), NUMBER_WIDTH),
        ]),
    }
}

/// How high a row with so many text lines stands.
pub(super) fn row_height(lines: u16) -> f32 {
    f32::from(lines) * LINE_HEIGHT + 2.0 * ROW_AIR
}

impl Row {
    /// How many text lines wait to be placed.
    pub(super) fn lines(&self) -> u16 {
        u16::try_from(self.description.len()).unwrap_or(u16::MAX)
    }

    /// Places the next `lines` text lines with the top at `y`, the numbers beside the first of them, and
    /// a hairline under the last.
    pub(super) fn place(&mut self, lines: u16, sheet: &mut Sheet, y: f32) {
        // What is read first is drawn first, so that copied text comes in that order.
        let first = y + ROW_AIR + 10.5;
        let mut baseline = first;
        for run in self.description.by_ref().take(usize::from(lines)) {
            sheet.text(run, MARGIN + INSET, baseline, INK);
            baseline += LINE_HEIGHT;
        }
        if let Some([quantity, price, amount]) = self.numbers.take() {
            sheet.text_to(quantity, QUANTITY_RIGHT, first, INK);
            sheet.text_to(price, PRICE_RIGHT, first, INK);
            sheet.text_to(amount, AMOUNT_RIGHT, first, INK);
        }
        let bottom = y + row_height(lines);
        sheet.rule(MARGIN, RIGHT, bottom - 0.6, 0.6, HAIRLINE);
    }
}
