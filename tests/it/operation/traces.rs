//! What a collector is told, and what happens when there is none.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use crate::kit::{
    Browser, Engine, Shop, browser::GOOD_CARD, client::SESSION, collector::Collector, run,
    server::free_port, wait::eventually,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Registers somebody, in a trace of the caller's.
async fn register_in(shop: &Shop, trace_id: &str, flags: &str, username: &str) {
    let parent = format!("00-{trace_id}-00f067aa0ba902b7-{flags}");
    let document = format!(
        "mutation Register($input: RegisterInput!) {{ register(input: $input) {{ {SESSION} errors {{ code }} }} }}"
    );
    let input = json!({
        "username": username, "email": format!("{username}@shopper.example"), "password": "a long enough one",
    });
    let headers = [("traceparent", parent.as_str())];
    let guest = shop.guest();
    let answer = guest.send_with(&headers, &document, json!({ "input": input }));
    let answer = answer.await;
    assert_eq!(answer.body["data"]["register"]["errors"], json!([]));
}

/// The spans of the trace that has a span of this name, once all of `wanted` are among them.
async fn trace_with(collector: &Collector, root: &str, wanted: &[&str]) -> Vec<Span> {
    eventually(&format!("a trace with {root} and {wanted:?}"), async || {
        let spans = collector.spans();
        let roots = spans.iter().filter(|span| span.name == root);
        let traces = roots.map(|root| {
            let of = spans.iter().filter(|span| span.trace_id == root.trace_id);
            of.cloned().collect::<Vec<_>>()
        });
        traces.into_iter().find(|spans| {
            let names: BTreeSet<&str> = spans.iter().map(|span| span.name.as_str()).collect();
            wanted.iter().all(|name| names.contains(name))
        })
    })
    .await
}

fn parent_of<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let child = spans.iter().find(|span| span.name == name).unwrap();
    let parent = |span: &&Span| span.span_id == child.parent_span_id;
    spans.iter().find(parent).unwrap()
}

async fn a_purchase_and_its_mail_are_one_trace(engine: Engine) {
    let collector = Collector::start().await;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("FABRICA_LOG_FORMAT", "json"),
    ];
    run(engine, &settings, async |shop: Shop| {
        // When somebody registers in a trace of their own
        register_in(&shop, TRACE, "01", "lin").await;

        // Then the request, the operation, its statements and the mail are in it
        let wanted = ["operation", "INSERT users", "INSERT outbox", "deliver"];
        let spans = trace_with(&collector, "POST /graphql", &wanted).await;
        assert!(
            spans
                .iter()
                .all(|span| hex::encode(&span.trace_id) == TRACE)
        );
        assert_eq!(parent_of(&spans, "operation").name, "POST /graphql");
        assert_eq!(parent_of(&spans, "INSERT outbox").name, "operation");
        assert_eq!(parent_of(&spans, "deliver").name, "POST /graphql");
        let request = spans.iter().find(|span| span.name == "POST /graphql");
        let request = request.unwrap();
        let says = |key: &str| request.attributes.iter().any(|said| said.key == key);
        for key in ["graphql.operation.name", "op_hash", "cost", "request_id"] {
            assert!(says(key), "{key}: {:?}", request.attributes);
        }
        let line = format!("\"trace_id\":\"{TRACE}\"");
        let answered = shop.log();
        let answered = answered
            .lines()
            .find(|text| text.contains("\"answered\"") && text.contains(&line));
        assert!(answered.is_some(), "no line of this trace");

        // When somebody buys
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        Browser::new()
            .pay_by_card(&attempt.redirect_url, GOOD_CARD)
            .await;
        mei.order_becomes(&purchase, "COMPLETED").await;

        // Then the notice, the settlement and the receipt are one trace
        let wanted = ["notice", "INSERT settlements", "INSERT outbox", "deliver"];
        trace_with(&collector, "POST /ecpay/notify", &wanted).await;
    })
    .await;
}

#[tokio::test]
async fn a_purchase_and_its_mail_are_one_trace_on_sqlite() {
    a_purchase_and_its_mail_are_one_trace(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_purchase_and_its_mail_are_one_trace_on_postgres() {
    a_purchase_and_its_mail_are_one_trace(Engine::Postgres).await;
}

#[tokio::test]
async fn what_a_caller_does_not_keep_is_not_kept_and_the_rest_is_sent_before_the_end() {
    let collector = Collector::start().await;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
        // Only the end sends anything.
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    run(Engine::Sqlite, &settings, async |mut shop: Shop| {
        let unkept = TRACE.replace("4bf9", "0000");
        register_in(&shop, &unkept, "00", "lin").await;
        register_in(&shop, TRACE, "01", "wang").await;
        shop.server().ask_to_go();
        let ended = eventually("the server goes", async || shop.server().ended()).await;
        assert!(ended.success(), "{ended}");
        let traces: BTreeSet<String> = collector
            .spans()
            .iter()
            .map(|span| hex::encode(&span.trace_id))
            .collect();
        assert!(traces.contains(TRACE), "{traces:?}");
        assert!(!traces.contains(&unkept), "{traces:?}");
    })
    .await;
}

#[tokio::test]
async fn a_collector_that_is_away_costs_a_line_and_nothing_else() {
    let nobody = format!("http://secret:canary-8127@127.0.0.1:{}", free_port());
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", nobody.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    run(Engine::Sqlite, &settings, async |shop: Shop| {
        const SAID: &str = "the collector took no traces";
        shop.newcomer("lin").await;
        eventually("it is said", async || {
            shop.log().contains(SAID).then_some(())
        })
        .await;
        let purchase = shop.mei().await.subscribe("pro").await;
        assert!(!purchase.order_id.is_empty());
        eventually("more is lost", async || {
            let figures = shop
                .http
                .get(format!("{}/metrics", shop.url))
                .send()
                .await
                .unwrap();
            let figures = figures.text().await.unwrap();
            let lost = figures
                .lines()
                .find_map(|line| line.strip_prefix("trace_spans_lost_total "));
            (lost?.parse::<u64>().unwrap() > 20).then_some(())
        })
        .await;
        assert_eq!(shop.log().matches(SAID).count(), 1);
        assert!(!shop.log().contains("canary-8127"));
    })
    .await;
}
