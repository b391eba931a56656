//! The pages, and what each may load: its own style and, for the way back, one line of script.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use minijinja::{Environment, Value, context};
use sha2::{Digest as _, Sha256};

use super::{
    cards::{self, TestCard},
    checkout::Refusal,
    contract::{Contract, ContractState},
    store::State,
    trade::{Code, Delivery, DeliveryState, Method, NoticeKind, Status, Trade},
};
use crate::{code39, ecpay::taipei_time};

const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = "document.forms[0].submit();";

/// A page to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Security-Policy` that the page needs, and no more.
    pub content_security_policy: String,
    /// The body.
    pub html: String,
}

/// Renders pages.
pub(super) struct Pages {
    environment: Environment<'static>,
}

fn trade_view(trade: &Trade) -> Value {
    context! {
        number => trade.merchant_trade_no.as_str(),
        trade_no => trade.trade_no.as_str(),
        method => match trade.method {
            Method::Credit => "信用卡 Credit card",
            Method::Atm => "ATM 轉帳 Bank transfer",
            Method::Cvs => "超商代碼 Store code",
            Method::Barcode => "超商條碼 Store barcodes",
        },
        amount => grouped(trade.amount),
        items => trade.field("ItemName").split('#').map(str::to_owned).collect::<Vec<_>>(),
        status => match trade.status {
            Status::Unpaid => "unpaid",
            Status::Paid(_) => "paid",
            Status::Failed(_) => "failed",
        },
        created_at => taipei_time::to_text(trade.created_at),
        back_url => trade.field("ClientBackURL"),
        client_redirect_url => trade.field("ClientRedirectURL"),
        contract => trade.contract.as_ref().map(contract_view),
    }
}

fn contract_view(contract: &Contract) -> Value {
    let charges: Vec<_> = contract
        .charges
        .iter()
        .map(|charge| {
            context! {
                at => taipei_time::to_text(charge.at),
                gwsr => charge.gwsr.as_str(),
                status => if charge.succeeded() { "paid" } else { "failed" },
            }
        })
        .collect();
    context! {
        every => format!("{}{}", contract.frequency, match contract.period_type.as_str() {
            "D" => " 天 days",
            "M" => " 月 months",
            _ => " 年 years",
        }),
        times => contract.exec_times,
        successes => contract.successes(),
        status => match contract.state {
            ContractState::Offered => "unpaid",
            ContractState::Running => "running",
            ContractState::Stopped => "stopped",
            ContractState::Complete => "complete",
        },
        next_due => contract.next_due().map(taipei_time::to_text),
        charges,
    }
}

fn card_view(card: &TestCard) -> Value {
    context! { number => card.number, shown => card.shown, label => card.label }
}

fn field_views(fields: &[(String, String)]) -> Vec<Value> {
    fields
        .iter()
        .map(|(name, value)| context! { name => name.as_str(), value => value.as_str() })
        .collect()
}

impl Pages {
    pub(super) fn new(prefix: &str) -> Self {
        let mut environment = Environment::new();
        for (name, source) in [
            ("base.html", include_str!("templates/base.html")),
            ("parts.html", include_str!("templates/parts.html")),
            ("refusal.html", include_str!("templates/refusal.html")),
            ("card.html", include_str!("templates/card.html")),
            ("code.html", include_str!("templates/code.html")),
            ("outcome.html", include_str!("templates/outcome.html")),
            ("back.html", include_str!("templates/back.html")),
            ("list.html", include_str!("templates/list.html")),
        ] {
            if let Err(cause) = environment.add_template(name, source) {
                tracing::error!(%cause, name, "a page of the simulator is broken");
            }
        }
        environment.add_global("prefix", prefix);
        environment.add_global("style", STYLE);
        environment.add_global("script", SCRIPT);
        Self { environment }
    }

    pub(super) fn refusal(&self, refusal: &Refusal, way_back: &str) -> Page {
        let context = context! { code => refusal.code, message => refusal.message.as_str(), back_url => way_back };
        Page {
            status: 400,
            ..self.render("refusal.html", &context, false)
        }
    }

    pub(super) fn card(&self, trade: &Trade, card: Option<&str>, now: DateTime<Utc>) -> Page {
        let context = context! {
            trade => trade_view(trade),
            cards => cards::TEST_CARDS.iter().map(card_view).collect::<Vec<_>>(),
            filled => cards::TEST_CARDS.iter().find(|known| Some(known.number) == card).map(card_view),
            expiry => cards::good_expiry(now),
            three_d_code => cards::THREE_D_CODE,
        };
        self.render("card.html", &context, false)
    }

