//! Whatever the amounts, what is debited is credited, to the unit.

use chrono::{DateTime, Utc};
use entity::{
    orders::OrderStatus,
    payments::{PaymentMethod, PaymentStatus},
};
use proptest::prelude::*;
use sea_orm::Iterable;
use uuid::Uuid;

use super::*;

use LedgerAccount::{CustomerCredit, GatewayClearing, GatewayFees, Refunds, Revenue, TaxPayable};

const fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn order(total: i64) -> order::Model {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    order::Model {
        id: OrderId(Uuid::nil()),
        number: "ORD-1".to_owned(),
        user_id: UserId(Uuid::nil()),
        status: OrderStatus::Processing,
        total_minor: total,
        currency: Currency::Twd,
        payment_method: None,
        notes: String::new(),
        placed_at: at,
        expires_at: at,
        paid_at: None,
        cancelled_at: None,
        test_clock_id: None,
        version: 1,
        updated_at: at,
    }
}

fn payment(amount: i64) -> payment::Model {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    payment::Model {
        id: PaymentId(Uuid::nil()),
        order_id: OrderId(Uuid::nil()),
        attempt: 1,
        gateway: "ecpay".to_owned(),
        method: PaymentMethod::CreditCard,
        status: PaymentStatus::Pending,
        amount_minor: amount,
        received_minor: None,
        currency: Currency::Twd,
        merchant_trade_no: "FB1".to_owned(),
        gateway_trade_no: None,
        gateway_method: None,
        bank_code: None,
        virtual_account: None,
        payment_code: None,
        barcode_1: None,
        barcode_2: None,
        barcode_3: None,
        code_expires_at: None,
        failure_code: None,
        failure_message: None,
        authorization_no: None,
        refund_in_full_only: false,
        captured_minor: 0,
        refunded_minor: 0,
        refund_reserved_minor: 0,
        fee_minor: None,
        created_at: at,
        paid_at: None,
        expires_at: at,
        next_check_at: None,
        checks: 0,
        test_clock_id: None,
        version: 1,
        updated_at: at,
    }
}

/// Debits less credits of an account.
fn balance(journal: &Journal, account: LedgerAccount) -> i64 {
    let of = |transfer: &Transfer| {
        let minor = transfer.amount.minor;
        i64::from(transfer.debit == account) * minor - i64::from(transfer.credit == account) * minor
    };
    journal.transfers.iter().map(of).sum()
}

fn balances<const N: usize>(journal: &Journal, accounts: [LedgerAccount; N]) -> [i64; N] {
    accounts.map(|account| balance(journal, account))
}

#[test]
fn a_sale_is_revenue_and_tax_of_what_the_gateway_holds() {
    let received = Received::AtGateway(twd(899));
    let journal = settlement(&order(899), &payment(899), twd(43), received).unwrap();
    assert_eq!(journal.key, "settle:pay_00000000000000000000000000");
    assert_eq!(
        balances(&journal, [GatewayClearing, Revenue, TaxPayable]),
        [899, -856, -43]
    );
    assert_eq!(journal.user_id, None);
}

#[test]
fn what_came_too_much_is_the_customers_and_what_is_missing_is_let_off() {
    let accounts = [
        GatewayClearing,
        Refunds,
        Revenue,
        TaxPayable,
        CustomerCredit,
    ];
    let settle = |received| settlement(&order(899), &payment(899), twd(43), received).unwrap();

    let too_much = settle(Received::AtGateway(twd(1000)));
    assert_eq!(balances(&too_much, accounts), [1000, 0, -856, -43, -101]);
    assert_eq!(too_much.user_id, Some(UserId(Uuid::nil())));

    let too_little = settle(Received::AtGateway(twd(800)));
    assert_eq!(balances(&too_little, accounts), [800, 99, -856, -43, 0]);

    let late = settle(Received::AsCredit(twd(899)));
    assert_eq!(balances(&late, accounts), [0, 0, -856, -43, 899]);

    let late_and_too_much = settle(Received::AsCredit(twd(1000)));
    assert_eq!(
        balances(&late_and_too_much, accounts),
        [0, 0, -856, -43, 899]
    );
}

#[test]
fn a_refund_takes_the_tax_back_with_it() {
    let parts = (twd(95), twd(5));
    let of = |to| refund("ref_1", &order(899), &payment(899), parts, to).unwrap();
    let accounts = [Refunds, TaxPayable, GatewayClearing, CustomerCredit];
    assert_eq!(balances(&of(RefundTo::Gateway), accounts), [95, 5, -100, 0]);
    assert_eq!(balances(&of(RefundTo::Credit), accounts), [95, 5, 0, -100]);
    assert_eq!(of(RefundTo::Gateway).key, "refund:ref_1");
}

