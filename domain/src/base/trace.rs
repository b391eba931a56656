//! Where an operation stands among what was done for the same request, in this process and in others: W3C's
//! `traceparent`. Who writes spans down is decided above; here they are only opened.

use std::{fmt, sync::OnceLock};

use tracing::Span;

/// The target of spans that are for a collector and not for the log.
pub const TARGET: &str = "fabrica_trace";

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace; never all zeros.
    pub trace_id: [u8; 16],
    /// The span that what follows belongs to; never all zeros.
    pub span_id: [u8; 8],
    /// Whether whoever began it keeps it.
    pub sampled: bool,
}

impl TraceParent {
    /// Reads `00-<trace>-<span>-<flags>`. Later versions may carry more behind that; none is `ff`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (version, rest) = text.split_once('-')?;
        let (trace_id, rest) = rest.split_once('-')?;
        let (span_id, rest) = rest.split_once('-')?;
        let (flags, more) = rest
            .split_once('-')
            .map_or((rest, None), |(flags, more)| (flags, Some(more)));
        let [version] = bytes::<1>(version)?;
        if version == 0xff || (version == 0 && more.is_some()) {
            return None;
        }
        let [flags] = bytes::<1>(flags)?;
        let parent = Self {
            trace_id: bytes(trace_id)?,
            span_id: bytes(span_id)?,
            sampled: flags & 1 == 1,
        };
        (parent.trace_id != [0; 16] && parent.span_id != [0; 8]).then_some(parent)
    }

    /// The trace's id, as it stands in log lines.
    #[must_use]
    pub fn trace_id(&self) -> String {
        hex::encode(self.trace_id)
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span) = (hex::encode(self.trace_id), hex::encode(self.span_id));
        write!(f, "00-{trace}-{span}-{:02x}", u8::from(self.sampled))
    }
}

/// Lower case only, as W3C has it.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

/// Puts a new span under a place in a trace.
pub type Join = fn(&Span, &TraceParent);

static JOIN: OnceLock<Join> = OnceLock::new();

/// Says how spans are put under others, for the whole process; whoever collects them knows.
pub fn collect_with(join: Join) {
    // The first one stays: there is one collector in a process.
    let _ = JOIN.set(join);
}

/// Puts `span`, which nobody has entered yet, under `parent`. Without a collector nothing happens.
pub fn join(span: &Span, parent: Option<TraceParent>) {
    if let (Some(join), Some(parent)) = (JOIN.get(), parent) {
        join(span, &parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_w3c_has_it() {
        let parent = TraceParent::parse(GOOD).unwrap();
        assert!(parent.sampled);
        assert_eq!(parent.to_string(), GOOD);
        assert_eq!(parent.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let unsampled = TraceParent::parse(&GOOD.replace("-01", "-00")).unwrap();
        assert!(!unsampled.sampled);
        // A version that is not known yet
        assert!(TraceParent::parse(&format!("cc{}-more", &GOOD[2..])).is_some());
    }

    #[test]
    fn anything_else_is_no_traceparent() {
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01",
            "00-ééf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad}");
        }
    }
}