    pub(super) fn code(
        &self,
        trade: &Trade,
        code: &Code,
        is_over: bool,
        way_back: Option<&[(String, String)]>,
    ) -> Page {
        let barcodes: Vec<_> = ["Barcode1", "Barcode2", "Barcode3"]
            .into_iter()
            .map(|name| code.get(name))
            .filter_map(|text| Some(context! { text, picture => code39::svg(text)? }))
            .collect();
        let context = context! {
            trade => trade_view(trade),
            bank_code => code.get("BankCode"),
            account => in_groups(code.get("vAccount")),
            payment_no => code.get("PaymentNo"),
            barcodes => if trade.method == Method::Barcode { barcodes } else { Vec::new() },
            expires_at => taipei_time::to_text(code.expires_at),
            is_over,
            way_back => way_back.map(field_views),
        };
        self.render("code.html", &context, false)
    }

    pub(super) fn outcome(&self, trade: &Trade, way_back: Option<&[(String, String)]>) -> Page {
        let context =
            context! { trade => trade_view(trade), way_back => way_back.map(field_views) };
        self.render("outcome.html", &context, false)
    }

    pub(super) fn back_to_shop(&self, url: &str, fields: &[(String, String)]) -> Page {
        self.render(
            "back.html",
            &context! { url, fields => field_views(fields) },
            true,
        )
    }

    pub(super) fn list(&self, state: &State) -> Page {
        let mut trades: Vec<_> = state.trades.values().collect();
        trades.sort_by(|left, right| right.trade_no.cmp(&left.trade_no));
        let trades: Vec<_> = trades
            .into_iter()
            .take(200)
            .map(|trade| {
                let about =
                    |delivery: &&Delivery| delivery.merchant_trade_no == trade.merchant_trade_no;
                let deliveries: Vec<_> = state
                    .deliveries
                    .iter()
                    .filter(about)
                    .map(delivery_view)
                    .collect();
                context! { trade => trade_view(trade), deliveries }
            })
            .collect();
        let plan = serde_json::to_string_pretty(&state.faults).unwrap_or_default();
        self.render("list.html", &context! { trades, plan }, false)
    }

    fn render(&self, name: &str, context: &Value, has_script: bool) -> Page {
        let rendered = self
            .environment
            .get_template(name)
            .and_then(|template| template.render(context));
        match rendered {
            Ok(html) => Page {
                status: 200,
                content_security_policy: policy(has_script),
                html,
            },
            Err(cause) => {
                tracing::error!(%cause, name, "a page of the simulator cannot be shown");
                Page {
                    status: 500,
                    content_security_policy: policy(false),
                    html: "The simulator cannot show this page.".to_owned(),
                }
            }
        }
    }
}

fn delivery_view(delivery: &Delivery) -> Value {
    context! {
        kind => match delivery.kind {
            NoticeKind::Payment => "payment",
            NoticeKind::PaymentInfo => "code issued",
            NoticeKind::Period => "charged again",
        },
        state => match delivery.state {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Acknowledged => "acknowledged",
            DeliveryState::GivenUp => "given up",
            DeliveryState::Lost => "lost",
        },
        url => delivery.url.as_str(),
        sends => delivery.sends,
        last_answer => delivery.last_answer.as_str(),
    }
}

/// Forms may go anywhere: the shop's address, and from there wherever the shop redirects to.
fn policy(has_script: bool) -> String {
    let script = if has_script {
        format!("; script-src '{}'", digest(SCRIPT))
    } else {
        String::new()
    };
    format!(
        "default-src 'none'; style-src '{}'{script}; base-uri 'none'; frame-ancestors 'none'",
        digest(STYLE)
    )
}

fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn grouped(amount: u32) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn in_groups(digits: &str) -> String {
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_accounts_are_readable() {
        assert_eq!(grouped(5), "5");
        assert_eq!(grouped(1280), "1,280");
        assert_eq!(grouped(199_999), "199,999");
        assert_eq!(in_groups("9103522175887271"), "9103 5221 7588 7271");
    }

    #[test]
    fn what_a_shop_sends_is_text_and_never_markup() {
        let pages = Pages::new("/simulator");
        let evil = "\"><script>alert(1)</script>'";
        let page = pages.back_to_shop(
            &format!("https://shop.example/{evil}"),
            &[("CustomField1".to_owned(), evil.to_owned())],
        );
        assert_eq!(page.status, 200);
        assert_eq!(page.html.matches("<script>").count(), 1, "{}", page.html);
        assert!(page.html.contains(&format!("<script>{SCRIPT}</script>")));
        assert!(page.content_security_policy.contains(&digest(SCRIPT)));
        assert!(page.html.contains(&format!("<style>{STYLE}</style>")));
        let refusal = Refusal {
            code: "",
            message: evil.to_owned(),
        };
        let page = pages.refusal(&refusal, "");
        assert!(
            !page.html.contains("<script") && !page.content_security_policy.contains("script-src")
        );
    }
}
