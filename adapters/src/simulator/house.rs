//! The simulator: what a shopper, a shop and a developer can do with it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::base::{clock::Clock, entropy::Entropy};
use tokio::sync::Notify;

use super::{
    cards::{self, TypedCard},
    charging::{self, ChargeOrder},
    checkout::{self, Refusal},
    codes,
    contract::Contract,
    credit_detail,
    faults::FaultPlan,
    notices::{self, PaymentResult},
    pages::{Page, Pages},
    period_query::{self, ActionOutcome},
    query,
    settings::SimulatorSettings,
    store::{OpenError, Store},
    trade::{Delivery, Status, Trade},
    trading,
};
use crate::ecpay::{check_mac, form_body};

/// ECPay's checkout, played by ourselves.
pub struct Simulator {
    pub(super) settings: SimulatorSettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) client: reqwest::Client,
    pub(super) store: Store,
    pub(super) wake: Notify,
    entropy: Arc<dyn Entropy>,
    pages: Pages,
}

impl Simulator {
    /// Opens the simulator with what it remembers. Nothing is sent before [`Simulator::run`].
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn open(
        settings: SimulatorSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        client: reqwest::Client,
    ) -> Result<Arc<Self>, OpenError> {
        Ok(Arc::new(Self {
            store: Store::open(settings.storage.clone())?,
            pages: Pages::new(&settings.prefix),
            settings,
            clock,
            entropy,
            client,
            wake: Notify::new(),
        }))
    }

    /// The checkout: takes the raw form, and answers the page for the card or with the code.
    pub fn checkout(&self, body: &[u8]) -> Page {
        match self.admit(body) {
            Ok(trade) => {
                self.wake.notify_one();
                self.page_of(&trade, None)
            }
            Err((refusal, way_back)) => self.pages.refusal(&refusal, &way_back),
        }
    }

    /// The card form was filled in. A second click changes nothing.
    pub fn pay_by_card(&self, number: &str, body: &[u8]) -> Page {
        let fields: BTreeMap<_, _> = form_body::parse(body)
            .unwrap_or_default()
            .into_iter()
            .collect();
        let get = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let card = TypedCard {
            number: get("card_number"),
            expiry: get("expiry"),
            security_code: get("security_code"),
            three_d_code: get("three_d_code"),
        };
        let pays = cards::pays(&card, self.clock.now());
        self.settle(number, pays, |trade| trade.code.is_none())
    }

    /// The code was paid at a machine or till. A second click changes nothing.
    pub fn pay_code(&self, number: &str) -> Page {
        let now = self.clock.now();
        self.settle(number, true, |trade| {
            trade
                .code
                .as_ref()
                .is_some_and(|code| now <= code.expires_at)
        })
    }

    /// A trade as it stands; `card` fills the card form in.
    pub fn show(&self, number: &str, card: Option<&str>) -> Page {
        match self.trade(number) {
            Some(trade) => self.page_of(&trade, card),
            None => self.not_found(),
        }
    }

    /// Every trade with its notices, newest first.
    pub fn list(&self) -> Page {
        self.store.read(|state| self.pages.list(state))
    }

    /// Answers `QueryTradeInfo`.
    pub fn query(&self, body: &[u8]) -> String {
        match query::read(body, &self.settings, self.clock.now()) {
            Ok(number) => query::report(&self.settings, &number, self.trade(&number).as_ref()),
            Err(answer) => answer,
        }
    }

    /// Answers `CreditDetail/DoAction`; `None` when the answer is lost on the way.
    pub fn act_on_card(&self, body: &[u8]) -> Option<String> {
        let now = self.clock.now();
        self.store
            .change(|state| credit_detail::act(state, body, &self.settings, now))
    }

    /// Answers `CreditDetail/QueryTrade/V2`; `None` when the answer is lost on the way.
    pub fn query_card(&self, body: &[u8]) -> Option<String> {
        let now = self.clock.now();
        self.store
            .change(|state| credit_detail::report(state, body, &self.settings, now))
    }

    /// Answers `QueryCreditCardPeriodInfo`.
    pub fn query_contract(&self, body: &[u8]) -> String {
        match query::read(body, &self.settings, self.clock.now()) {
            Ok(number) => {
                period_query::report(&self.settings, &number, self.trade(&number).as_ref())
            }
            Err(answer) => answer,
        }
    }

    /// Answers `CreditCardPeriodAction`, after doing it.
    pub fn act_on_contract(&self, body: &[u8]) -> String {
        let now = self.clock.now();
        let number = match query::read(body, &self.settings, now) {
            Ok(number) => number,
            Err(answer) => return answer,
        };
        let fields = form_body::parse(body).unwrap_or_default();
        let is = |action: &str| {
            fields
                .iter()
                .any(|(name, value)| name == "Action" && value == action)
        };
        let merchant_id = &self.settings.merchant_id;
        let is_known = self
            .trade(&number)
            .is_some_and(|trade| trade.contract.is_some());
        let is_done = self.store.change(|state| {
            (is("Cancel") && charging::cancel(state, &number))
                || (is("ReAuth") && charging::retry(state, &number, merchant_id, now))
        });
        self.wake.notify_one();
        let outcome = match (is_known, is_done) {
            (false, _) => ActionOutcome::Unknown,
            (true, false) => ActionOutcome::Refused,
            (true, true) => ActionOutcome::Done,
        };
        period_query::action_answer(&self.settings, &number, outcome)
    }

