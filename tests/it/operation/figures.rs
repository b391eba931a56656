//! What `/metrics` shows is what the table of figures says, and dashboards and alerts ask for nothing else.

use std::{collections::BTreeSet, fs};

use fabrica::telemetry::figures::FIGURES;
use serde_json::{Value, json};

use crate::{
    house::sources::root,
    kit::{Browser, Shop, both_engines, browser::GOOD_CARD, client::SESSION},
};

both_engines!(every_figure_that_is_shown_stands_in_the_table);

async fn every_figure_that_is_shown_stands_in_the_table(shop: Shop) {
    // Given a shop where something happened
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    mei.order_becomes(&purchase, "COMPLETED").await;
    let input = json!({ "identifier": "mei@demo.example", "password": "not this one" });
    shop.guest().attempt("logIn", SESSION, input).await;
    mei.send("{ nothing }", json!({})).await;
    shop.post("/ecpay/notify", "CheckMacValue=forged").await;

    // When its figures are fetched
    let answer = shop.http.get(format!("{}/metrics", shop.url)).send().await;
    let text = answer.unwrap().text().await.unwrap();

    // Then each is one of the table, of its kind and with its labels
    let mut shown = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let mut words = line.split(' ').skip(2);
        let (name, kind) = (words.next().unwrap(), words.next().unwrap());
        let figure = FIGURES.iter().find(|figure| figure.name == name);
        let figure = figure.unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!(figure.kind.name(), kind, "{name}");
        shown.insert(name);
    }
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let name = line.split(['{', ' ']).next().unwrap();
        let figure = FIGURES
            .iter()
            .find(|figure| figure.name == plain(name))
            .unwrap();
        let labels: BTreeSet<&str> = line
            .split_once('{')
            .map_or("", |(_, rest)| rest.rsplit_once('}').unwrap().0)
            .split("\",")
            .filter_map(|label| Some(label.split_once('=')?.0))
            .filter(|label| *label != "le")
            .collect();
        assert_eq!(labels, figure.labels.iter().copied().collect(), "{line}");
    }
    for name in [
        "callback_commit_seconds",
        "callback_total",
        "db_pool_wait_seconds",
        "gql_guard_seconds",
        "gql_rejected_total",
        "http_requests_total",
        "login_total",
        "payments_unknown",
    ] {
        assert!(shown.contains(name), "{name} is not shown");
    }
    assert!(
        text.contains(r#"login_total{result="refused"} 1"#),
        "{text}"
    );
}

#[test]
fn dashboards_and_alerts_ask_for_figures_of_the_table() {
    let folder = root().join("observability");
    let alerts = fs::read_to_string(folder.join("alerts.yml")).unwrap();
    let mut asked: Vec<String> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "))
        .map(str::to_owned)
        .collect();
    let dashboard = fs::read_to_string(folder.join("grafana/dashboards/fabrica.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            asked.push(target["expr"].as_str().unwrap().to_owned());
        }
    }
    assert!(asked.len() > 20, "{asked:?}");
    for expression in asked {
        let names = names_in(&expression);
        assert!(!names.is_empty(), "{expression}");
        for name in names {
            let known = FIGURES.iter().any(|figure| figure.name == plain(&name));
            assert!(known || name == "up", "{name} in {expression}");
        }
    }
}

/// The name of a figure without what a histogram puts behind it.
fn plain(name: &str) -> &str {
    ["_bucket", "_count", "_sum"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}

/// The figures that an expression names: words that are neither functions, nor labels, nor durations.
fn names_in(expression: &str) -> Vec<String> {
    let mut open = expression.to_owned();
    for (from, to) in [("{", "}"), ("[", "]"), ("by (", ")"), ("\"", "\"")] {
        while let Some((before, rest)) = open.split_once(from) {
            let after = rest.split_once(to).unwrap().1;
            open = format!("{before} {after}");
        }
    }
    let mut names = Vec::new();
    let mut rest = open.as_str();
    while let Some(begin) = rest.find(|letter: char| letter.is_ascii_lowercase()) {
        let tail = &rest[begin..];
        let end = tail
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        if !after.trim_start().starts_with('(') && !["and", "or", "unless"].contains(&word) {
            names.push(word.to_owned());
        }
        rest = after;
    }
    names
}
