//! A shop and the simulator, each behind a real port, and a clock that is moved by hand.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use adapters::{
    ecpay::{Ecpay, EcpaySettings, check_mac, form_body},
    simulator::{FaultPlan, Simulator, SimulatorSettings, trade::Delivery},
};
use axum::{Router, body::Bytes, extract::State, http::Uri, routing::post};
use chrono::TimeDelta;
use domain::{
    base::{clock::ManualClock, entropy::SeededEntropy},
    ports::{Checkout, CheckoutForm, Gateway, Notice},
};
use entity::{
    id::PaymentId,
    money::{Currency, Money},
    payments::{NoticeKind, PaymentMethod},
    plans::BillingCycle,
};
use tokio::net::TcpListener;

/// What the shop received, and what it will answer.
#[derive(Default)]
pub struct Inbox {
    pub bodies: Vec<(String, Vec<u8>)>,
    pub answers: VecDeque<&'static str>,
}

pub struct World {
    pub simulator: Arc<Simulator>,
    pub ecpay: Ecpay,
    pub clock: Arc<ManualClock>,
    pub inbox: Arc<Mutex<Inbox>>,
    pub browser: reqwest::Client,
    pub url: String,
    pub settings: SimulatorSettings,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn receive(State(inbox): State<Arc<Mutex<Inbox>>>, uri: Uri, body: Bytes) -> &'static str {
    let mut inbox = inbox.lock().unwrap();
    inbox.bodies.push((uri.path().to_owned(), body.to_vec()));
    inbox.answers.pop_front().unwrap_or("1|OK")
}

