//! Names in two languages: Chinese to read, English small beside it.

use super::{
    font::{Typefaces, Weight},
    format::Bilingual,
    page::{Ink, MUTED, Sheet},
};

/// Between the two languages, in points.
const GAP: f32 = 4.0;

/// How the Chinese half looks; the English half is smaller, regular and muted.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelStyle {
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
    pub(super) ink: Ink,
}

impl LabelStyle {
    fn english_size(self) -> f32 {
        self.size * 0.84
    }
}

/// Places the label so that it begins at `x`; gives the place where it ends.
pub(super) fn label_from(
    sheet: &mut Sheet,
    faces: &Typefaces,
    label: Bilingual,
    (x, baseline): (f32, f32),
    style: LabelStyle,
) -> f32 {
    let chinese = faces.line(label.chinese, style.weight, style.size);
    let english = faces.line(label.english, Weight::Regular, style.english_size());
    let end = sheet.text(chinese, x, baseline, style.ink);
    sheet.text(english, end + GAP, baseline, MUTED)
}

/// Places the label so that it ends at `right`; gives the place where it begins.
pub(super) fn label_to(
    sheet: &mut Sheet,
    faces: &Typefaces,
    label: Bilingual,
    (right, baseline): (f32, f32),
    style: LabelStyle,
) -> f32 {
    let chinese = faces.line(label.chinese, style.weight, style.size);
    let english = faces.line(label.english, Weight::Regular, style.english_size());
    let start = right - english.width() - GAP - chinese.width();
    sheet.text(chinese, start, baseline, style.ink);
    sheet.text_to(english, right, baseline, MUTED);
    start
}
