//! A Redis: the one that all tests share, or one of a test's own that it may kill.

use std::{
    env,
    process::{Child, Command, Stdio},
};

use super::{server::free_port, wait::eventually};

/// The Redis that all tests share. Shops do not meet there, because each has a secret of its own.
pub fn shared() -> String {
    env::var("FABRICA_TEST_REDIS").unwrap_or_else(|_| {
        panic!(
            "FABRICA_TEST_REDIS is not set, so this cannot run: say `make test`, or set it to what \
             `scripts/redis.sh start` prints"
        )
    })
}

/// A Redis of a test's own.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    child: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let mut redis = Self {
            port: free_port(),
            child: None,
        };
        redis.start_again().await;
        redis
    }

    /// Starts it on the port that it had, without anything that it knew.
    pub async fn start_again(&mut self) {
        let port = self.port.to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        let address = ("127.0.0.1", self.port);
        eventually("Redis listens", async || {
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The names of what it keeps.
    pub fn keys(&self) -> Vec<String> {
        let port = self.port.to_string();
        let mut asked = Command::new("redis-cli");
        let said = asked.args(["-p", &port, "KEYS", "*"]);
        let said = said.output().unwrap().stdout;
        let lines = String::from_utf8(said).unwrap();
        lines.lines().map(ToOwned::to_owned).collect()
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
