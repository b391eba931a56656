//! The two faces, and text set in them: cleaned, shaped, measured.

use std::sync::{Arc, OnceLock};

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};

use super::error::PdfError;

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSansTC-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSansTC-Bold.ttf");

/// Printers set this mark where a letter is missing from the case: the reader sees that one was there.
const MISSING_LETTER: char = '〓';

/// How heavy a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A face as the shaper and as the PDF library want it.
pub(super) struct Typeface {
    face: Face<'static>,
    font: Font,
}

/// Both weights of the one family that invoices are set in.
pub(super) struct Typefaces {
    regular: Typeface,
    bold: Typeface,
}

/// A piece of text in one weight and size, on one line.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
}

impl Run {
    /// How far it reaches, in points.
    pub(super) fn width(&self) -> f32 {
        let advances: f32 = self.glyphs.iter().map(|glyph| glyph.x_advance).sum();
        advances * self.size
    }
}

/// The built-in faces, read once for the process.
pub(super) fn typefaces() -> Result<&'static Typefaces, PdfError> {
    static FACES: OnceLock<Option<Typefaces>> = OnceLock::new();
    FACES
        .get_or_init(|| {
            Some(Typefaces {
                regular: Typeface::read(REGULAR)?,
                bold: Typeface::read(BOLD)?,
            })
        })
        .as_ref()
        .ok_or(PdfError::Typeface)
}

impl Typeface {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
        Some(Self {
            face: Face::from_slice(bytes, 0)?,
            font: Font::new(data.into(), 0)?,
        })
    }
}

impl Typefaces {
    fn of(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The face as the PDF library wants it.
    pub(super) fn font(&self, weight: Weight) -> Font {
        self.of(weight).font.clone()
    }

    /// The text as one line.
    pub(super) fn line(&self, text: &str, weight: Weight, size: f32) -> Run {
        self.shape(&self.clean(text, weight), weight, size)
    }

    /// The text as one line, set smaller where it would be wider than `width` points.
    pub(super) fn line_within(&self, text: &str, weight: Weight, size: f32, width: f32) -> Run {
        let mut run = self.line(text, weight, size);
        let natural = run.width();
        if natural > width {
            run.size *= width / natural;
        }
        run
    }

    /// What of the text can be printed: blanks of any kind become one space, what directs or joins
    /// characters goes, what has no glyph goes too unless it is a letter.
    fn clean(&self, text: &str, weight: Weight) -> String {
        let mut clean = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_whitespace() {
                if !clean.is_empty() && !clean.ends_with(' ') {
                    clean.push(' ');
                }
                continue;
            }
            let has_glyph = self.of(weight).face.glyph_index(character).is_some();
            if has_glyph && !is_invisible(character) {
                clean.push(character);
            } else if character.is_alphanumeric() {
                clean.push(MISSING_LETTER);
            }
        }
        clean.truncate(clean.trim_end().len());
        clean
    }

    fn shape(&self, text: &str, weight: Weight, size: f32) -> Run {
        let face = &self.of(weight).face;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(face, &[], buffer);
        let em = |units: i32| units as f32 / face.units_per_em() as f32;
        let clusters: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| info.cluster as usize)
            .collect();
        let glyphs = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, position)| {
                let start = info.cluster as usize;
                // Left to right, clusters only grow: the next greater one ends this one.
                let next = clusters.partition_point(|cluster| *cluster <= start);
                let end = clusters.get(next).copied().unwrap_or(text.len());
                KrillaGlyph::new(
                    GlyphId::new(info.glyph_id),
                    em(position.x_advance),
                    em(position.x_offset),
                    em(position.y_offset),
                    em(position.y_advance),
                    start..end,
                    None,
                )
            })
            .collect();
        Run {
            text: text.to_owned(),
            glyphs,
            weight,
            size,
        }
    }
}

/// Characters that act without being seen. Copied into a PDF they would hide or turn what stands there.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..
        )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn cleaned(text: &str) -> String {
        typefaces()
            .expect("the faces read")
            .line(text, Weight::Bold, 10.0)
            .text
    }

    #[test]
    fn what_cannot_be_printed_is_dropped_and_a_letter_leaves_a_mark() {
        for (given, printed) in [
            (
                "臺灣 龘堃喆 José Ünal Nguyễn",
                "臺灣 龘堃喆 José Ünal Nguyễn",
            ),
            ("王\r\n小\t明\u{3000}先生 ", "王 小 明 先生"),
            ("Amy 🎉 Chen 👩\u{200d}👧", "Amy Chen"),
            ("a\u{0}b\u{7}c\u{202e}d\u{feff}e\u{fe0f}", "abcde"),
            ("שלום", "〓〓〓〓"),
            ("\u{e000}\u{10ffff}", ""),
        ] {
            assert_eq!(cleaned(given), printed, "{given:?}");
        }
    }

    #[test]
    fn both_weights_have_the_same_characters() {
        let faces = typefaces().expect("the faces read");
        let characters = |weight| -> BTreeSet<u32> {
            let mut characters = BTreeSet::new();
            let map = faces
                .of(weight)
                .face
                .tables()
                .cmap
                .expect("a character map");
            for subtable in map.subtables.into_iter().filter(|table| table.is_unicode()) {
                subtable.codepoints(|character| {
                    characters.insert(character);
                });
            }
            characters
        };
        let regular = characters(Weight::Regular);
        assert!(regular.len() > 20_000, "{} characters", regular.len());
        assert!(regular == characters(Weight::Bold));
    }
}
