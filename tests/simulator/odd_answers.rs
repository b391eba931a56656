//! An ECPay that answers a question oddly: then nothing is known.

use adapters::ecpay::{Ecpay, EcpaySettings};
use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::ports::Gateway as _;

use super::kit::serve;

type Answer = fn() -> Response;

async fn ask(answer: Answer) -> String {
    let router = Router::new()
        .route(
            "/Cashier/QueryTradeInfo/V5",
            post(move || async move { answer() }),
        )
        .route("/elsewhere", post(async || "TradeStatus=1"));
    let mut settings = EcpaySettings::stage("https://shop.example");
    settings.base_url = serve(router).await;
    let ecpay = Ecpay::new(settings, adapters::http::client().unwrap()).unwrap();
    let now = "2026-01-15T01:30:00Z".parse().unwrap();
    ecpay.query_trade("T1", now).await.unwrap_err().0
}

#[tokio::test]
async fn an_odd_answer_is_no_answer() {
    let table: [(Answer, &str); 6] = [
        (|| StatusCode::FORBIDDEN.into_response(), "status 403"),
        (
            || {
                (
                    StatusCode::TEMPORARY_REDIRECT,
                    [(header::LOCATION, "/elsewhere")],
                )
                    .into_response()
            },
            "status 307",
        ),
        (
            || vec![b'a'; 70_000].into_response(),
            "the answer is too long",
        ),
        (
            || vec![0xa5, 0xe6].into_response(),
            "the answer is not UTF-8",
        ),
        (|| "<html>".into_response(), "not a list of fields"),
        (|| "TradeStatus=1".into_response(), "the signature is wrong"),
    ];
    for (answer, expected) in table {
        assert_eq!(ask(answer).await, expected);
    }
}
