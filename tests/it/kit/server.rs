//! The real program, as a process of its own.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_fabrica");

/// How long a debug build may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. It is killed when this goes.
#[derive(Debug)]
pub struct Server {
    child: Child,
}

/// Why a server did not come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It ended.
    Ended,
    /// It did not answer in time.
    Silent,
}

impl Server {
    /// Starts `fabrica serve` and waits until it says that it is ready.
    pub async fn start(
        http: &reqwest::Client,
        url: &str,
        settings: &[(String, String)],
        log: &Path,
    ) -> Result<Self, Failed> {
        let mut server = Self {
            child: command(settings, log).arg("serve").spawn().unwrap(),
        };
        let deadline = Instant::now() + PATIENCE;
        let ready = format!("{url}/health/ready");
        loop {
            if server.ended().is_some() {
                return Err(Failed::Ended);
            }
            let answer = http.get(&ready).timeout(Duration::from_secs(3)).send();
            if answer
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(server);
            }
            if Instant::now() > deadline {
                return Err(Failed::Silent);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM: please go.
    pub fn ask_to_go(&self) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// SIGKILL: no word of farewell.
    pub fn kill(mut self) {
        self.end();
    }

    /// How it ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait()
            && std::thread::panicking()
        {
            eprintln!("the server had ended by itself, or somebody ended it: {status}");
        }
        self.end();
    }
}

/// The program with these settings and no others, writing to the end of the log.
pub fn command(settings: &[(String, String)], log: &Path) -> Command {
    let log = File::options().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .envs(settings.iter().cloned())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    command
}

/// A loopback port that nobody listens on, below those that the system gives to outgoing connections, so
/// that it is still free when a server is started again on it.
pub fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    for _ in 0..1000 {
        let step = TRIED.fetch_add(1, Ordering::Relaxed);
        let spread = std::process::id()
            .wrapping_mul(7919)
            .wrapping_add(step * 13)
            % 9000;
        let port = 10_000 + u16::try_from(spread).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}

/// A directory that takes its files with it.
#[derive(Debug)]
pub struct Home(pub PathBuf);

impl Home {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fabrica-it-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // The process id may have been somebody else's before.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn log(&self) -> PathBuf {
        self.0.join("server.log")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
