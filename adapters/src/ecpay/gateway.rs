//! ECPay as a gateway.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::ports::{
    CardAnswer, CardInstruction, CardQuestion, CardReport, Checkout, CheckoutForm, ContractAnswer,
    ContractReport, Gateway, NotAccepted, NotRefundedHere, Notice, Periodic, TradeReport,
    Unanswered,
};
use entity::{
    money::Money,
    payments::{NoticeKind, PaymentMethod},
    plans::BillingCycle,
};

use super::{
    checkout_form, notice,
    period_action::{self, Action},
    period_query, periodic, query, refund,
    rejected::Rejected,
    settings::{BadSetting, EcpaySettings},
    signed_form::SignedForm,
};

/// Its name in our rows.
pub const NAME: &str = "ecpay";

/// ECPay.
#[derive(Debug)]
pub struct Ecpay {
    settings: EcpaySettings,
    client: reqwest::Client,
}

/// What a browser brought back from ECPay, for display only: the notice decides, never the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserReturn {
    /// Our number.
    pub merchant_trade_no: String,
    /// ECPay's code for how it went; `1` says paid.
    pub rtn_code: String,
}

impl Ecpay {
    /// ECPay under these settings, called through `client` (see [`crate::http::client`]).
    ///
    /// # Errors
    /// The first setting that cannot work.
    pub fn new(settings: EcpaySettings, client: reqwest::Client) -> Result<Self, BadSetting> {
        settings.check()?;
        Ok(Self { settings, client })
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &EcpaySettings {
        &self.settings
    }

    /// Reads the raw body that came to `/ecpay/notify`, `/ecpay/payment-info` or `/ecpay/period`.
    ///
    /// # Errors
    /// [`Rejected`], for the first reason found: body, signature, merchant, fields.
    pub fn read_notice(&self, kind: NoticeKind, body: &[u8]) -> Result<Notice, Rejected> {
        read(kind, SignedForm::open(body, &self.settings)?)
    }

    /// Reads a notice again from the fields that were stored after its signature was checked.
    ///
    /// # Errors
    /// [`Rejected::Malformed`] when the fields do not make a notice.
    pub fn reread_notice(
        kind: NoticeKind,
        fields: Vec<(String, String)>,
    ) -> Result<Notice, Rejected> {
        read(kind, SignedForm::stored(fields))
    }

    async fn act(
        &self,
        merchant_trade_no: &str,
        action: Action,
        now: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        period_action::act(&self.client, &self.settings, merchant_trade_no, action, now).await
    }

    /// Reads the raw body that a browser brought to `/ecpay/result` or `/ecpay/client-redirect`.
    ///
    /// # Errors
    /// [`Rejected`], for the first reason found.
    pub fn verify_result(&self, body: &[u8]) -> Result<BrowserReturn, Rejected> {
        let form = SignedForm::open(body, &self.settings)?;
        Ok(BrowserReturn {
            merchant_trade_no: form.require_filled("MerchantTradeNo")?.to_owned(),
            rtn_code: form.require_filled("RtnCode")?.to_owned(),
        })
    }
}

fn read(kind: NoticeKind, form: SignedForm) -> Result<Notice, Rejected> {
    match kind {
        NoticeKind::Payment => notice::read_payment(form),
        NoticeKind::PaymentInfo => notice::read_payment_info(form),
        NoticeKind::Period => notice::read_period(form),
    }
}

#[async_trait]
impl Gateway for Ecpay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, method: PaymentMethod, amount: Money) -> Result<(), NotAccepted> {
        checkout_form::accepts(&self.settings, method, amount)
    }

    fn checkout_form(&self, checkout: &Checkout) -> Result<CheckoutForm, NotAccepted> {
        checkout_form::checkout_form(&self.settings, checkout)
    }

    async fn query_trade(
        &self,
        merchant_trade_no: &str,
        now: DateTime<Utc>,
    ) -> Result<TradeReport, Unanswered> {
        query::query_trade(&self.client, &self.settings, merchant_trade_no, now).await
    }

    fn refunds_cards(&self) -> Result<(), NotRefundedHere> {
        refund::check_code(&self.settings).map(|_| ())
    }

    async fn card_state(&self, question: &CardQuestion) -> Result<CardReport, Unanswered> {
        refund::card_state(&self.client, &self.settings, question).await
    }

    async fn instruct_card(&self, instruction: &CardInstruction) -> Result<CardAnswer, Unanswered> {
        refund::instruct(&self.client, &self.settings, instruction).await
    }

    fn periodic(&self, cycle: BillingCycle) -> Option<Periodic> {
        periodic::contract(&self.settings, cycle)
    }

    async fn query_contract(
        &self,
        merchant_trade_no: &str,
        now: DateTime<Utc>,
    ) -> Result<ContractReport, Unanswered> {
        period_query::query_contract(&self.client, &self.settings, merchant_trade_no, now).await
    }

    async fn cancel_contract(
        &self,
        merchant_trade_no: &str,
        now: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        self.act(merchant_trade_no, Action::Cancel, now).await
    }

    async fn retry_contract(
        &self,
        merchant_trade_no: &str,
        now: DateTime<Utc>,
    ) -> Result<ContractAnswer, Unanswered> {
        self.act(merchant_trade_no, Action::ReAuth, now).await
    }
}