impl World {
    /// A shop that answers `1|OK`, and a simulator that serves it.
    pub async fn new(name: &str) -> Self {
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let shop = Router::new()
            .route("/ecpay/notify", post(receive))
            .route("/ecpay/payment-info", post(receive))
            .route("/ecpay/period", post(receive))
            .with_state(Arc::clone(&inbox));
        let shop_url = serve(shop).await;
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("simulator-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        let mut shop_settings = EcpaySettings::simulator(&shop_url);
        let settings = SimulatorSettings {
            merchant_id: shop_settings.merchant_id.clone(),
            hash_key: shop_settings.hash_key.clone(),
            hash_iv: shop_settings.hash_iv.clone(),
            prefix: "/simulator".to_owned(),
            storage: folder.join("trades.json"),
            resend_after: Duration::from_secs(5),
            most_sends: 4,
        };
        let clock = Arc::new(ManualClock::at("2026-01-15T01:30:00Z".parse().unwrap()));
        let simulator = open(&settings, &clock);
        let router = fabrica::http::simulator::router(Arc::clone(&simulator));
        let url = serve(Router::new().nest("/simulator", router)).await;
        shop_settings.base_url = format!("{url}/simulator");
        let client = adapters::http::client().unwrap();
        Self {
            simulator,
            ecpay: Ecpay::new(shop_settings, client.clone()).unwrap(),
            clock,
            inbox,
            browser: client,
            url,
            settings,
            folder,
        }
    }

    /// The same simulator after its process died and came back.
    pub fn reopened(&self) -> Arc<Simulator> {
        open(&self.settings, &self.clock)
    }

    pub fn form(&self, number: &str, method: PaymentMethod) -> CheckoutForm {
        let checkout = Checkout {
            payment_id: PaymentId(uuid::Uuid::nil()),
            merchant_trade_no: number.to_owned(),
            method,
            amount: Money::new(1280, Currency::Twd),
            periodic: match method {
                PaymentMethod::CreditCardPeriodic => self.ecpay.periodic(BillingCycle::Monthly),
                _ => None,
            },
            items: vec!["咖啡豆 x 2".to_owned(), "Tom's <b>\"A+B\"</b>".to_owned()],
            created_at: "2026-01-15T01:30:00Z".parse().unwrap(),
            result_url: "https://shop.example/pay/result/pay_1".to_owned(),
        };
        self.ecpay.checkout_form(&checkout).unwrap()
    }

    /// Posts a form as a browser does.
    pub async fn post(&self, url: &str, fields: &[(String, String)]) -> (u16, String) {
        let response = self.browser.post(url).form(fields).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Posts the checkout form of a new trade.
    pub async fn check_out(&self, number: &str, method: PaymentMethod) -> String {
        let form = self.form(number, method);
        let (status, page) = self.post(&form.action, &form.fields).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    pub async fn pay_by_card(&self, number: &str, card: &str) -> String {
        let fields = [
            ("card_number", card),
            ("expiry", "12/27"),
            ("security_code", "222"),
            ("three_d_code", "1234"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let url = format!("{}/simulator/trades/{number}/card", self.url);
        self.post(&url, &fields).await.1
    }

    pub async fn pay_code(&self, number: &str) -> String {
        let url = format!("{}/simulator/trades/{number}/pay", self.url);
        self.post(&url, &[]).await.1
    }

    /// A card payment that succeeds, from checkout to the browser's return.
    pub async fn buy(&self, number: &str) {
        self.check_out(number, PaymentMethod::CreditCard).await;
        self.pay_by_card(number, "4311-9522-2222-2222").await;
    }

    /// Sets the fault plan through its address.
    pub async fn plan(&self, plan: &str) {
        let request = self
            .browser
            .post(format!("{}/simulator/control", self.url))
            .header("content-type", "application/json")
            .body(plan.to_owned());
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{plan}");
        let kept: FaultPlan = response.json().await.unwrap();
        assert_eq!(kept, serde_json::from_str(plan).unwrap());
    }

    /// Orders a charge through the control address; the contract as it is then.
    pub async fn charge(&self, order: &str) -> serde_json::Value {
        let request = self
            .browser
            .post(format!("{}/simulator/control", self.url))
            .header("content-type", "application/json")
            .body(format!(r#"{{"charge": {order}}}"#));
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{order}");
        response.json().await.unwrap()
    }

    pub fn will_answer(&self, answers: &[&'static str]) {
        self.inbox.lock().unwrap().answers.extend(answers);
    }

    /// Moves the clock, then lets every notice that is due go out once.
    pub async fn after_seconds(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
        self.simulator.deliver_due().await;
    }

    /// What came since the last look, with its path.
    pub fn received(&self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.inbox.lock().unwrap().bodies)
    }

    /// What came since the last look, read as the shop reads it.
    pub fn notices(&self) -> Vec<Notice> {
        self.received()
            .into_iter()
            .map(|(path, body)| {
                let kind = match path.as_str() {
                    "/ecpay/notify" => NoticeKind::Payment,
                    "/ecpay/period" => NoticeKind::Period,
                    _ => NoticeKind::PaymentInfo,
                };
                self.ecpay.read_notice(kind, &body).unwrap()
            })
            .collect()
    }

    /// The only notice that came since the last look.
    pub fn notice(&self) -> Notice {
        let mut notices = self.notices();
        assert_eq!(notices.len(), 1, "{notices:?}");
        notices.remove(0)
    }

    pub fn delivery(&self, number: &str) -> Delivery {
        let mut deliveries = self.simulator.deliveries(number);
        assert_eq!(deliveries.len(), 1, "{deliveries:?}");
        deliveries.remove(0)
    }

    /// Changes a signed form and signs it again.
    pub fn re_signed(&self, mut form: CheckoutForm, name: &str, value: &str) -> CheckoutForm {
        for field in form.fields.iter_mut().filter(|(known, _)| known == name) {
            value.clone_into(&mut field.1);
        }
        form.fields.retain(|(known, _)| known != check_mac::FIELD);
        let signature = check_mac::sign(
            &form.fields,
            &self.settings.hash_key,
            &self.settings.hash_iv,
        );
        form.fields.push((check_mac::FIELD.to_owned(), signature));
        form
    }
}

fn open(settings: &SimulatorSettings, clock: &Arc<ManualClock>) -> Arc<Simulator> {
    Simulator::open(
        settings.clone(),
        Arc::clone(clock) as _,
        Arc::new(SeededEntropy::new(7)),
        adapters::http::client().unwrap(),
    )
    .unwrap()
}

/// Where a page's first form goes and what it holds, as a browser reads it.
pub fn form_of(page: &str) -> (String, Vec<u8>) {
    let form = page.split_once("<form").unwrap().1;
    let form = form.split_once("</form>").unwrap().0;
    let action = attribute(form, "action");
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for input in form.split("<input").skip(1) {
        let input = input.split_once('>').unwrap().0;
        pairs.append_pair(&attribute(input, "name"), &attribute(input, "value"));
    }
    let body = pairs.finish().into_bytes();
    assert!(form_body::parse(&body).is_ok());
    (action, body)
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split_once(&format!(" {name}=\"")).unwrap().1;
    let value = value.split_once('"').unwrap().0;
    value
        .replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
