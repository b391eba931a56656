//! A page before it is written: marks on A4, in points from the top left corner.

use super::font::Run;

/// A4, in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
/// A4, in points.
pub(super) const PAGE_HEIGHT: f32 = 841.89;

/// The margin left and right.
pub(super) const MARGIN: f32 = 54.0;
/// Where the right margin begins.
pub(super) const RIGHT: f32 = PAGE_WIDTH - MARGIN;
/// How wide the text stands.
pub(super) const WIDTH: f32 = RIGHT - MARGIN;

/// A colour of the house: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub(super) u8, pub(super) u8, pub(super) u8);

/// What is read.
pub(super) const INK: Ink = Ink(0x1c, 0x23, 0x2b);
/// What explains.
pub(super) const MUTED: Ink = Ink(0x6a, 0x73, 0x7d);
/// What separates.
pub(super) const HAIRLINE: Ink = Ink(0xdd, 0xe2, 0xe6);
/// The one accent.
pub(super) const ACCENT: Ink = Ink(0x0f, 0x5c, 0x63);
/// The accent as a ground to write on.
pub(super) const TINT: Ink = Ink(0xee, 0xf5, 0xf5);
/// The paper.
pub(super) const PAPER: Ink = Ink(0xff, 0xff, 0xff);

/// A rectangle, in points from the top left corner of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Something that stands on a page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A text with its left end and its baseline.
    Text {
        run: Run,
        x: f32,
        baseline: f32,
        ink: Ink,
    },
    /// A filled area, its corners rounded by `radius` points.
    Fill { area: Area, radius: f32, ink: Ink },
}

/// The marks of one page, in the order in which they cover each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) marks: Vec<Mark>,
}

impl Sheet {
    /// A text that begins at `x`; gives the place where it ends.
    pub(super) fn text(&mut self, run: Run, x: f32, baseline: f32, ink: Ink) -> f32 {
        let end = x + run.width();
        self.marks.push(Mark::Text {
            run,
            x,
            baseline,
            ink,
        });
        end
    }

    /// A text that ends at `right`; gives the place where it begins.
    pub(super) fn text_to(&mut self, run: Run, right: f32, baseline: f32, ink: Ink) -> f32 {
        let x = right - run.width();
        self.text(run, x, baseline, ink);
        x
    }

    /// A ground of one colour.
    pub(super) fn fill(&mut self, area: Area, radius: f32, ink: Ink) {
        self.marks.push(Mark::Fill { area, radius, ink });
    }

    /// A line across, `thickness` points below `y`.
    pub(super) fn rule(&mut self, x: f32, right: f32, y: f32, thickness: f32, ink: Ink) {
        let area = Area {
            x,
            y,
            width: right - x,
            height: thickness,
        };
        self.fill(area, 0.0, ink);
    }
}
