//! A card that the gateway charges again for every period: what comes in order, twice, the wrong way round, not at
//! all, or after the end.

use chrono::{DateTime, Duration, Utc};
use domain::{
    flows::{self, CancelAt, receive_notice::Received},
    ports::{Charge, ContractReport, ContractState, LoggedCharge, Notice, Outcome},
};
use entity::{
    orders::OrderStatus,
    payments::{
        CardContractStatus, NoticeKind, NoticeState, PaymentMethod, PaymentStatus, card_charge,
        card_contract, payment,
    },
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// Mei's subscription of [`PRICE`] a month since noon of 20 November 2026, paid by a card that is charged again.
pub(super) struct Periodic {
    mei: Person,
    pub(super) row: subscription::Model,
    first: payment::Model,
}

pub(super) async fn periodic(house: &House) -> Periodic {
    let mei = house.customer("mei").await;
    let plan = monthly(house).await;
    let (row, order) = subscribe(&mei, &plan, "subscribe").await.unwrap();
    let first = begin(&mei, order.id, PaymentMethod::CreditCardPeriodic, "pay")
        .await
        .unwrap();
    hear(house, &paid(&first, house.now())).await.unwrap();
    Periodic { mei, row, first }
}

impl Periodic {
    /// The notice that charge `number` was made then.
    pub(super) fn charged(&self, number: u32, at: DateTime<Utc>) -> Notice {
        let contract = &self.first.merchant_trade_no;
        let gwsr = format!("1300000{number}");
        Notice {
            gateway: "recorded",
            kind: NoticeKind::Period,
            dedupe_key: format!("period:{contract}:{number}:{gwsr}"),
            merchant_trade_no: contract.clone(),
            gateway_trade_no: String::new(),
            gateway_method: "Credit_CreditCard".to_owned(),
            amount: twd(PRICE),
            outcome: Outcome::Paid { at },
            charge: Some(Charge {
                gateway_charge_no: gwsr,
                number,
                at,
            }),
            is_simulated: false,
            fee: None,
            card: None,
            fields: vec![("TotalSuccessTimes".to_owned(), number.to_string())],
        }
    }

    /// The notice that the bank refused charge `number` then.
    pub(super) fn refused(&self, number: u32, at: DateTime<Utc>) -> Notice {
        let charged = self.charged(number, at);
        Notice {
            dedupe_key: format!("{}:10100058:{at}", charged.dedupe_key),
            outcome: Outcome::Failed {
                code: "10100058".to_owned(),
                message: "declined".to_owned(),
            },
            ..charged
        }
    }

    /// The gateway will answer with these charges when it is asked about the contract.
    pub(super) fn gateway_keeps(&self, house: &House, state: ContractState, notices: &[&Notice]) {
        let first = self.charged(1, self.first.created_at);
        let charges = std::iter::once(&first)
            .chain(notices.iter().copied())
            .map(|notice| LoggedCharge {
                charge: notice.charge.clone().unwrap(),
                amount: notice.amount,
                failure_code: match &notice.outcome {
                    Outcome::Failed { code, .. } => Some(code.clone()),
                    _ => None,
                },
                gateway_trade_no: String::new(),
            })
            .collect();
        let report = ContractReport {
            state,
            amount: twd(PRICE),
            charges,
        };
        house
            .gateway
            .keeps_contract(&self.first.merchant_trade_no, report);
    }
}

pub(super) async fn contract(house: &House) -> card_contract::Model {
    let rows = card_contract::Entity::find();
    let mut rows = rows.all(house.app.database.reader()).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

pub(super) async fn standing_of(house: &House) -> (CardContractStatus, i32, i32) {
    let contract = contract(house).await;
    (contract.status, contract.charges, contract.failures)
}

/// The attempts that were made of later charges, oldest first: number, how they stand, and whether the gateway is
/// ever to be asked about them as trades.
pub(super) async fn attempts(house: &House) -> Vec<(i32, PaymentStatus)> {
    let rows = card_charge::Entity::find()
        .find_also_related(payment::Entity)
        .order_by_asc(card_charge::Column::ChargedAt);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    rows.into_iter()
        .map(|(charge, payment)| {
            let payment = payment.unwrap();
            assert_eq!(payment.next_check_at, None);
            (charge.number, payment.status)
        })
        .collect()
}

/// The periods that were invoiced, by their first days.
pub(super) async fn invoiced(house: &House) -> Vec<String> {
    let rows = scene::invoices(house).await;
    let mut days: Vec<String> = rows
        .iter()
        .map(|invoice| day(invoice.period_start))
        .collect();
    // Numbers begin anew with each year.
    days.sort();
    days
}

/// The jobs that look after contracts, once each.
pub(super) async fn look_after(house: &House) {
    flows::cancel_contracts(&house.job(), 100).await.unwrap();
    flows::retry_charges(&house.job(), 100).await.unwrap();
    flows::ask_contracts(&house.job(), 100).await.unwrap();
}

/// Stored notices are tried again.
async fn apply(house: &House, notices: &[Notice]) {
    let read = |stored: &entity::payments::notice::Model| {
        let mut known = notices.iter();
        known
            .find(|notice| notice.dedupe_key == stored.dedupe_key)
            .cloned()
    };
    flows::apply_notices(&house.job(), 100, read).await.unwrap();
}

pub(super) fn noon_of(day: &str) -> DateTime<Utc> {
    format!("{day}T04:00:00Z").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_charge_pays_the_next_period_and_a_repeat_pays_nothing() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        let checkout = &house.gateway.checkouts()[0];
        assert_eq!(checkout.periodic.unwrap().every, 1);
        assert_eq!(
            standing_of(&house).await,
            (CardContractStatus::Active, 1, 0)
        );
        for (number, day) in [(2, "2026-12-20"), (3, "2027-01-20")] {
            pass(&house, 31).await;
            let notice = periodic.charged(number, noon_of(day));
            // A hundred copies at once are one charge.
            let copies = (0..20).map(|_| {
                let (op, notice) = (house.callback(), notice.clone());
                tokio::spawn(async move { flows::receive_notice(&op, &notice).await })
            });
            let copies: Vec<_> = copies.collect();
            for copy in copies {
                // One that had to wait too long is told to come again.
                let _ = copy.await.unwrap();
            }
            assert_eq!(hear(&house, &notice).await.unwrap(), Received::Done);
        }
        assert_eq!(
            invoiced(&house).await,
            ["2026-11-20", "2026-12-20", "2027-01-20"]
        );
        assert_eq!(
            attempts(&house).await,
            [(2, PaymentStatus::Paid), (3, PaymentStatus::Paid)]
        );
        assert_eq!(
            standing_of(&house).await,
            (CardContractStatus::Active, 3, 0)
        );
        assert_eq!(
            subscription_status(&house, &periodic.row).await,
            SubscriptionStatus::Active
        );
        for order in renewals(&house, &periodic.row).await {
            assert_eq!(order.status, OrderStatus::Completed);
            assert_eq!(
                order.payment_method,
                Some(PaymentMethod::CreditCardPeriodic)
            );
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_overtook_another_waits_until_the_gateway_told_of_the_other() {
    on_each_engine(|house| async move {
        let kim = house.customer("kim").await;
        let weekly = plan(&house, "weekly", PRICE, entity::plans::BillingCycle::Weekly).await;
        let (row, order) = subscribe(&kim, &weekly, "s").await.unwrap();
        let first = begin(&kim, order.id, PaymentMethod::CreditCardPeriodic, "p")
            .await
            .unwrap();
        hear(&house, &paid(&first, house.now())).await.unwrap();
        let began = house.now();
        let kims = Periodic {
            mei: kim,
            row,
            first,
        };
        let second = kims.charged(2, began + Duration::days(7));
        let third = kims.charged(3, began + Duration::days(14));
        pass(&house, 14).await;
        house.gateway.falls_silent(true);
        assert_eq!(hear(&house, &third).await.unwrap(), Received::Stored);
        look_after(&house).await;
        assert_eq!(attempts(&house).await, [], "silence is no news");

        house.gateway.falls_silent(false);
        kims.gateway_keeps(&house, ContractState::Running, &[&second, &third]);
        house.wait(Duration::hours(1));
        // The period of charge 2 begins with its money; that of charge 3 right after.
        for _ in 0..3 {
            apply(&house, std::slice::from_ref(&third)).await;
            look_after(&house).await;
            tick(&house).await;
        }
        apply(&house, std::slice::from_ref(&third)).await;
        assert_eq!(
            attempts(&house).await,
            [(2, PaymentStatus::Paid), (3, PaymentStatus::Paid)]
        );
        // Charge 2's own notice comes at last.
        assert_eq!(hear(&house, &second).await.unwrap(), Received::Done);
        let states: Vec<_> = inbox(&house).await.into_iter().map(|row| row.0).collect();
        assert!(states.iter().all(|state| *state == NoticeState::Done));
        let paid_until = scene::subscription(&house, &kims.row).await.paid_until_at;
        assert_eq!(paid_until, Some(began + Duration::days(21)));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_charge_under_another_number_is_set_aside_and_so_is_another_amount() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        pass(&house, 30).await;
        let at = noon_of("2026-12-20");
        let short = Notice {
            amount: twd(PRICE - 1),
            ..periodic.charged(2, at)
        };
        assert_eq!(hear(&house, &short).await.unwrap(), Received::Quarantined);
        assert_eq!(invoiced(&house).await, ["2026-11-20"], "nothing was paid");

        let right = Notice {
            dedupe_key: "period:right".to_owned(),
            ..periodic.charged(2, at)
        };
        assert_eq!(hear(&house, &right).await.unwrap(), Received::Done);
        let mut other = Notice {
            dedupe_key: "period:other".to_owned(),
            ..periodic.charged(2, at)
        };
        "99999999".clone_into(&mut other.charge.as_mut().unwrap().gateway_charge_no);
        assert_eq!(hear(&house, &other).await.unwrap(), Received::Quarantined);

        let stranger = Notice {
            dedupe_key: "period:stranger".to_owned(),
            merchant_trade_no: "NOBODYS".to_owned(),
            ..periodic.charged(3, at)
        };
        assert_eq!(
            hear(&house, &stranger).await.unwrap(),
            Received::Quarantined
        );
        let rehearsal = Notice {
            dedupe_key: "sim:period:3".to_owned(),
            is_simulated: true,
            ..periodic.charged(3, at)
        };
        assert_eq!(
            hear(&house, &rehearsal).await.unwrap(),
            Received::Quarantined
        );
        let mut reasons: Vec<_> = inbox(&house)
            .await
            .into_iter()
            .filter(|(state, _)| *state == NoticeState::Quarantined)
            .map(|(_, reason)| reason.unwrap())
            .collect();
        reasons.sort();
        assert_eq!(
            reasons,
            [
                "amount_mismatch",
                "charge_mismatch",
                "simulated",
                "unknown_trade"
            ]
        );
        assert_eq!(invoiced(&house).await, ["2026-11-20", "2026-12-20"]);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_lost_is_found_by_asking_and_an_end_too() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        let second = periodic.charged(2, noon_of("2026-12-20"));
        periodic.gateway_keeps(&house, ContractState::Running, &[&second]);
        pass(&house, 30).await;
        look_after(&house).await;
        assert_eq!(
            invoiced(&house).await,
            ["2026-11-20"],
            "its notice has time"
        );
        pass(&house, 1).await;
        look_after(&house).await;
        assert_eq!(invoiced(&house).await, ["2026-11-20", "2026-12-20"]);
        assert_eq!(
            subscription_status(&house, &periodic.row).await,
            SubscriptionStatus::Active
        );
        let asked = house.gateway.queries().len();
        look_after(&house).await;
        assert_eq!(house.gateway.queries().len(), asked, "not before the next");

        periodic.gateway_keeps(&house, ContractState::Stopped, &[&second]);
        pass(&house, 32).await;
        look_after(&house).await;
        assert_eq!(contract(&house).await.status, CardContractStatus::Failed);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_subscription_ends_its_contract_and_what_is_charged_all_the_same_is_kept() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        pass(&house, 28).await;
        house.gateway.falls_silent(true);
        flows::cancel_subscription(&periodic.mei.op, periodic.row.id, CancelAt::Now, "c")
            .await
            .unwrap();
        look_after(&house).await;
        assert_eq!(
            contract(&house).await.status,
            CardContractStatus::CancelRequested,
            "the gateway has not said so"
        );
        // The charge crosses with the end.
        house.wait(days(2));
        let crossing = periodic.charged(2, noon_of("2026-12-20"));
        assert_eq!(hear(&house, &crossing).await.unwrap(), Received::Done);
        assert_eq!(attempts(&house).await, [(2, PaymentStatus::PaidLate)]);
        assert_eq!(invoiced(&house).await, ["2026-11-20"], "nothing is sold");

        house.gateway.falls_silent(false);
        look_after(&house).await;
        let number = &periodic.first.merchant_trade_no;
        assert_eq!(house.gateway.cancelled(), std::slice::from_ref(number));
        assert_eq!(contract(&house).await.status, CardContractStatus::Cancelled);

        // One more is found by the last look, a day after.
        let third = periodic.charged(3, noon_of("2026-12-21"));
        periodic.gateway_keeps(&house, ContractState::Stopped, &[&crossing, &third]);
        house.wait(days(2));
        look_after(&house).await;
        assert_eq!(
            attempts(&house).await,
            [(2, PaymentStatus::PaidLate), (3, PaymentStatus::PaidLate)]
        );
        assert_eq!(contract(&house).await.next_check_at, None);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_had_ended_before_is_found_so_and_one_that_runs_is_ended_again() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        flows::set_auto_renew(&periodic.mei.op, periodic.row.id, false, "renew")
            .await
            .unwrap();
        house.gateway.refuses_to_cancel(true);
        periodic.gateway_keeps(&house, ContractState::Running, &[]);
        look_after(&house).await;
        let refused = contract(&house).await;
        assert_eq!(refused.status, CardContractStatus::CancelRequested);
        assert_eq!(refused.last_error.as_deref(), Some("10100141"));

        periodic.gateway_keeps(&house, ContractState::Stopped, &[]);
        house.wait(Duration::hours(1));
        look_after(&house).await;
        assert_eq!(contract(&house).await.status, CardContractStatus::Cancelled);
        assert_eq!(
            subscription_status(&house, &periodic.row).await,
            SubscriptionStatus::Active,
            "what was paid is given"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_offered_only_where_one_can_be_kept() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let order = buy(&mei, &manual, 1, "k1").await.unwrap();
        let method = PaymentMethod::CreditCardPeriodic;
        assert_eq!(
            refusal(begin(&mei, order.id, method, "k2").await),
            "METHOD_NOT_AVAILABLE",
            "a thing is paid once"
        );
        let plan = monthly(&house).await;
        let new = flows::NewSubscriptionOrder {
            plan_id: plan.id,
            auto_renew: false,
            notes: String::new(),
        };
        let made = Box::pin(flows::create_subscription(&mei.op, new, "k3")).await;
        let (_, order) = made.unwrap();
        assert_eq!(
            refusal(begin(&mei, order.id, method, "k4").await),
            "METHOD_NOT_AVAILABLE",
            "one period and no more"
        );
        let rows = card_contract::Entity::find()
            .filter(card_contract::Column::Status.eq(CardContractStatus::Pending));
        let rows = rows.all(house.app.database.reader()).await.unwrap();
        assert_eq!(rows.len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_order_that_was_called_off_begins_no_contract() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = monthly(&house).await;
        let (_, order) = subscribe(&mei, &plan, "k1").await.unwrap();
        let first = begin(&mei, order.id, PaymentMethod::CreditCardPeriodic, "k2")
            .await
            .unwrap();
        flows::cancel_order(&mei.op, order.id, "k3").await.unwrap();
        hear(&house, &paid(&first, house.now())).await.unwrap();
        assert_eq!(
            attempt(&house, &first).await.status,
            PaymentStatus::PaidLate
        );
        look_after(&house).await;
        assert_eq!(house.gateway.cancelled(), [first.merchant_trade_no]);
        assert_eq!(contract(&house).await.status, CardContractStatus::Cancelled);
        invariants::assert_hold(&house).await;
    })
    .await;
}