#[test]
fn late_money_is_the_customers_until_it_goes_back_or_is_spent() {
    let (order, payment) = (order(899), payment(899));
    let late = late_payment(&order, &payment, twd(899)).unwrap();
    let accounts = [GatewayClearing, CustomerCredit, Revenue, TaxPayable];
    assert_eq!(balances(&late, accounts), [899, -899, 0, 0]);
    let back = credit_refund("ref_2", &order, &payment, twd(899)).unwrap();
    assert_eq!(balances(&back, accounts), [-899, 899, 0, 0]);
    let spent = credit_spent("ord_1", &order, (twd(856), twd(43))).unwrap();
    assert_eq!(balances(&spent, accounts), [0, 899, -856, -43]);
}

#[test]
fn a_fee_lessens_what_the_gateway_holds_and_no_fee_moves_nothing() {
    let (order, payment) = (order(899), payment(899));
    let journal = fee(&order, &payment, twd(18)).unwrap();
    assert_eq!(
        balances(&journal, [GatewayFees, GatewayClearing]),
        [18, -18]
    );
    assert!(fee(&order, &payment, twd(0)).unwrap().transfers.is_empty());
}

#[test]
fn what_does_not_balance_is_no_journal() {
    let sides = [
        (vec![(Revenue, twd(1))], vec![(TaxPayable, twd(2))]),
        (vec![(Revenue, twd(2))], vec![(TaxPayable, twd(1))]),
        (vec![(Revenue, twd(-1))], vec![(TaxPayable, twd(-1))]),
        (vec![], vec![(TaxPayable, twd(1))]),
        (
            vec![(Revenue, twd(1))],
            vec![(TaxPayable, Money::new(1, Currency::Usd))],
        ),
    ];
    for (debits, credits) in sides {
        assert!(
            between(&debits, &credits).is_err(),
            "{debits:?} {credits:?}"
        );
    }
}

proptest! {
    #[test]
    fn every_account_moves_by_what_was_asked(
        debits in prop::collection::vec(0i64..1_000_000, 1..4),
        cuts in prop::collection::vec(0u32..1_000, 1..4),
    ) {
        prop_assume!(cuts.iter().sum::<u32>() > 0);
        // Given debits, and the same sum split over credits
        let from = [GatewayClearing, GatewayFees, Refunds];
        let to = [Revenue, TaxPayable, CustomerCredit];
        let sum: i64 = debits.iter().sum();
        let debits: Vec<Side> = from.into_iter().zip(debits.into_iter().map(twd)).collect();
        let parts = twd(sum).split(&cuts).unwrap();
        let credits: Vec<Side> = to.into_iter().zip(parts).collect();

        let transfers = between(&debits, &credits).unwrap();

        // Then each account moved by its amount, by transfers of more than nothing between two accounts
        for transfer in &transfers {
            prop_assert!(transfer.amount.minor > 0);
            prop_assert!(transfer.debit != transfer.credit);
        }
        let moved = |account: LedgerAccount, side: fn(&Transfer) -> LedgerAccount| -> i64 {
            let touching = transfers.iter().filter(|transfer| side(transfer) == account);
            touching.map(|transfer| transfer.amount.minor).sum()
        };
        for (account, amount) in &debits {
            prop_assert_eq!(moved(*account, |transfer| transfer.debit), amount.minor);
        }
        for (account, amount) in &credits {
            prop_assert_eq!(moved(*account, |transfer| transfer.credit), amount.minor);
        }
    }

    #[test]
    fn a_settlement_books_the_price_whatever_came(
        total in 1i64..100_000_000,
        came in 1i64..100_000_000,
        tax_share in 0i64..=100,
        as_credit: bool,
    ) {
        let tax = twd(total / 100 * tax_share / 100);
        let received = match as_credit {
            true => Received::AsCredit(twd(came)),
            false => Received::AtGateway(twd(came)),
        };
        let journal = settlement(&order(total), &payment(total), tax, received).unwrap();
        let sold = balance(&journal, Revenue) + balance(&journal, TaxPayable);
        prop_assert_eq!(sold, -total);
        prop_assert_eq!(balance(&journal, TaxPayable), -tax.minor);
        let sum: i64 = LedgerAccount::iter().map(|account| balance(&journal, account)).sum();
        prop_assert_eq!(sum, 0);
        prop_assert_eq!(balance(&journal, Refunds), (total - came).max(0));
    }
}
