//! Text broken into lines by the rules of Unicode, which know where Chinese may break and where not.

use krilla::text::KrillaGlyph;
use unicode_linebreak::linebreaks;

use super::font::{Run, Typefaces, Weight};

impl Typefaces {
    /// The text in lines no wider than `width` points; its own line breaks count as spaces. Text without
    /// anything to print has no lines.
    pub(super) fn wrap(&self, text: &str, weight: Weight, size: f32, width: f32) -> Vec<Run> {
        let whole = self.line(text, weight, size);
        let mut lines = Vec::new();
        let (mut start, mut end, mut filled) = (0, 0, 0.0);
        for piece in pieces(&whole, width) {
            if end > start && filled + piece.ink > width {
                lines.push(slice(&whole, start, end));
                start = end;
                filled = 0.0;
            }
            end = piece.end;
            filled += piece.advance;
        }
        if end > start {
            lines.push(slice(&whole, start, end));
        }
        lines
    }

    /// Like [`Typefaces::wrap`], with `most` lines at most; the last one says with `…` that there was more.
    pub(super) fn wrap_at_most(
        &self,
        most: usize,
        text: &str,
        (weight, size): (Weight, f32),
        width: f32,
    ) -> Vec<Run> {
        let mut lines = self.wrap(text, weight, size, width);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.pop() {
                let cut = format!("{}…", last.text);
                lines.push(self.line_within(&cut, weight, size, width));
            }
        }
        lines
    }

    /// Like [`Typefaces::wrap`], keeping the text's own line breaks; an empty line stays, as an empty run.
    pub(super) fn wrap_paragraphs(
        &self,
        text: &str,
        weight: Weight,
        size: f32,
        width: f32,
    ) -> Vec<Run> {
        let mut lines = Vec::new();
        for paragraph in text.trim().lines() {
            let wrapped = self.wrap(paragraph, weight, size, width);
            if wrapped.is_empty() {
                lines.push(self.line("", weight, size));
            }
            lines.extend(wrapped);
        }
        lines
    }
}

/// A part of a run that stays on one line.
struct Piece {
    /// Where it ends in the text, in bytes.
    end: usize,
    /// Its width with the space after it, in points.
    advance: f32,
    /// Its width without that space, in points.
    ink: f32,
}

/// The run between its break opportunities (UAX #14); what is wider than a line falls into its characters.
fn pieces(run: &Run, width: f32) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut glyphs = run.glyphs.as_slice();
    for (end, _) in linebreaks(&run.text) {
        let count = glyphs.partition_point(|glyph| glyph.text_range.start < end);
        let (word, rest) = glyphs.split_at(count);
        glyphs = rest;
        let whole = piece(run, word, end);
        if whole.ink <= width {
            pieces.push(whole);
            continue;
        }
        for cluster in word.chunk_by(|left, right| left.text_range == right.text_range) {
            let end = cluster.last().map_or(end, |glyph| glyph.text_range.end);
            pieces.push(piece(run, cluster, end));
        }
    }
    pieces
}

fn piece(run: &Run, glyphs: &[KrillaGlyph], end: usize) -> Piece {
    let is_blank = |glyph: &&KrillaGlyph| {
        run.text
            .get(glyph.text_range.clone())
            .is_some_and(|text| text == " ")
    };
    let advance: f32 = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    let blank: f32 = glyphs
        .iter()
        .rev()
        .take_while(is_blank)
        .map(|glyph| glyph.x_advance)
        .sum();
    Piece {
        end,
        advance: advance * run.size,
        ink: (advance - blank) * run.size,
    }
}

/// The part of a run between two places in its text, without blanks at its ends.
fn slice(run: &Run, start: usize, end: usize) -> Run {
    let part = run.text.get(start..end).unwrap_or_default();
    let start = start + (part.len() - part.trim_start().len());
    let text = part.trim().to_owned();
    let end = start + text.len();
    // Glyphs stand in the order of the text; a search keeps long texts linear.
    let first = run
        .glyphs
        .partition_point(|glyph| glyph.text_range.start < start);
    let after = run
        .glyphs
        .partition_point(|glyph| glyph.text_range.start < end);
    let glyphs = run
        .glyphs
        .get(first..after)
        .unwrap_or_default()
        .iter()
        .map(|glyph| {
            let range = glyph.text_range.start - start..glyph.text_range.end.min(end) - start;
            KrillaGlyph {
                text_range: range,
                ..glyph.clone()
            }
        })
        .collect();
    Run {
        text,
        glyphs,
        weight: run.weight,
        size: run.size,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pdf::font::typefaces;

    #[test]
    fn a_line_does_not_begin_with_a_closing_mark() {
        let faces = typefaces().expect("the faces read");
        // Given room for exactly four characters, when the fifth is a full stop, then one character
        // comes down with it.
        let lines = faces.wrap("每月訂閱。謝謝", Weight::Regular, 10.0, 40.0);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["每月訂", "閱。謝謝"]);
    }

    #[test]
    fn a_text_cut_short_says_so() {
        let faces = typefaces().expect("the faces read");
        let style = (Weight::Regular, 10.0);
        let lines = faces.wrap_at_most(2, &"長".repeat(50), style, 100.0);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].text.ends_with("長…"));
        assert!(lines[1].width() <= 100.001);
        assert_eq!(faces.wrap_at_most(2, "短", style, 100.0)[0].text, "短");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn wrapping_keeps_every_character_within_the_width(text in "[ a-zA-Z0-9.,()（），。「」中文字訂閱é-]{0,200}") {
            let faces = typefaces().expect("the faces read");
            let lines = faces.wrap(&text, Weight::Regular, 10.0, 60.0);
            let without_blanks = |text: &str| text.replace(' ', "");
            let kept: String = lines.iter().map(|line| without_blanks(&line.text)).collect();
            prop_assert_eq!(kept, without_blanks(&text));
            for line in lines {
                prop_assert!(line.width() <= 60.01, "{} is {} wide", line.text, line.width());
                let drawn: usize = line.glyphs.chunk_by(|a, b| a.text_range == b.text_range)
                    .map(|cluster| cluster[0].text_range.len()).sum();
                prop_assert_eq!(drawn, line.text.len(), "every byte has its glyph");
            }
        }
    }
}
