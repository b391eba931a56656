//! A PostgreSQL of a test's own, which it may stop, start and copy.

use std::{
    env, fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use sea_orm::{ConnectOptions, ConnectionTrait, DbBackend, Statement};

/// A server with one database. It is gone afterwards.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    pub url: String,
}

impl Cluster {
    /// One that makes a commit durable before it is answered, as a real one does.
    pub async fn start() -> Self {
        let cluster = Self::make(&["start"]);
        cluster
            .run("ALTER SYSTEM SET synchronous_commit = on")
            .await;
        cluster.run("SELECT pg_reload_conf()").await;
        cluster
    }

    /// A streaming standby of it.
    pub fn standby(&self) -> Self {
        Self::make(&["standby", &self.url])
    }

    fn make(arguments: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fabrica-it-pg-{}-{count}", std::process::id());
        let mut cluster = Self {
            directory: env::temp_dir().join(name),
            url: String::new(),
        };
        // The process id may have been somebody else's before.
        let _ = fs::remove_dir_all(&cluster.directory);
        cluster.url = cluster.script(arguments);
        cluster
    }

    /// Ends it as a power cut would, and keeps what it has.
    pub fn halt(&self) {
        self.script(&["halt"]);
    }

    /// Starts it again, where it was.
    pub fn start_again(&self) {
        assert_eq!(self.script(&["start"]), self.url);
    }

    /// Runs a statement that answers nothing of interest.
    pub async fn run(&self, statement: &str) {
        self.ask(statement, |_| ()).await;
    }

    /// Asks for one number.
    pub async fn number(&self, question: &str) -> i64 {
        self.ask(question, |row| {
            row.unwrap().try_get_by_index::<i64>(0).unwrap()
        })
        .await
    }

    async fn ask<T>(&self, text: &str, read: impl Fn(Option<sea_orm::QueryResult>) -> T) -> T {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(1).sqlx_logging(false);
        let connection = sea_orm::Database::connect(options).await.unwrap();
        let statement = Statement::from_string(DbBackend::Postgres, text);
        let answer = connection.query_one_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        read(answer)
    }

    fn script(&self, arguments: &[&str]) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres.sh");
        let output = Command::new(script)
            .args(arguments)
            .env("FABRICA_PG_DIR", &self.directory)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.script(&["stop"]);
    }
}
