//! Templates, compiled in. Everything written into them is escaped.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use entity::money::{Currency, Money};
use minijinja::{Environment, Value};

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("templates/layout.html")),
        ("pay.html", include_str!("templates/pay.html")),
        ("result.html", include_str!("templates/result.html")),
        ("reset.html", include_str!("templates/reset.html")),
        ("mailbox.html", include_str!("templates/mailbox.html")),
        ("mail.html", include_str!("templates/mail.html")),
        ("problem.html", include_str!("templates/problem.html")),
    ] {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(name, %error, "a template does not compile");
        }
    }
    environment
});

/// An amount as people in Taiwan read it: `NT$ 12,800`.
pub fn amount(money: Money) -> String {
    let decimal = money.to_decimal();
    let (whole, fraction) = match decimal.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (decimal.as_str(), String::new()),
    };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = match money.currency {
        Currency::Twd => "NT$",
        Currency::Usd => "US$",
    };
    format!("{sign} {grouped}{fraction}")
}

/// A page. `form_action` is where its form may post to; most pages have none.
pub fn render(
    status: StatusCode,
    name: &str,
    values: Value,
    form_action: Option<&str>,
) -> Response {
    let rendered = TEMPLATES
        .get_template(name)
        .and_then(|template| template.render(values));
    let html = match rendered {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(name, %error, "a page could not be rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; form-action {}; \
         frame-ancestors 'none'; base-uri 'none'",
        form_action.unwrap_or("'none'")
    );
    let policy =
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (status, headers, Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (minor, currency, text) in [
            (5, Currency::Twd, "NT$ 5"),
            (299, Currency::Twd, "NT$ 299"),
            (12_800, Currency::Twd, "NT$ 12,800"),
            (1_234_567, Currency::Twd, "NT$ 1,234,567"),
            (123_456, Currency::Usd, "US$ 1,234.56"),
        ] {
            assert_eq!(amount(Money::new(minor, currency)), text);
        }
    }

    #[test]
    fn every_template_compiles_and_escapes() {
        assert_eq!(TEMPLATES.templates().count(), 7);
        let page = TEMPLATES
            .get_template("pay.html")
            .unwrap()
            .render(minijinja::context! {
                action => "https://gateway.example/?a=1&b=\"2\"",
                fields => vec![("ItemName", "\"><script>alert(1)</script>")],
                number => "ORD-1", total => "NT$ 1",
            });
        let page = page.unwrap();
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
    }
}
