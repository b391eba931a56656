//! Code 39, drawn for a page or a mail: nine elements a sign, three of them wide.

use std::fmt::Write as _;

/// A wide element is this many narrow ones.
const WIDE: u32 = 3;
const HEIGHT: u32 = 64;
/// A narrow element has this many dots in a PNG.
const SCALE: u32 = 2;
/// The white before and after, in narrow elements.
const QUIET: u32 = 10;

/// An SVG picture of the text; `None` when a sign has no bars in Code 39.
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    let (bars, total) = bars(text)?;
    let bars = bars.iter().fold(String::new(), |mut drawn, (at, width)| {
        // Writing to a string cannot fail.
        let _ = write!(
            drawn,
            "<rect x=\"{at}\" width=\"{width}\" height=\"{HEIGHT}\"/>"
        );
        drawn
    });
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {HEIGHT}\" role=\"img\" \
         preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\"><title>{text}</title>{bars}</svg>"
    ))
}

/// A PNG picture of the text, for mails: they show no SVG. `None` when a sign has no bars in Code 39.
#[must_use]
pub fn png(text: &str) -> Option<Vec<u8>> {
    let (bars, total) = bars(text)?;
    let mut row = vec![u8::MAX; usize::try_from(total * SCALE).ok()?];
    for (at, width) in bars {
        let dots = (at * SCALE) as usize..((at + width) * SCALE) as usize;
        row.get_mut(dots)?.fill(0);
    }
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, total * SCALE, HEIGHT * SCALE);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer
        .write_image_data(&row.repeat((HEIGHT * SCALE) as usize))
        .ok()?;
    writer.finish().ok()?;
    Some(picture)
}

/// Where each bar begins and how wide it is, and how wide the whole is, in narrow elements.
fn bars(text: &str) -> Option<(Vec<(u32, u32)>, u32)> {
    let mut bars = Vec::new();
    let mut at = QUIET;
    let framed = std::iter::once('*')
        .chain(text.chars())
        .chain(std::iter::once('*'));
    for sign in framed {
        for (position, element) in pattern(sign)?.bytes().enumerate() {
            let width = if element == b'w' { WIDE } else { 1 };
            if position % 2 == 0 {
                bars.push((at, width));
            }
            at += width;
        }
        at += 1;
    }
    Some((bars, at - 1 + QUIET))
}

/// Bars and spaces in turn, beginning with a bar; `w` is wide.
const fn pattern(sign: char) -> Option<&'static str> {
    Some(match sign {
        '0' => "nnnwwnwnn",
        '1' => "wnnwnnnnw",
        '2' => "nnwwnnnnw",
        '3' => "wnwwnnnnn",
        '4' => "nnnwwnnnw",
        '5' => "wnnwwnnnn",
        '6' => "nnwwwnnnn",
        '7' => "nnnwnnwnw",
        '8' => "wnnwnnwnn",
        '9' => "nnwwnnwnn",
        'A' => "wnnnnwnnw",
        'B' => "nnwnnwnnw",
        'C' => "wnwnnwnnn",
        'D' => "nnnnwwnnw",
        'E' => "wnnnwwnnn",
        'F' => "nnwnwwnnn",
        'G' => "nnnnnwwnw",
        'H' => "wnnnnwwnn",
        'I' => "nnwnnwwnn",
        'J' => "nnnnwwwnn",
        'K' => "wnnnnnnww",
        'L' => "nnwnnnnww",
        'M' => "wnwnnnnwn",
        'N' => "nnnnwnnww",
        'O' => "wnnnwnnwn",
        'P' => "nnwnwnnwn",
        'Q' => "nnnnnnwww",
        'R' => "wnnnnnwwn",
        'S' => "nnwnnnwwn",
        'T' => "nnnnwnwwn",
        'U' => "wwnnnnnnw",
        'V' => "nwwnnnnnw",
        'W' => "wwwnnnnnn",
        'X' => "nwnnwnnnw",
        'Y' => "wwnnwnnnn",
        'Z' => "nwwnwnnnn",
        '-' => "nwnnnnwnw",
        '*' => "nwnnwnwnn",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_sign_has_three_wide_elements_and_bars_of_its_own() {
        let signs: Vec<char> = ('0'..='9').chain('A'..='Z').chain(['-', '*']).collect();
        let patterns: HashSet<_> = signs.iter().map(|sign| pattern(*sign).unwrap()).collect();
        assert_eq!(patterns.len(), signs.len());
        for pattern in patterns {
            assert_eq!(pattern.len(), 9);
            assert_eq!(pattern.matches('w').count(), 3, "{pattern}");
        }
    }

    #[test]
    fn a_text_is_framed_and_anything_else_is_refused() {
        let picture = svg("A1").unwrap();
        // Four signs of five bars each.
        assert_eq!(picture.matches("<rect").count(), 20);
        assert!(picture.contains("viewBox=\"0 0 83 64\""), "{picture}");
        assert_eq!(svg("a"), None);
        assert_eq!(svg("<"), None);
        assert_eq!(png("a"), None);
    }

    #[test]
    fn the_dots_are_where_the_bars_are() {
        let picture = png("A1").unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(picture));
        let mut reader = decoder.read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        assert_eq!((info.width, info.height), (83 * SCALE, HEIGHT * SCALE));
        let row = &dots[..info.width as usize];
        let edges = row.windows(2).filter(|two| two[0] > two[1]).count();
        assert_eq!(edges, 20, "each bar begins once");
        assert_eq!(row[0], 255, "white at the edge");
    }
}