    /// Charges a card now that has a contract, as a developer ordered; the contract as it is then. `None` when
    /// there is none that could be charged.
    pub fn charge(&self, order: &ChargeOrder) -> Option<Contract> {
        let (merchant_id, now) = (&self.settings.merchant_id, self.clock.now());
        let contract = self
            .store
            .change(|state| charging::carry_out(state, order, merchant_id, now));
        self.wake.notify_one();
        contract
    }

    /// What goes wrong next.
    pub fn faults(&self) -> FaultPlan {
        self.store.read(|state| state.faults.clone())
    }

    /// Sets what goes wrong next, and moves the card payments that the plan names. Notices that are on their way
    /// keep their faults.
    pub fn set_faults(&self, mut faults: FaultPlan) {
        let now = self.clock.now();
        self.store.change(|state| {
            for (number, to) in std::mem::take(&mut faults.card_states) {
                let trade = state.trades.get_mut(&number);
                if let Some(card) = trade.and_then(|trade| trade.card.as_mut()) {
                    card.move_to(to, now);
                }
            }
            state.faults = faults;
        });
    }

    /// A trade, when its form was taken.
    pub fn trade(&self, number: &str) -> Option<Trade> {
        self.store.read(|state| state.trades.get(number).cloned())
    }

    /// The notices about a trade, oldest first.
    pub fn deliveries(&self, number: &str) -> Vec<Delivery> {
        self.store.read(|state| {
            state
                .deliveries
                .iter()
                .filter(|delivery| delivery.merchant_trade_no == number)
                .cloned()
                .collect()
        })
    }

    pub(super) fn sign(&self, fields: &[(String, String)]) -> String {
        check_mac::sign(fields, &self.settings.hash_key, &self.settings.hash_iv)
    }

    /// Takes a form, or says why not, with the way back to a shop that signed it.
    fn admit(&self, body: &[u8]) -> Result<Trade, (Refusal, String)> {
        let fields =
            checkout::open(body, &self.settings).map_err(|refusal| (refusal, String::new()))?;
        let way_back = fields.get("ClientBackURL").cloned().unwrap_or_default();
        let number = fields.get("MerchantTradeNo").cloned().unwrap_or_default();
        if !checkout::is_trade_number(&number) {
            let rule = "MerchantTradeNo must have 1 to 20 letters and digits";
            return Err((checkout::refusal("", rule), way_back));
        }
        // Used up from here on, whatever else is wrong with the form.
        if !self.store.change(|state| state.used_numbers.insert(number)) {
            let refusal = checkout::refusal("10300028", "MerchantTradeNo was used before");
            return Err((refusal, way_back));
        }
        let form = checkout::read(fields).map_err(|refusal| (refusal, way_back))?;
        let now = self.clock.now();
        let (method, lifetime) = (form.method, form.lifetime);
        let code = codes::issue(method, form.amount, lifetime, now, self.entropy.as_ref());
        let merchant_id = &self.settings.merchant_id;
        Ok(self
            .store
            .change(|state| trading::open(state, form, code, merchant_id, now)))
    }

    fn settle(&self, number: &str, pays: bool, may: impl Fn(&Trade) -> bool) -> Page {
        let settled = self.store.change(|state| {
            let trade = state.trades.get(number)?.clone();
            if trade.status == Status::Unpaid && may(&trade) {
                let merchant_id = &self.settings.merchant_id;
                let now = self.clock.now();
                let (trade, result) = trading::settle(state, trade, pays, merchant_id, now);
                Some((trade, Some((result, now))))
            } else {
                let result = trading::result_of(trade.status);
                Some((trade, result))
            }
        });
        self.wake.notify_one();
        match settled {
            None => self.not_found(),
            Some((trade, Some((result, at)))) if !trade.field("OrderResultURL").is_empty() => {
                self.return_page(&trade, result, at)
            }
            Some((trade, _)) => self.page_of(&trade, None),
        }
    }

    fn page_of(&self, trade: &Trade, card: Option<&str>) -> Page {
        match (trade.status, &trade.code, trading::result_of(trade.status)) {
            (Status::Unpaid, None, _) => self.pages.card(trade, card, self.clock.now()),
            (_, None, Some((result, at))) if !trade.field("OrderResultURL").is_empty() => {
                self.return_page(trade, result, at)
            }
            (_, None, _) => self.pages.outcome(trade, None),
            (Status::Unpaid, Some(code), _) => {
                let way_back = self.client_redirect(trade);
                let is_over = self.clock.now() > code.expires_at;
                self.pages.code(trade, code, is_over, way_back.as_deref())
            }
            (_, Some(_), _) => {
                let way_back = self.client_redirect(trade);
                self.pages.outcome(trade, way_back.as_deref())
            }
        }
    }

    /// What the browser brings to `ClientRedirectURL`; `None` when the shop named none.
    fn client_redirect(&self, trade: &Trade) -> Option<Vec<(String, String)>> {
        let code = trade.code.as_ref()?;
        if trade.field("ClientRedirectURL").is_empty() {
            return None;
        }
        let fields = notices::payment_info(trade, &self.settings.merchant_id, code);
        Some(self.signed(fields))
    }

    fn return_page(&self, trade: &Trade, result: PaymentResult, at: DateTime<Utc>) -> Page {
        let fields = notices::payment(trade, &self.settings.merchant_id, result, at);
        let url = trade.field("OrderResultURL");
        self.pages.back_to_shop(url, &self.signed(fields))
    }

    fn signed(&self, mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
        let signature = self.sign(&fields);
        fields.push((check_mac::FIELD.to_owned(), signature));
        fields
    }

    fn not_found(&self) -> Page {
        let mut page = self
            .pages
            .refusal(&checkout::refusal("10200047", "There is no such trade"), "");
        page.status = 404;
        page
    }
}
