//! Canaries: secrets and personal data sent along every path, and looked for where they must not be.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::kit::{
    Browser, Engine, Shop,
    browser::{DECLINED_CARD, GOOD_CARD},
    client::{Client, SESSION},
    collector::Collector,
    run,
    wait::eventually,
};

const PASSWORD: &str = "canary-password-8127";
const EMAIL: &str = "canary-mail@secret.example";

async fn on(engine: Engine) {
    let collector = Collector::start().await;
    let settings = [
        ("FABRICA_LOG", "debug,sqlx=info"),
        ("FABRICA_LOG_FORMAT", "json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    run(engine, &settings, async |shop| {
        no_secret_stands_in_the_log(shop, &collector).await;
    })
    .await;
}

#[tokio::test]
async fn no_secret_stands_in_the_log_on_sqlite() {
    on(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_secret_stands_in_the_log_on_postgres() {
    on(Engine::Postgres).await;
}

/// Somebody whose every word is a canary, on every path, the failing ones included; what they were given.
async fn live_through_everything(shop: &Shop) -> (Client, Vec<String>) {
    let input = json!({
        "username": "canary8127", "email": EMAIL, "password": PASSWORD, "phone": "+886912817263",
    });
    let guest = shop.guest();
    let payload = guest.mutate("register", SESSION, input.clone()).await;
    let canary = guest.with_session(&payload["session"]);
    guest.attempt("register", SESSION, input).await;
    let wrong = format!("{PASSWORD}-wrong");
    let input = json!({ "identifier": EMAIL, "password": wrong });
    guest.attempt("logIn", SESSION, input).await;
    let input = json!({ "currentPassword": wrong, "newPassword": format!("{PASSWORD}-new") });
    canary.attempt("changePassword", "user { id }", input).await;
    let input = json!({ "refreshToken": canary.refresh_token() });
    let refreshed = canary.mutate("refreshSession", SESSION, input).await;
    let refreshed = canary.with_session(&refreshed["session"]);
    // Forged and broken requests
    canary
        .with_token(&format!("{}x", canary.token()))
        .send("{ me { id } }", json!({}))
        .await;
    guest
        .send(
            &format!("{{ logIn(input: {{ password: \"{PASSWORD}\" }}) {{ x }} }}"),
            json!({}),
        )
        .await;
    guest.send(&format!("{{ \"{PASSWORD}"), json!({})).await;
    let body = format!("CheckMacValue={PASSWORD}&card={GOOD_CARD}&mail={EMAIL}");
    for path in ["/ecpay/notify", "/ecpay/payment-info", "/ecpay/result"] {
        shop.post(path, body.clone()).await;
    }
    // Paying
    let purchase = canary.subscribe("pro").await;
    for card in [DECLINED_CARD, GOOD_CARD] {
        let attempt = canary.begin_payment(&purchase, "CREDIT_CARD").await;
        Browser::new()
            .pay_by_card(&attempt.redirect_url, card)
            .await;
        let status = if card == GOOD_CARD {
            "COMPLETED"
        } else {
            "FAILED"
        };
        canary.order_becomes(&purchase, status).await;
    }
    let tokens = [&canary, &refreshed]
        .iter()
        .flat_map(|client| [client.token().to_owned(), client.refresh_token().to_owned()])
        .collect();
    (refreshed, tokens)
}

async fn no_secret_stands_in_the_log(mut shop: Shop, collector: &Collector) {
    let (canary, mut secrets) = live_through_everything(&shop).await;
    // A name and a path that would break a line
    let nasty = "canary\r\n{\"level\":\"ERROR\"}\u{1b}[31m";
    let input = json!({ "identifier": nasty, "password": PASSWORD });
    shop.guest().attempt("logIn", SESSION, input).await;
    let path = format!("{}/nothing%0a%0d%1b[31m", shop.url);
    shop.http
        .get(path)
        .header("user-agent", "canary \u{9b}31m")
        .send()
        .await
        .unwrap();
    canary
        .ask("mutation { logOut { endedSessionId } }", json!({}))
        .await;

    secrets.extend(
        [
            PASSWORD,
            EMAIL,
            "+886912817263",
            "pwFHCqoQZGmho4w6",
            "EkRm7iFT261dpevs",
            GOOD_CARD,
            &GOOD_CARD.replace('-', ""),
            DECLINED_CARD,
            &DECLINED_CARD.replace('-', ""),
        ]
        .map(str::to_owned),
    );
    secrets.push(shop.file("secret.key").trim().to_owned());
    secrets.push(shop.file("signing.key").trim().to_owned());
    let log = shop.log();
    assert!(log.lines().count() > 20, "{log}");
    for line in log
        .lines()
        .filter(|line| !line.starts_with("  ") && !line.is_empty())
    {
        let entry: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(entry["level"].is_string(), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
    for secret in &secrets {
        let found = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(found, None, "{secret} stands in the log");
    }

    // Nor in what a collector was told, to the last span
    shop.server().ask_to_go();
    eventually("the server goes", async || shop.server().ended()).await;
    let told = collector.text();
    assert!(collector.spans().len() > 100, "{told}");
    for secret in secrets
        .iter()
        .map(String::as_str)
        .chain(["canary8127", "canary-mail"])
    {
        assert!(!told.contains(secret), "{secret} was told to the collector");
    }

    // Nor in what is kept about what happened
    for (table, column) in [
        ("events", "payload"),
        ("audit_entries", "details"),
        ("idempotency_keys", "result"),
        ("notices", "fields"),
    ] {
        let query = format!("SELECT CAST({column} AS TEXT) AS kept FROM {table}");
        let db = shop.database.db();
        let query = Statement::from_string(db.get_database_backend(), query);
        for row in db.query_all_raw(query).await.unwrap() {
            let kept: String = row.try_get("", "kept").unwrap();
            for secret in &secrets {
                assert!(
                    !kept.contains(secret.as_str()),
                    "{secret} in {table}: {kept}"
                );
            }
        }
    }
}
