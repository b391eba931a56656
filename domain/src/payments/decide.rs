//! What a gateway's message means for us. Pure: the whole policy is one table that can be read and tested.

use entity::{orders::OrderStatus, payments::PaymentStatus};

use crate::{
    orders::state::is_payable,
    ports::{Outcome, PayCode},
};

use entity::money::Money;

/// How the attempt and its order stand when the message comes.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The attempt's state.
    pub payment: PaymentStatus,
    /// What the attempt is for.
    pub amount: Money,
    /// The order's state.
    pub order: OrderStatus,
    /// Whether it may be opened again, although its time was over.
    pub may_reopen: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The money is there and the order takes it.
    Settle,
    /// The money is there, and the order, whose time was over, still takes it.
    Reopen,
    /// The money is there, but the order cannot take it any more.
    KeepAsLate,
    /// A code was issued: remember it and wait.
    AwaitCode(PayCode),
    /// This attempt failed; the order can be tried again.
    Fail {
        /// The gateway's code.
        code: String,
        /// The gateway's words.
        message: String,
    },
    /// Authentic, but not what we agreed on: a person must look. Never paid.
    Review(&'static str),
    /// Authentic, but not to be acted on at all.
    Quarantine(&'static str),
    /// Old news, or news that a newer one has overtaken.
    Nothing(&'static str),
}

/// Decides on an authentic message about an attempt. `standing` is `None` when no attempt has that number.
#[must_use]
pub fn decide(
    standing: Option<Standing>,
    outcome: &Outcome,
    amount: Money,
    is_simulated: bool,
) -> Decision {
    let Some(standing) = standing else {
        return Decision::Quarantine("unknown_trade");
    };
    if is_simulated {
        return Decision::Quarantine("simulated");
    }
    match outcome {
        Outcome::Paid { .. } => decide_paid(standing, amount),
        Outcome::CodeIssued(_) | Outcome::Failed { .. } if has_money(standing.payment) => {
            Decision::Nothing("overtaken_by_payment")
        }
        Outcome::CodeIssued(_) if amount != standing.amount => Decision::Review("amount_mismatch"),
        Outcome::CodeIssued(code) => match standing.payment {
            PaymentStatus::Pending | PaymentStatus::Unknown => Decision::AwaitCode(code.clone()),
            _ => Decision::Nothing("code_known"),
        },
        Outcome::Failed { code, message } => match standing.payment {
            PaymentStatus::Pending | PaymentStatus::AwaitingPayment | PaymentStatus::Unknown => {
                Decision::Fail {
                    code: code.clone(),
                    message: message.clone(),
                }
            }
            _ => Decision::Nothing("closed_already"),
        },
    }
}

fn decide_paid(standing: Standing, amount: Money) -> Decision {
    if has_money(standing.payment) {
        return Decision::Nothing("paid_already");
    }
    if amount != standing.amount {
        return Decision::Review("amount_mismatch");
    }
    if is_payable(standing.order) {
        Decision::Settle
    } else if standing.may_reopen {
        Decision::Reopen
    } else {
        Decision::KeepAsLate
    }
}

/// Whether the attempt's money came, wherever it went then.
#[must_use]
pub const fn has_money(status: PaymentStatus) -> bool {
    matches!(
        status,
        PaymentStatus::Paid | PaymentStatus::PaidLate | PaymentStatus::Refunded
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use entity::money::Currency;
    use sea_orm::Iterable;

    const PRICE: Money = Money::new(1280, Currency::Twd);

    fn standing(payment: PaymentStatus, order: OrderStatus) -> Option<Standing> {
        Some(Standing {
            payment,
            amount: PRICE,
            order,
            may_reopen: false,
        })
    }

    fn paid() -> Outcome {
        Outcome::Paid {
            at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    fn failed() -> Outcome {
        Outcome::Failed {
            code: "10100058".to_owned(),
            message: "fail".to_owned(),
        }
    }

    fn code() -> PayCode {
        PayCode::Cvs {
            code: "LLL123".to_owned(),
            expires_at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    #[test]
    fn money_settles_every_order_that_can_take_it_whatever_we_thought_of_the_attempt() {
        for payment in PaymentStatus::iter().filter(|status| !has_money(*status)) {
            for order in OrderStatus::iter() {
                let expected = match is_payable(order) {
                    true => Decision::Settle,
                    false => Decision::KeepAsLate,
                };
                let decision = decide(standing(payment, order), &paid(), PRICE, false);
                assert_eq!(decision, expected, "{payment:?} {order:?}");
            }
        }
    }

    #[test]
    fn money_for_an_order_that_may_be_opened_again_settles_it_unless_it_came_before() {
        for payment in PaymentStatus::iter() {
            let open = Standing {
                payment,
                amount: PRICE,
                order: OrderStatus::Expired,
                may_reopen: true,
            };
            let decision = decide(Some(open), &paid(), PRICE, false);
            match has_money(payment) {
                true => assert_eq!(decision, Decision::Nothing("paid_already")),
                false => assert_eq!(decision, Decision::Reopen, "{payment:?}"),
            }
            let short = decide(Some(open), &paid(), Money::new(1, Currency::Twd), false);
            assert!(!matches!(short, Decision::Reopen), "{payment:?}");
        }
    }

    #[test]
    fn money_that_came_before_changes_nothing_not_even_after_a_refund() {
        for payment in PaymentStatus::iter().filter(|status| has_money(*status)) {
            for order in OrderStatus::iter() {
                for outcome in [paid(), failed(), Outcome::CodeIssued(code())] {
                    let decision = decide(standing(payment, order), &outcome, PRICE, false);
                    assert!(
                        matches!(decision, Decision::Nothing(_)),
                        "{payment:?} {outcome:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn another_amount_is_never_paid() {
        let other = Money::new(1279, Currency::Twd);
        for payment in PaymentStatus::iter().filter(|status| !has_money(*status)) {
            let decision = decide(
                standing(payment, OrderStatus::Processing),
                &paid(),
                other,
                false,
            );
            assert_eq!(decision, Decision::Review("amount_mismatch"));
        }
    }

    #[test]
    fn a_rehearsal_and_an_unknown_number_are_set_aside() {
        let known = standing(PaymentStatus::Pending, OrderStatus::Processing);
        assert_eq!(
            decide(known, &paid(), PRICE, true),
            Decision::Quarantine("simulated")
        );
        assert_eq!(
            decide(None, &paid(), PRICE, false),
            Decision::Quarantine("unknown_trade")
        );
    }

    #[test]
    fn a_failure_fails_only_what_is_open() {
        use PaymentStatus::{AwaitingPayment, Pending, Unknown};
        for payment in PaymentStatus::iter() {
            let decision = decide(
                standing(payment, OrderStatus::Processing),
                &failed(),
                PRICE,
                false,
            );
            let fails = matches!(decision, Decision::Fail { .. });
            assert_eq!(
                fails,
                matches!(payment, Pending | AwaitingPayment | Unknown),
                "{payment:?}"
            );
        }
    }

    #[test]
    fn a_code_is_remembered_once() {
        let issued = Outcome::CodeIssued(code());
        let first = standing(PaymentStatus::Pending, OrderStatus::Processing);
        assert_eq!(
            decide(first, &issued, PRICE, false),
            Decision::AwaitCode(code())
        );
        let again = standing(PaymentStatus::AwaitingPayment, OrderStatus::AwaitingPayment);
        assert_eq!(
            decide(again, &issued, PRICE, false),
            Decision::Nothing("code_known")
        );
    }
}
