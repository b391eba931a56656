//! Reading what the shop hands out.

use lopdf::Document;

/// The text of a PDF without blanks: where a file has a space and where only a gap is nobody's business.
pub fn read_pdf(bytes: &[u8]) -> String {
    let pdf = Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = pdf.get_pages().keys().copied().collect();
    let text = pdf.extract_text(&pages).unwrap();
    text.split_whitespace().collect()
}
