//! Whether the process lives, whether it may be sent requests, and how its parts are.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::base::database::Database;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use serde_json::{Value, json};

use super::house::House;

/// A database that answers later than this does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/health/live`: the process answers. Nothing else, so that nobody restarts it for the database's sake.
pub async fn live() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// `/health/ready`: requests are welcome: the database answers, and the process is not going down.
pub async fn ready(State(house): State<House>) -> Response {
    let going = house.shutdown.draining.is_cancelled();
    let answers = !going && ask(&house.app.database).await.is_ok();
    let status = match (going, answers) {
        (true, _) => "going down",
        (false, true) => "ok",
        (false, false) => "the database does not answer",
    };
    let code = match answers {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, Json(json!({ "status": status }))).into_response()
}

/// `/health/detailed`: the parts, with what they are and how quickly they answer.
pub async fn detailed(State(house): State<House>) -> Response {
    let database = &house.app.database;
    let asked = ask(database).await;
    let is_ready = asked.is_ok() && !house.shutdown.draining.is_cancelled();
    let latency = asked.as_ref().ok().map(Duration::as_secs_f64);
    let body = json!({
        "status": if is_ready { "ok" } else { "not ready" },
        "version": env!("CARGO_PKG_VERSION"),
        "profile": house.config.profile.name(),
        "time": house.app.clock.now().to_rfc3339(),
        "isGoingDown": house.shutdown.draining.is_cancelled(),
        "parts": {
            "database": {
                "status": if asked.is_ok() { "ok" } else { "down" },
                "engine": format!("{:?}", database.engine()),
                "version": version(database).await,
                "latencySeconds": latency,
            },
            "gateway": {
                "name": house.app.gateway.name(),
                "environment": house.config.ecpay.environment.name(),
            },
            "redis": redis(&house).await,
            "live": {
                "topics": house.app.hub.topics(),
                "hearsReplicas": house.app.hub.hears_replicas(),
            },
        },
    });
    let code = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, Json(body)).into_response()
}

/// Without it the process serves all the same, so that it says nothing of being ready.
async fn redis(house: &House) -> Value {
    let Some(redis) = &house.redis else {
        return json!({ "status": "none" });
    };
    match redis.answers().await {
        Some(latency) => json!({ "status": "ok", "latencySeconds": latency.as_secs_f64() }),
        None => json!({ "status": "degraded" }),
    }
}

/// How long the database takes to answer.
///
/// # Errors
/// It does not, or not in time.
pub async fn ask(database: &Database) -> Result<Duration, DbErr> {
    let started = Instant::now();
    let answer = database.reader().execute_unprepared("SELECT 1");
    tokio::time::timeout(PATIENCE, answer)
        .await
        .map_err(|_| DbErr::Custom("no answer in time".to_owned()))??;
    Ok(started.elapsed())
}

/// The version of the engine, when it answers.
pub async fn version(database: &Database) -> Option<String> {
    let query = match database.engine() {
        sea_orm::DatabaseBackend::Sqlite => "SELECT sqlite_version() AS version",
        _ => "SELECT current_setting('server_version') AS version",
    };
    let statement = Statement::from_string(database.engine(), query);
    let answer = database.reader().query_one_raw(statement);
    let row = tokio::time::timeout(PATIENCE, answer).await.ok()?.ok()??;
    row.try_get("", "version").ok()
}
