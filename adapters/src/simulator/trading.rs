//! What becomes of trades, and which notices follow. Nothing here waits.

use chrono::{DateTime, TimeDelta, Utc};
use domain::base::clock::taipei;

use super::{
    card_ledger::CardLedger,
    charging,
    checkout::CheckoutForm,
    faults::{FaultPlan, Reorder},
    notices::{self, PaymentResult},
    sender::set,
    store::State,
    trade::{Code, Delivery, DeliveryState, Method, NoticeKind, Status, Trade},
};

/// Makes a trade of a form, and tells the shop of its code.
pub fn open(
    state: &mut State,
    form: CheckoutForm,
    code: Option<Code>,
    merchant_id: &str,
    now: DateTime<Utc>,
) -> Trade {
    let trade = Trade {
        trade_no: format!(
            "{}{:04}",
            now.with_timezone(&taipei()).format("%y%m%d%H%M%S"),
            state.next_number() % 10_000
        ),
        code,
        contract: form.contract,
        merchant_trade_no: form.merchant_trade_no,
        method: form.method,
        amount: form.amount,
        form: form.fields,
        created_at: now,
        status: Status::Unpaid,
        card: None,
    };
    if let Some(code) = &trade.code
        && !trade.field("PaymentInfoURL").is_empty()
    {
        let faults = state.faults.take();
        let notice = Notice {
            kind: NoticeKind::PaymentInfo,
            fields: notices::payment_info(&trade, merchant_id, code),
            is_held: faults.reorder == Some(Reorder::PaymentFirst),
            after: None,
        };
        enqueue(state, &trade, notice, faults, now);
    }
    remember(state, &trade);
    trade
}

/// Ends an unpaid trade, and tells the shop. By the fault plan it may stay unpaid.
pub fn settle(
    state: &mut State,
    mut trade: Trade,
    pays: bool,
    merchant_id: &str,
    now: DateTime<Utc>,
) -> (Trade, PaymentResult) {
    let faults = state.faults.take();
    let (result, status) = match (pays, faults.simulate_paid) {
        (false, _) => (PaymentResult::Declined, Status::Failed(now)),
        (true, true) => (PaymentResult::Simulated, Status::Unpaid),
        (true, false) => (PaymentResult::Paid, Status::Paid(now)),
    };
    trade.status = status;
    if trade.method == Method::Credit && result == PaymentResult::Paid {
        // Eight digits, as ECPay's are.
        let number = 11_000_000 + state.next_number();
        trade.card = Some(CardLedger::new(number, trade.amount, now));
    }
    if result == PaymentResult::Paid {
        charging::begin(state, &mut trade, now);
    }
    remember(state, &trade);
    let about = |result, is_held| Notice {
        kind: NoticeKind::Payment,
        fields: notices::payment(&trade, merchant_id, result, now),
        is_held,
        after: None,
    };
    let mut notice = about(result, false);
    if let Some(amount) = faults.amount {
        set(&mut notice.fields, "TradeAmt", &amount.to_string());
    }
    let fails_later = faults.reorder == Some(Reorder::LateFailure) && result == PaymentResult::Paid;
    enqueue(state, &trade, notice, faults, now);
    if fails_later {
        let late = about(PaymentResult::Declined, true);
        enqueue(state, &trade, late, FaultPlan::default(), now);
    }
    (trade, result)
}

/// How a trade ended, and when; `None` while it has not.
#[must_use]
pub const fn result_of(status: Status) -> Option<(PaymentResult, DateTime<Utc>)> {
    match status {
        Status::Unpaid => None,
        Status::Paid(at) => Some((PaymentResult::Paid, at)),
        Status::Failed(at) => Some((PaymentResult::Declined, at)),
    }
}

pub(super) struct Notice {
    pub(super) kind: NoticeKind,
    pub(super) fields: Vec<(String, String)>,
    pub(super) is_held: bool,
    pub(super) after: Option<u64>,
}

pub(super) fn remember(state: &mut State, trade: &Trade) {
    let number = trade.merchant_trade_no.clone();
    state.trades.insert(number, trade.clone());
}

/// Puts a notice on its way; its number.
pub(super) fn enqueue(
    state: &mut State,
    trade: &Trade,
    notice: Notice,
    faults: FaultPlan,
    now: DateTime<Utc>,
) -> u64 {
    let url = match notice.kind {
        NoticeKind::Payment => "ReturnURL",
        NoticeKind::PaymentInfo => "PaymentInfoURL",
        NoticeKind::Period => "PeriodReturnURL",
    };
    let id = state.next_number();
    state.deliveries.push(Delivery {
        id,
        merchant_trade_no: trade.merchant_trade_no.clone(),
        kind: notice.kind,
        url: trade.field(url).to_owned(),
        fields: notice.fields,
        is_held: notice.is_held,
        after: notice.after,
        sends: 0,
        due_at: now + TimeDelta::milliseconds(i64::from(faults.delay_ms)),
        state: if faults.lose {
            DeliveryState::Lost
        } else {
            DeliveryState::Waiting
        },
        faults,
        last_answer: String::new(),
    });
    id
}
