//! What an order costs. Pure.

use entity::money::{Currency, Money};

use crate::base::{Code, Error, Result};

/// The most an order may cost, in minor units.
pub const MOST_MINOR: i64 = 100_000_000;
/// The most of one thing that a line may order.
pub const MOST_QUANTITY: i32 = 1000;

/// Quantity times price; negative for what is given back.
///
/// # Errors
/// A quantity outside 1 to [`MOST_QUANTITY`], or an amount above [`MOST_MINOR`].
pub fn line_amount(unit_price: Money, quantity: i32) -> Result<Money> {
    if !(1..=MOST_QUANTITY).contains(&quantity) {
        return Err(Error::invalid(
            "quantity",
            Code::OutOfRange,
            format!("Order 1 to {MOST_QUANTITY} of one thing."),
        ));
    }
    let amount = unit_price
        .checked_mul(i64::from(quantity))
        .ok()
        .filter(|amount| (-MOST_MINOR..=MOST_MINOR).contains(&amount.minor));
    amount.ok_or_else(too_much)
}

/// The sum of the lines.
///
/// # Errors
/// Nothing in it, two currencies, or a total below zero or above [`MOST_MINOR`].
pub fn total(lines: &[Money]) -> Result<Money> {
    let currency: Currency = lines
        .first()
        .map(|amount| amount.currency)
        .ok_or_else(|| Error::invalid("lines", Code::Blank, "An order has at least one line."))?;
    let mut sum = Money::zero(currency);
    for amount in lines {
        sum = sum.checked_add(*amount)?;
    }
    if !(0..=MOST_MINOR).contains(&sum.minor) {
        return Err(too_much());
    }
    Ok(sum)
}

fn too_much() -> Error {
    Error::invalid(
        "quantity",
        Code::OutOfRange,
        format!("An order may cost at most {MOST_MINOR}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Money = Money::new(299, Currency::Twd);

    #[test]
    fn a_line_costs_quantity_times_price() {
        assert_eq!(
            line_amount(PRICE, 3).unwrap(),
            Money::new(897, Currency::Twd)
        );
    }

    #[test]
    fn odd_quantities_are_refused() {
        for quantity in [0, -1, MOST_QUANTITY + 1, i32::MAX, i32::MIN] {
            let refused = line_amount(PRICE, quantity).unwrap_err();
            assert_eq!(refused.code(), "OUT_OF_RANGE", "{quantity}");
        }
    }

    #[test]
    fn an_order_has_an_upper_bound() {
        let dear = Money::new(MOST_MINOR, Currency::Twd);
        assert!(line_amount(dear, 1).is_ok());
        assert!(line_amount(dear, 2).is_err());
        assert!(total(&[dear, Money::new(1, Currency::Twd)]).is_err());
        assert!(line_amount(Money::new(i64::MAX, Currency::Twd), 1000).is_err());
    }

    #[test]
    fn currencies_do_not_mix() {
        assert!(total(&[PRICE, Money::new(1, Currency::Usd)]).is_err());
        assert!(total(&[]).is_err());
    }
}
