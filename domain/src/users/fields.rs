//! What a person's own data must look like.

use crate::base::{Code, Error, Result, validate};

/// A text as the person writes it, and folded for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) shown: String,
    pub(super) key: String,
}

/// The form in which user names and addresses are compared.
pub(super) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A user name: 3 to 32 of `a-z A-Z 0-9 _ . -`. It can never be mistaken for an e-mail address.
pub(super) fn username(value: &str) -> Result<Folded> {
    let shown = validate::text("username", value, 3, 32)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !shown.chars().all(plain) {
        return Err(Error::invalid(
            "username",
            Code::Malformed,
            "A user name has letters (a to z), digits, underscores, dots and hyphens.",
        ));
    }
    Ok(Folded {
        key: fold(&shown),
        shown,
    })
}

/// An e-mail address of at most 254 characters. Whether it exists only a mail to it can tell.
pub(super) fn email(value: &str) -> Result<Folded> {
    let shown = validate::text("email", value, 1, 254)?;
    let sane = shown.split_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len())
            && local
                .chars()
                .all(|c| !c.is_whitespace() && !r#"<>()[],;:\""#.contains(c))
            && domain.contains('.')
            && domain.split('.').all(is_label)
    });
    if !sane {
        return Err(Error::invalid(
            "email",
            Code::Malformed,
            "This is not an e-mail address.",
        ));
    }
    Ok(Folded {
        key: fold(&shown),
        shown,
    })
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// A given or family name: one line of at most 100 characters, or nothing.
pub(super) fn name(field: &'static str, value: &str) -> Result<String> {
    let name = validate::text(field, value, 0, 100)?;
    if name.contains('\n') {
        return Err(Error::invalid(
            field,
            Code::Malformed,
            "This must be one line.",
        ));
    }
    Ok(name)
}

/// A phone number of at most 32 characters, or nothing.
pub(super) fn phone(value: &str) -> Result<String> {
    let phone = validate::text("phone", value, 0, 32)?;
    let plain = |c: char| c.is_ascii_digit() || " +-()#*.".contains(c);
    if !phone.chars().all(plain) || (!phone.is_empty() && !phone.chars().any(char::is_numeric)) {
        return Err(Error::invalid(
            "phone",
            Code::Malformed,
            "This is not a phone number.",
        ));
    }
    Ok(phone)
}

/// A link to a picture: `https` alone, at most 500 characters. An empty text takes the picture away.
pub(super) fn avatar_url(value: &str) -> Result<Option<String>> {
    let url = validate::text("avatarUrl", value, 0, 500)?;
    if url.is_empty() {
        return Ok(None);
    }
    let sane = url.strip_prefix("https://").is_some_and(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // A name before an @ would make the link look like somebody else's.
        !authority.is_empty()
            && !authority.contains('@')
            && rest
                .chars()
                .all(|c| c.is_ascii_graphic() && !r#"<>"'`\"#.contains(c))
    });
    if sane {
        Ok(Some(url))
    } else {
        Err(Error::invalid(
            "avatarUrl",
            Code::Malformed,
            "A picture is linked by an address that begins with https://.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn a_user_name_is_short_plain_and_folded() {
        let name = username(" Mei.Ling-7 ").unwrap();
        assert_eq!(
            (name.shown.as_str(), name.key.as_str()),
            ("Mei.Ling-7", "mei.ling-7")
        );
        assert_eq!(code(username("ab")), "TOO_SHORT");
        assert_eq!(code(username(&"a".repeat(33))), "TOO_LONG");
        for wrong in ["mei@shop", "小美小美", "mei ling", "mei\0ling"] {
            assert_eq!(code(username(wrong)), "MALFORMED", "{wrong}");
        }
        assert_eq!(code(username("   ")), "BLANK");
    }

    #[test]
    fn an_address_has_one_at_sign_and_a_domain() {
        assert_eq!(
            email("Mei@Shop.Example").unwrap().key,
            "mei@shop.example",
            "folded"
        );
        for wrong in [
            "mei",
            "mei@",
            "@shop.example",
            "mei@shop",
            "a@b@shop.example",
            "mei@shop..example",
            "mei@-shop.example",
            "m ei@shop.example",
            "<mei>@shop.example",
            "mei@shop.example\nbcc: all@shop.example",
        ] {
            assert_eq!(code(email(wrong)), "MALFORMED", "{wrong}");
        }
        assert_eq!(
            code(email(&format!("{}@shop.example", "a".repeat(250)))),
            "TOO_LONG"
        );
    }

    #[test]
    fn a_picture_is_linked_by_https_alone() {
        assert_eq!(
            avatar_url("https://pictures.example/mei.png").unwrap(),
            Some("https://pictures.example/mei.png".to_owned())
        );
        assert_eq!(avatar_url("").unwrap(), None);
        for wrong in [
            "http://pictures.example/mei.png",
            "javascript:alert(1)",
            "https://",
            "https:///mei.png",
            "https://shop.example@evil.example/",
            "https://pictures.example/\"onload=",
        ] {
            assert_eq!(code(avatar_url(wrong)), "MALFORMED", "{wrong}");
        }
    }
}
