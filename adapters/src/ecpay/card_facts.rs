//! What of a card payment is remembered for the day when it goes back. ECPay tells it because our form asks
//! with `NeedExtraPaidInfo`.

use domain::ports::gateway::CardFacts;

/// The facts in these fields; `None` when they are about no card, or leave the authorisation out.
#[must_use]
pub fn read<'f>(get: impl Fn(&str) -> Option<&'f str>) -> Option<CardFacts> {
    let authorization_no = get("gwsr").filter(|number| is_number(number))?;
    // The periods of an instalment plan, and the bonus points that were spent: empty or 0 for neither.
    let is_used = |name: &str| get(name).is_some_and(|value| !matches!(value, "" | "0"));
    Some(CardFacts {
        authorization_no: authorization_no.to_owned(),
        in_full_only: is_used("stage") || is_used("red_dan"),
    })
}

/// Digits that count something: ECPay writes 0 where there is no authorisation.
fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(fields: &[(&'static str, &'static str)]) -> Option<CardFacts> {
        read(|name| {
            let found = fields.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| *value)
        })
    }

    #[test]
    fn a_plain_card_payment_can_go_back_in_parts() {
        let plain = facts(&[("gwsr", "11304112"), ("stage", "0"), ("red_dan", "0")]);
        assert_eq!(
            plain,
            Some(CardFacts {
                authorization_no: "11304112".to_owned(),
                in_full_only: false,
            })
        );
    }

    #[test]
    fn instalments_and_bonus_points_go_back_in_full() {
        for field in [("stage", "6"), ("red_dan", "120")] {
            let facts = facts(&[("gwsr", "11304112"), field]).unwrap();
            assert!(facts.in_full_only, "{field:?}");
        }
    }

    #[test]
    fn without_an_authorization_nothing_is_known() {
        for number in ["", "0", "12a", " 12"] {
            assert_eq!(facts(&[("gwsr", number)]), None, "{number:?}");
        }
        assert_eq!(facts(&[]), None);
    }
}
