//! From marks on pages to the bytes of a PDF.

use chrono::{Datelike, Timelike};
use domain::ports::InvoiceDocument;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
};

use super::{
    error::PdfError,
    font::{Typefaces, typefaces},
    format::in_taipei,
    invoice::lay_out,
    page::{Area, Ink, Mark, PAGE_HEIGHT, PAGE_WIDTH, Sheet},
};

/// How far the handles of a Bézier curve reach to draw a quarter of a circle of radius 1.
const QUARTER_CIRCLE: f32 = 0.552_285;

/// The invoice as a PDF/A-2u file on A4: equal bytes for an equal document. Blocks for some milliseconds.
///
/// # Errors
/// [`PdfError`], when the built-in faces or the PDF library fail; never for what the document says.
pub fn render_invoice(document: &InvoiceDocument) -> Result<Vec<u8>, PdfError> {
    let faces = typefaces()?;
    let sheets = lay_out(document, faces);
    // PDF/A-2u: invoices are kept for years, and their text is to stay legible to machines.
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| PdfError::Writing(format!("{error:?}")))?;
    let mut pdf = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    pdf.set_metadata(metadata(document));
    for sheet in sheets {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
            .ok_or_else(|| PdfError::Writing("A4 was refused as a page size".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        draw(&mut surface, sheet, faces);
        surface.finish();
        page.finish();
    }
    pdf.finish()
        .map_err(|error| PdfError::Writing(error.to_string()))
}

/// Title, author and dates, taken from the document alone.
fn metadata(document: &InvoiceDocument) -> Metadata {
    let issued = in_taipei(document.issued_at);
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let created = DateTime::new(u16::try_from(issued.year()).unwrap_or(0))
        .month(small(issued.month()))
        .day(small(issued.day()))
        .hour(small(issued.hour()))
        .minute(small(issued.minute()))
        .second(small(issued.second()))
        .utc_offset_hour(i8::try_from(issued.offset().local_minus_utc() / 3600).unwrap_or(0))
        .utc_offset_minute(0);
    Metadata::new()
        .title(plain(&document.number))
        .authors(vec![plain(&document.seller.name)])
        .creator("Fabrica".to_owned())
        .language("zh-Hant-TW".to_owned())
        .creation_date(created)
}

/// Metadata travels inside XML, which has no place for control characters; a hundred characters do.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| {
            !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
        })
        .take(100)
        .collect()
}

fn draw(surface: &mut Surface<'_>, sheet: Sheet, faces: &Typefaces) {
    for mark in sheet.marks {
        match mark {
            Mark::Text { run, .. } if run.glyphs.is_empty() => {}
            Mark::Text {
                run,
                x,
                baseline,
                ink,
            } => {
                surface.set_fill(Some(fill(ink)));
                let font = faces.font(run.weight);
                let start = Point::from_xy(x, baseline);
                surface.draw_glyphs(start, &run.glyphs, font, &run.text, run.size, false);
            }
            Mark::Fill { area, radius, ink } => {
                if let Some(path) = outline(area, radius) {
                    surface.set_fill(Some(fill(ink)));
                    surface.draw_path(&path);
                }
            }
        }
    }
}

fn fill(ink: Ink) -> Fill {
    Fill {
        paint: rgb::Color::new(ink.0, ink.1, ink.2).into(),
        ..Fill::default()
    }
}

/// A rectangle, its corners rounded; `None` for one without an area.
fn outline(area: Area, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    if radius <= 0.0 {
        path.push_rect(Rect::from_xywh(x, y, width, height)?);
        return path.finish();
    }
    let r = radius.min(width / 2.0).min(height / 2.0);
    let (right, bottom, handle) = (x + width, y + height, r * (1.0 - QUARTER_CIRCLE));
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - handle, y, right, y + handle, right, y + r);
    path.line_to(right, bottom - r);
    path.cubic_to(
        right,
        bottom - handle,
        right - handle,
        bottom,
        right - r,
        bottom,
    );
    path.line_to(x + r, bottom);
    path.cubic_to(x + handle, bottom, x, bottom - handle, x, bottom - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + handle, x + handle, y, x + r, y);
    path.close();
    path.finish()
}

/// Prints invoices for the mails.
#[derive(Clone, Copy, Debug, Default)]
pub struct PdfPrinter;

impl domain::ports::InvoicePrinter for PdfPrinter {
    fn print(
        &self,
        invoice: &InvoiceDocument,
    ) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(render_invoice(invoice)?)
    }
}
