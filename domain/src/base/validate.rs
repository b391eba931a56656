//! Checks of plain texts that many inputs share.

use super::error::{Code, Error, Result};

/// The text without blanks around it, when it has `least` to `most` characters and no control characters.
///
/// # Errors
/// [`Code::Blank`], [`Code::TooShort`], [`Code::TooLong`] or [`Code::Malformed`].
pub fn text(field: &'static str, value: &str, least: usize, most: usize) -> Result<String> {
    let value = value.trim();
    let length = value.chars().count();
    if value.is_empty() && least > 0 {
        return Err(Error::invalid(
            field,
            Code::Blank,
            "This must not be empty.",
        ));
    }
    if length < least {
        return Err(Error::invalid(
            field,
            Code::TooShort,
            format!("This needs at least {least} characters."),
        ));
    }
    if length > most {
        return Err(Error::invalid(
            field,
            Code::TooLong,
            format!("This may have at most {most} characters."),
        ));
    }
    if value.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::invalid(
            field,
            Code::Malformed,
            "This must not contain control characters.",
        ));
    }
    Ok(value.to_owned())
}
