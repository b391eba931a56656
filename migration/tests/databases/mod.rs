//! Fresh databases, migrated to nothing yet. Shared with the tests of `entity`.

use std::env;

use migration::sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// An empty SQLite database in memory; it lives as long as the connection.
pub async fn sqlite() -> DatabaseConnection {
    Database::connect("sqlite::memory:").await.unwrap()
}

/// Runs a test on a PostgreSQL database of its own, and drops it whatever the test says.
///
/// `FABRICA_TEST_POSTGRES` is the URL of the database from which others are made (`scripts/postgres.sh start`
/// prints one). Without it the test fails, because half of it would not run; `off` leaves that half out in so many
/// words.
pub async fn on_postgres<T, F>(name: &str, test: T)
where
    T: FnOnce(DatabaseConnection) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let maintenance = env::var("FABRICA_TEST_POSTGRES")
        .map_err(|_| "FABRICA_TEST_POSTGRES is neither a URL nor `off`")
        .unwrap();
    if maintenance == "off" {
        return;
    }
    let name = format!("fabrica_{name}_{}", std::process::id());
    let server = connect(&maintenance).await;
    run(
        &server,
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    run(&server, &format!("CREATE DATABASE {name}")).await;
    let (before, _) = maintenance.rsplit_once('/').unwrap();
    let database = connect(&format!("{before}/{name}")).await;

    let outcome = tokio::spawn(test(database)).await;
    run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(2);
    Database::connect(options).await.unwrap()
}

async fn run(server: &DatabaseConnection, statement: &str) {
    server.execute_unprepared(statement).await.unwrap();
}
