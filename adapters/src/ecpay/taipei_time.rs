//! Times as ECPay writes them: Taipei's clock, `yyyy/MM/dd HH:mm:ss`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::base::clock::taipei;

/// The text for a form.
#[must_use]
pub fn to_text(at: DateTime<Utc>) -> String {
    at.with_timezone(&taipei())
        .format("%Y/%m/%d %H:%M:%S")
        .to_string()
}

/// The instant that this text says.
#[must_use]
pub fn from_text(text: &str) -> Option<DateTime<Utc>> {
    let is_whole = text.len() == 19;
    let local = NaiveDateTime::parse_from_str(text, "%Y/%m/%d %H:%M:%S").ok()?;
    is_whole.then(|| to_utc(local)).flatten()
}

/// The last second of a day, or the instant itself when the text says one.
#[must_use]
pub fn end_from_text(text: &str) -> Option<DateTime<Utc>> {
    if text.len() != 10 {
        return from_text(text);
    }
    let day = NaiveDate::parse_from_str(text, "%Y/%m/%d").ok()?;
    to_utc(day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?))
}

/// The instant that a statement's text says: with dashes or strokes, and a day alone begins it.
#[must_use]
pub fn statement_from_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.replace('-', "/");
    if text.len() != 10 {
        return from_text(&text);
    }
    let day = NaiveDate::parse_from_str(&text, "%Y/%m/%d").ok()?;
    to_utc(day.and_time(NaiveTime::MIN))
}

fn to_utc(local: NaiveDateTime) -> Option<DateTime<Utc>> {
    local
        .and_local_timezone(taipei())
        .single()
        .map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn taipei_is_eight_hours_ahead() {
        let new_year = utc("2025-12-31T16:00:00Z");
        assert_eq!(to_text(new_year), "2026/01/01 00:00:00");
        assert_eq!(from_text("2026/01/01 00:00:00"), Some(new_year));
    }

    #[test]
    fn a_date_alone_ends_with_its_day() {
        assert_eq!(
            end_from_text("2026/01/22"),
            Some(utc("2026-01-22T15:59:59Z"))
        );
        assert_eq!(
            end_from_text("2026/01/22 10:00:00"),
            Some(utc("2026-01-22T02:00:00Z"))
        );
    }

    #[test]
    fn nothing_else_is_a_time() {
        for wrong in [
            "",
            "2026-01-01 00:00:00",
            "2026/1/1 0:0:0",
            "2026/02/30 00:00:00",
            "2026/01/01 24:00:00",
            "2026/01/01",
        ] {
            assert_eq!(from_text(wrong), None, "{wrong}");
        }
        assert_eq!(end_from_text("2026/13/01"), None);
    }
}
