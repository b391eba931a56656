//! The cluster of `scripts/cluster.sh`, for one test.

use std::{fs, process::Stdio};

use crate::{
    house::sources::root,
    kit::server::{Home, PROGRAM},
};

/// A running cluster. It ends when this goes.
pub struct Cluster {
    pub url: String,
    home: Home,
}

impl Cluster {
    /// Starts it with these settings besides the usual ones.
    pub async fn up(settings: &[&str]) -> Self {
        let mut cluster = Self {
            url: String::new(),
            home: Home::new(),
        };
        let mut words = vec!["up"];
        words.extend(settings);
        cluster.url = cluster.run(&words).await;
        cluster
    }

    /// The address of its database.
    pub async fn database(&self) -> String {
        self.run(&["database"]).await
    }

    /// SIGKILL for this server, and a new start.
    pub async fn crash(&self, server: &str) {
        self.run(&["kill", server]).await;
        self.run(&["start", server]).await;
    }

    /// SIGTERM for this server; it is gone afterwards.
    pub async fn stop(&self, server: &str) {
        self.run(&["stop", server]).await;
    }

    /// Starts this server; the proxy sends it requests afterwards.
    pub async fn start(&self, server: &str) {
        self.run(&["start", server]).await;
    }

    /// `postgres` or `redis` goes as in a crash, and comes back.
    pub async fn restart(&self, what: &str) {
        self.run(&["restart", what]).await;
    }

    /// Everything that the servers logged.
    pub fn logs(&self) -> String {
        let logs = ["1", "2", "3"].map(|number| {
            let path = self.home.0.join(format!("server{number}.log"));
            fs::read(path).unwrap_or_default()
        });
        String::from_utf8_lossy(&logs.concat()).into_owned()
    }

    async fn run(&self, words: &[&str]) -> String {
        let mut command = tokio::process::Command::new(root().join("scripts/cluster.sh"));
        command
            .args(words)
            .env("FABRICA_CLUSTER_DIR", &self.home.0)
            .env("FABRICA_PROGRAM", PROGRAM)
            .stdin(Stdio::null());
        let done = command.output().await.unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "cluster.sh {words:?}: {said}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let logs = self.logs();
            let lines: Vec<&str> = logs.lines().collect();
            let last = &lines[lines.len().saturating_sub(200)..];
            eprintln!("--- the servers' last words\n{}\n--- end", last.join("\n"));
        }
        let ended = std::process::Command::new(root().join("scripts/cluster.sh"))
            .arg("down")
            .env("FABRICA_CLUSTER_DIR", &self.home.0)
            .status();
        if !ended.is_ok_and(|status| status.success()) {
            eprintln!("the cluster was not ended in order");
        }
    }
}
