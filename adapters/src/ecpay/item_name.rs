//! The lines that ECPay shows to the shopper, made so that what is signed is what ECPay reads back.

/// `ItemName` may have 400 characters; whether ECPay counts characters or bytes is not known, and a
/// value that ECPay cuts no longer matches its signature. So we cut, in bytes, before signing.
const MOST_BYTES: usize = 399;

/// Words that ECPay's firewall takes for commands (code 10400011).
const COMMANDS: [&str; 12] = [
    "bash",
    "chmod",
    "cmd",
    "curl",
    "echo",
    "eval",
    "exec",
    "netcat",
    "perl",
    "powershell",
    "python",
    "wget",
];

/// One text for all items, one line each; never empty, never as long as ECPay would cut.
#[must_use]
pub fn item_name(items: &[String]) -> String {
    let lines: Vec<_> = items
        .iter()
        .map(|item| clean(item))
        .filter(|item| !item.is_empty())
        .collect();
    if lines.is_empty() {
        return "Order".to_owned();
    }
    let mut text = lines.join("#");
    // Cutting may leave a command at the end, and disarming it makes the text longer again.
    loop {
        let disarmed = disarm(cut(&text));
        if disarmed.len() <= MOST_BYTES {
            return disarmed;
        }
        text = disarmed;
    }
}

/// Without tags, control characters and everything that means something to a shell, to a form or to
/// ECPay's own list.
fn clean(item: &str) -> String {
    let mut text = String::with_capacity(item.len());
    for character in without_tags(item).chars() {
        match character {
            // The reply of a query is split at this sign without any escaping, and a percent sign may
            // be read as an escape. Their full-width forms read the same to people.
            '&' => text.push('＆'),
            '%' => text.push('％'),
            '#' | '<' | '>' | '`' | '|' | ';' | '\\' | '$' => text.push(' '),
            other if other.is_control() => text.push(' '),
            other => text.push(other),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_tags(item: &str) -> String {
    let mut text = String::with_capacity(item.len());
    let mut rest = item;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let starts_tag =
            after.starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next));
        match after.split_once('>') {
            Some((_, behind)) if starts_tag => rest = behind,
            _ => {
                text.push(' ');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end)
        .unwrap_or_default()
        .trim_end_matches(['#', ' '])
}

/// Writes the first letter of every command in full width: people read the same word.
fn disarm(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else {
            push_word(&mut safe, &word);
            word.clear();
            safe.push(character);
        }
    }
    push_word(&mut safe, &word);
    safe
}

fn push_word(safe: &mut String, word: &str) {
    let is_command = COMMANDS
        .iter()
        .any(|command| word.eq_ignore_ascii_case(command));
    let mut letters = word.chars();
    let wide = letters
        .next()
        .and_then(|first| char::from_u32(u32::from(first) + 0xfee0));
    match wide {
        Some(wide) if is_command => {
            safe.push(wide);
            safe.push_str(letters.as_str());
        }
        _ => safe.push_str(word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(items: &[&str]) -> String {
        let items: Vec<_> = items.iter().map(|item| (*item).to_owned()).collect();
        item_name(&items)
    }

    #[test]
    fn items_become_lines_that_ecpay_reads_back_unchanged() {
        assert_eq!(of(&["咖啡豆 x 2", "運費"]), "咖啡豆 x 2#運費");
        assert_eq!(of(&["A+B <b>bold</b> #1\u{7}"]), "A+B bold 1");
        assert_eq!(of(&["Tea & 100% milk"]), "Tea ＆ 100％ milk");
        assert_eq!(of(&["1 < 2 > 0"]), "1 2 0");
        assert_eq!(of(&["Tom's \"best\""]), "Tom's \"best\"");
        assert_eq!(of(&[]), "Order");
        assert_eq!(of(&["##", " "]), "Order");
    }

    #[test]
    fn a_word_that_looks_like_a_command_is_disarmed_but_stays_readable() {
        assert_eq!(
            of(&["Python 入門, Curl pythons"]),
            "Ｐython 入門, Ｃurl pythons"
        );
    }

    #[test]
    fn cutting_never_leaves_a_command_or_half_a_character() {
        let long = "字".repeat(200);
        assert_eq!(of(&[&long]), "字".repeat(133));
        let filled = "a".repeat(394);
        let ends_in_command = format!("{filled} echoes");
        assert_eq!(of(&[&ends_in_command]), format!("{filled} ｅc"));
    }

    proptest! {
        #[test]
        fn any_items_make_a_short_clean_text(items in prop::collection::vec(".{0,200}", 0..8)) {
            let name = item_name(&items);
            prop_assert!(!name.is_empty() && name.len() <= MOST_BYTES);
            prop_assert!(!name.contains(['&', '%', '<', '>', ';', '|', '`']));
            prop_assert!(!name.chars().any(char::is_control));
            prop_assert_eq!(disarm(&name), name);
        }
    }
}
