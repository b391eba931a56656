//! A gateway that remembers what it was asked and answers what the test says.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use super::cards::Cards;
use chrono::{DateTime, Utc};
use domain::base::fault;
use domain::ports::{
    CardAnswer, CardInstruction, CardQuestion, CardReport, Checkout, CheckoutForm, ContractAnswer,
    ContractReport, Gateway, NotAccepted, NotRefundedHere, Periodic, TradeReport, TradeState,
    Unanswered,
};
use entity::{
    money::{Currency, Money},
    payments::{PaymentMethod, PeriodUnit},
    plans::BillingCycle,
};

/// Takes every method and amount, until it is told otherwise. It knows no trade until it is told of one.
#[derive(Default)]
pub struct RecordedGateway {
    answers: Mutex<HashMap<String, TradeReport>>,
    refusal: Mutex<Option<NotAccepted>>,
    is_silent: Mutex<bool>,
    checkouts: Mutex<Vec<Checkout>>,
    queries: Mutex<Vec<String>>,
    pub cards: Cards,
    contracts: Mutex<HashMap<String, ContractReport>>,
    refuses_to_cancel: Mutex<bool>,
    cancelled: Mutex<Vec<String>>,
    retried: Mutex<Vec<String>>,
}

impl RecordedGateway {
    /// From now on a query for this trade is answered so.
    pub fn answers(&self, merchant_trade_no: &str, report: TradeReport) {
        lock(&self.answers).insert(merchant_trade_no.to_owned(), report);
    }

    /// From now on nothing is accepted, for this reason; `None` accepts all again.
    pub fn refuses(&self, reason: Option<NotAccepted>) {
        *lock(&self.refusal) = reason;
    }

    /// From now on queries get no usable answer, or do again.
    pub fn falls_silent(&self, is_silent: bool) {
        *lock(&self.is_silent) = is_silent;
    }

    /// From now on a query for this contract is answered so.
    pub fn keeps_contract(&self, merchant_trade_no: &str, report: ContractReport) {
        lock(&self.contracts).insert(merchant_trade_no.to_owned(), report);
    }

    /// From now on contracts are not ended when we say so, or are again.
    pub fn refuses_to_cancel(&self, refuses: bool) {
        *lock(&self.refuses_to_cancel) = refuses;
    }

    /// Every contract that was ended at our word, oldest first.
    pub fn cancelled(&self) -> Vec<String> {
        lock(&self.cancelled).clone()
    }

    /// Every contract whose charge was tried again at our word, answered or not, oldest first.
    pub fn retried(&self) -> Vec<String> {
        lock(&self.retried).clone()
    }

    /// Every checkout that a form was made for, oldest first.
    pub fn checkouts(&self) -> Vec<Checkout> {
        lock(&self.checkouts).clone()
    }

    /// Every number that was asked about, oldest first.
    pub fn queries(&self) -> Vec<String> {
        lock(&self.queries).clone()
    }
}

#[async_trait::async_trait]
impl Gateway for RecordedGateway {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn accepts(&self, _: PaymentMethod, _: Money) -> Result<(), NotAccepted> {
        lock(&self.refusal).clone().map_or(Ok(()), Err)
    }

    fn checkout_form(&self, checkout: &Checkout) -> Result<CheckoutForm, NotAccepted> {
        self.accepts(checkout.method, checkout.amount)?;
        lock(&self.checkouts).push(checkout.clone());
        Ok(CheckoutForm {
            action: "https://gateway.example/checkout".to_owned(),
            fields: vec![
                (
                    "MerchantTradeNo".to_owned(),
                    checkout.merchant_trade_no.clone(),
                ),
                ("TotalAmount".to_owned(), checkout.amount.to_decimal()),
            ],
        })
    }

    async fn query_trade(
        &self,
        merchant_trade_no: &str,
        _: DateTime<Utc>,
    ) -> Result<TradeReport, Unanswered> {
        fault::point("call");
        lock(&self.queries).push(merchant_trade_no.to_owned());
        fault::point("answered");
        if *lock(&self.is_silent) {
            return Err(Unanswered("the test says so".to_owned()));
        }
        let known = lock(&self.answers).get(merchant_trade_no).cloned();
        Ok(known.unwrap_or_else(|| TradeReport {
            state: TradeState::NotFound,
            gateway_trade_no: String::new(),
            gateway_method: String::new(),
            amount: Money {
                minor: 0,
                currency: Currency::Twd,
            },
            fee: None,
            card: None,
        }))
    }

    fn refunds_cards(&self) -> Result<(), NotRefundedHere> {
        self.cards.offered()
    }

    async fn card_state(&self, question: &CardQuestion) -> Result<CardReport, Unanswered> {
        fault::point("call");
        let report = self.cards.report(&question.authorization_no);
        fault::point("answered");
        report
    }

    async fn instruct_card(&self, instruction: &CardInstruction) -> Result<CardAnswer, Unanswered> {
        fault::point("call");
        let answer = self.cards.obey(instruction);
        fault::point("answered");
        answer
    }

    fn periodic(&self, cycle: BillingCycle) -> Option<Periodic> {
        let (unit, every) = match cycle {
            BillingCycle::Weekly => (PeriodUnit::Day, 7),
            BillingCycle::Monthly => (PeriodUnit::Month, 1),
            BillingCycle::Quarterly => (PeriodUnit::Month, 3),
            BillingCycle::Yearly => (PeriodUnit::Year, 1),
            BillingCycle::OneTime => return None,
        };
        Some(Periodic {
            unit,
            every,
            times: 99,
        })
    }

    async fn query_contract(
        &self,
        merchant_trade_no: &str,
        _: DateTime<Utc>,
    ) -> Result<ContractReport, Unanswered> {
        lock(&self.queries).push(merchant_trade_no.to_owned());
        let known = lock(&self.contracts).get(merchant_trade_no).cloned();
        known
            .filter(|_| !*lock(&self.is_silent))
            .ok_or_else(|| Unanswered("the test says so".to_owned()))
    }

    async fn cancel_contract(
        &self,
        merchant_trade_no: &str,
        _: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        if *lock(&self.is_silent) {
            return Err(Unanswered("the test says so".to_owned()));
        }
        if *lock(&self.refuses_to_cancel) {
            let code = "10100141".to_owned();
            return Ok(ContractAnswer::Refused { code });
        }
        lock(&self.cancelled).push(merchant_trade_no.to_owned());
        Ok(ContractAnswer::Done)
    }

    async fn retry_contract(
        &self,
        merchant_trade_no: &str,
        _: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        lock(&self.retried).push(merchant_trade_no.to_owned());
        if *lock(&self.is_silent) {
            return Err(Unanswered("the test says so".to_owned()));
        }
        Ok(ContractAnswer::Done)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
