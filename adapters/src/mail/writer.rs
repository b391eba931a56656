//! Putting mails into words.

use domain::ports::{Addressee, Attachment, Letter, MailWriter, PayCode, Words};
use entity::users::Locale;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

use super::values;
use crate::code39;

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        &[
            ("layout.html", include_str!("templates/layout.html")),
            ("parts.html", include_str!("templates/parts.html")),
            $(
                (concat!("zh-TW/", $name, ".html"), include_str!(concat!("templates/zh-TW/", $name, ".html"))),
                (concat!("zh-TW/", $name, ".txt"), include_str!(concat!("templates/zh-TW/", $name, ".txt"))),
                (concat!("en/", $name, ".html"), include_str!(concat!("templates/en/", $name, ".html"))),
                (concat!("en/", $name, ".txt"), include_str!(concat!("templates/en/", $name, ".txt"))),
            )+
        ]
    };
}

/// Every template, compiled in. A text begins with the subject and an empty line.
pub(super) const SOURCES: &[(&str, &str)] = templates![
    "verification_code",
    "password_reset",
    "password_changed",
    "session_ended",
    "payment_code",
    "payment_received",
    "payment_failed",
    "renewal_coming",
    "subscription_ended",
    "refunded",
];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The words of every mail, in every language.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    shop: String,
    shop_url: String,
}

impl Templates {
    /// The words of this shop, which is reached at `shop_url`.
    ///
    /// # Errors
    /// A template does not compile.
    pub fn new(shop: String, shop_url: String) -> Result<Self, Failure> {
        let mut environment = Environment::new();
        // A value that a template names and nobody gave is a defect, not an empty place in a mail.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // A failure that is logged must not show what it was about to say: codes, links, names.
        environment.set_debug(false);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?;
        environment.set_syntax(syntax);
        environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        for (name, source) in SOURCES {
            environment.add_template(name, source)?;
        }
        Ok(Self {
            environment,
            shop,
            shop_url,
        })
    }

    fn render(&self, name: &str, values: Value) -> Result<String, minijinja::Error> {
        self.environment.get_template(name)?.render(values)
    }
}

impl MailWriter for Templates {
    fn write(&self, letter: &Letter, to: &Addressee) -> Result<Words, Failure> {
        let (language, name) = (language(to.locale), values::name(letter));
        let common = context! {
            lang => language,
            name => &to.name,
            shop => &self.shop,
            shop_url => &self.shop_url,
        };
        let values = context! { ..values::of(letter, to.locale), ..common };
        let text = self.render(&format!("{language}/{name}.txt"), values.clone())?;
        let (subject, text) = text
            .split_once("\n\n")
            .ok_or("a text begins with the subject and an empty line")?;
        let values = context! { subject, ..values };
        Ok(Words {
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: self.render(&format!("{language}/{name}.html"), values)?,
            pictures: pictures(letter),
        })
    }
}

const fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhTw => "zh-TW",
        Locale::En => "en",
    }
}

/// Barcodes, for the tills that read them from a screen. Their text stands below in any case.
fn pictures(letter: &Letter) -> Vec<Attachment> {
    let Letter::PaymentCode(letter) = letter else {
        return Vec::new();
    };
    let PayCode::Barcode { parts, .. } = &letter.code else {
        return Vec::new();
    };
    (1..)
        .zip(parts)
        .filter_map(|(number, text)| {
            Some(Attachment {
                name: format!("barcode-{number}"),
                content_type: "image/png",
                bytes: code39::png(text)?,
            })
        })
        .collect()
}
