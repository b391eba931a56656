//! A scenario: one shop of its own, on one engine, and the books checked afterwards.

use std::{fs, panic::AssertUnwindSafe};

use adapters::mail::{Kept, KeptMail, Mailbox};
use futures_util::FutureExt;

use super::{
    client::Client,
    database::Database,
    invariants,
    live::Live,
    server::{Failed, Home, Server, command, free_port},
    templates,
    wait::eventually,
};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of each scenario: `name::on_sqlite` and `name::on_postgres`.
macro_rules! both_engines {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            use crate::kit::{Engine, run};

            #[tokio::test]
            async fn on_sqlite() {
                run(Engine::Sqlite, &[], super::$scenario).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                run(Engine::Postgres, &[], super::$scenario).await;
            }
        }
    )+};
}
pub(crate) use both_engines;

/// A running shop with the demo accounts and plans.
#[derive(Debug)]
pub struct Shop {
    pub url: String,
    pub database: Database,
    pub http: reqwest::Client,
    server: Option<Server>,
    settings: Vec<(String, String)>,
    home: std::path::PathBuf,
}

/// Another server of a shop. It is killed when this goes.
#[derive(Debug)]
pub struct Replica {
    pub url: String,
    _server: Server,
}

/// Runs a scenario against a shop with these settings besides the usual ones. Whatever it says, everything is
/// gone afterwards; when it fails, the server's log is printed, and when it does not, the books must be right.
pub async fn run<F>(engine: Engine, settings: &[(&str, &str)], scenario: impl FnOnce(Shop) -> F)
where
    F: Future<Output = ()>,
{
    let home = Home::new();
    let name = home
        .0
        .file_name()
        .unwrap()
        .to_string_lossy()
        .replace('-', "_");
    let url = match engine {
        Engine::Sqlite => {
            let file = home.0.join("shop.db");
            templates::copy_sqlite(&file).await;
            format!("sqlite://{}?mode=rwc", file.display())
        }
        Engine::Postgres => templates::copy_postgres(&name).await,
    };
    let outcome = AssertUnwindSafe(run_on(&home, &url, settings, scenario))
        .catch_unwind()
        .await;
    if engine == Engine::Postgres {
        templates::drop_postgres(&name).await;
    }
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

/// The same on a database that is there already, with the demo accounts and plans in it.
pub async fn run_on<F>(
    home: &Home,
    url: &str,
    settings: &[(&str, &str)],
    scenario: impl FnOnce(Shop) -> F,
) where
    F: Future<Output = ()>,
{
    let database = Database::open(url).await;
    let everything = async {
        let shop = Shop::open(home, url, database.clone(), settings).await;
        scenario(shop).await;
        invariants::hold(&database).await;
    };
    let outcome = AssertUnwindSafe(everything).catch_unwind().await;
    if outcome.is_err() {
        let log = fs::read(home.log()).unwrap_or_default();
        eprintln!(
            "--- the server's log\n{}--- end",
            String::from_utf8_lossy(&log)
        );
    }
    database.close().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

impl Shop {
    async fn open(home: &Home, url: &str, database: Database, settings: &[(&str, &str)]) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut shop = Self {
            url: String::new(),
            database,
            http,
            server: None,
            settings: Vec::new(),
            home: home.0.clone(),
        };
        // Another test may take the port between our look and the server's.
        for _ in 0..5 {
            shop.settle_on(free_port(), url, settings);
            match shop.try_start().await {
                Ok(()) => return shop,
                Err(Failed::Ended) if shop.log().contains("Address already in use") => {}
                Err(failed) => panic!("the server did not start: {failed:?}"),
            }
        }
        panic!("no port stayed free");
    }

    fn settle_on(&mut self, port: u16, database_url: &str, settings: &[(&str, &str)]) {
        self.url = format!("http://127.0.0.1:{port}");
        let listen = format!("127.0.0.1:{port}");
        let home = self.home.display().to_string();
        let usual = [
            ("FABRICA_LISTEN", listen.as_str()),
            ("FABRICA_DATA_DIR", home.as_str()),
            ("DATABASE_URL", database_url),
            ("FABRICA_SIMULATOR_RESEND_SECONDS", "1"),
            (
                "FABRICA_LOG",
                "info,fabrica=debug,domain=debug,adapters=debug",
            ),
            ("FABRICA_SELLER_NAME", "綠野軟體股份有限公司"),
            ("FABRICA_SELLER_TAX_ID", "12345675"),
            ("RUST_BACKTRACE", "1"),
        ];
        self.settings = usual
            .iter()
            .filter(|(name, _)| settings.iter().all(|(other, _)| other != name))
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
    }

    async fn try_start(&mut self) -> Result<(), Failed> {
        let log = self.home.join("server.log");
        self.server = Some(Server::start(&self.http, &self.url, &self.settings, &log).await?);
        Ok(())
    }

    /// Starts the server again, on what it left behind.
    pub async fn start(&mut self) {
        if let Err(failed) = self.try_start().await {
            panic!("the server did not start again: {failed:?}");
        }
    }

    /// Another server on the same database, under the same keys.
    pub async fn replica(&self) -> Replica {
        let home = self.home.join("replica");
        fs::create_dir(&home).unwrap();
        for key in ["secret.key", "signing.key"] {
            fs::copy(self.home.join(key), home.join(key)).unwrap();
        }
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let own = [
            ("FABRICA_LISTEN", format!("127.0.0.1:{port}")),
            ("FABRICA_PUBLIC_URL", self.url.clone()),
            ("FABRICA_DATA_DIR", home.display().to_string()),
        ];
        let is_own = |name: &str| own.iter().any(|(own, _)| *own == name);
        let same = (self.settings.iter())
            .filter(|(name, _)| !is_own(name))
            .cloned();
        let own = own.iter().cloned();
        let settings: Vec<_> = same
            .chain(own.map(|(name, value)| (name.to_owned(), value)))
            .collect();
        let log = self.home.join("server.log");
        let server = Server::start(&self.http, &url, &settings, &log).await;
        Replica {
            url,
            _server: server.unwrap(),
        }
    }

    /// Kills the server without a word.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// The running process.
    pub fn server(&mut self) -> &mut Server {
        self.server.as_mut().unwrap()
    }

    /// Runs another command of the program with the same settings; its exit code and what it said.
    pub fn run_command(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let log = self.home.join("command.log");
        let _ = fs::remove_file(&log);
        let status = command(&self.settings, &log).args(arguments).status();
        (status.unwrap().code(), fs::read_to_string(log).unwrap())
    }

    /// Everything that the server logged so far.
    pub fn log(&self) -> String {
        let log = fs::read(self.home.join("server.log")).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The text of a file in the data directory.
    pub fn file(&self, name: &str) -> String {
        fs::read_to_string(self.home.join(name)).unwrap()
    }

    /// The mails in the folder, newest first.
    pub fn mails(&self) -> Vec<Kept> {
        self.mailbox().list().unwrap()
    }

    /// Waits for a mail to this address whose subject has these words.
    pub async fn mail_to(&self, address: &str, words: &str) -> KeptMail {
        eventually(&format!("{address} gets {words}"), async || {
            let mut mails = self.mails().into_iter();
            let found =
                mails.find(|mail| mail.to.contains(address) && mail.subject.contains(words));
            self.mailbox().open(found?.id)
        })
        .await
    }

    fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.home.join("mail"))
    }

    /// What the server at `url` says of its parts.
    pub async fn parts(&self, url: &str) -> serde_json::Value {
        let answer = self.http.get(format!("{url}/health/detailed")).send().await;
        let answer: serde_json::Value = answer.unwrap().json().await.unwrap();
        answer["parts"].clone()
    }

    /// Somebody who is not logged in.
    pub fn guest(&self) -> Client {
        Client::new(self.http.clone(), self.url.clone())
    }

    /// Mei, a customer.
    pub async fn mei(&self) -> Client {
        self.demo("mei").await
    }

    /// One of the demo accounts: `mei`, `staff` or `admin`.
    pub async fn demo(&self, name: &str) -> Client {
        let guest = self.guest();
        guest
            .log_in(&format!("{name}@demo.example"), DEMO_PASSWORD)
            .await
    }

    /// A new customer.
    pub async fn newcomer(&self, username: &str) -> Client {
        self.guest().register(username).await
    }

    /// Sets what goes wrong at the gateway next.
    pub async fn plan_faults(&self, plan: serde_json::Value) {
        let request = self.http.post(format!("{}/simulator/control", self.url));
        let answer = request.json(&plan).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{plan}");
    }

    /// Posts a form to an address of the shop, as the gateway does; the status and the body.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A socket of this person, ready for subscriptions.
    pub async fn live(&self, client: &Client) -> Live {
        Live::connect(&self.url, client.token()).await
    }
}

/// The password of every demo account.
pub const DEMO_PASSWORD: &str = "fabrica-demo-2026";
