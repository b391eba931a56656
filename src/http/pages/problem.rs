//! What a browser sees when there is nothing else to show.

use axum::{http::StatusCode, response::Response};
use domain::base::Error;
use minijinja::context;

use super::template::render;

/// What is wrong, as far as the shopper needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The link was changed, or its time is over.
    Link,
    /// What the browser brought was not signed by the gateway.
    Forged,
    /// A defect or an outage of ours.
    Ours,
}

/// A page that says so.
pub fn page(status: StatusCode, problem: Problem) -> Response {
    let (title, chinese, english) = match problem {
        Problem::Link => (
            "連結無效 Link not valid",
            "這個連結已過期或不完整。請回到訂單頁面重新開啟。",
            "This link has expired or is incomplete. Open it again from your order.",
        ),
        Problem::Forged => (
            "無法確認 Not confirmed",
            "我們無法確認這個付款結果的來源。若您已付款，訂單會自動更新，請勿重複付款。",
            "We could not confirm where this result came from. If you have paid, your order updates by itself; \
             please do not pay twice.",
        ),
        Problem::Ours => (
            "暫時無法顯示 Not available now",
            "系統忙碌中，請稍後再試。若您已付款，訂單會自動更新。",
            "We cannot show this right now; try again in a moment. If you have paid, your order updates by itself.",
        ),
    };
    render(
        status,
        "problem.html",
        context! { title, chinese, english },
        None,
    )
}

/// The page for an error of the domain; an unexpected cause is logged here.
pub fn of(error: &Error) -> Response {
    match error {
        Error::NotFound(_) => page(StatusCode::NOT_FOUND, Problem::Link),
        busy if busy.is_unavailable() => page(StatusCode::SERVICE_UNAVAILABLE, Problem::Ours),
        other => {
            tracing::error!(error = ?other, "a page could not be shown");
            page(StatusCode::INTERNAL_SERVER_ERROR, Problem::Ours)
        }
    }
}
