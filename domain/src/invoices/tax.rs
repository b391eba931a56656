//! The tax in a price. Pure.
//!
//! Prices include tax. The invoice's net is the total over 1.05, rounded to the unit, half up; its tax is the
//! rest. The tax of the lines is that tax, split by their amounts, so that it adds up to the unit.

use entity::money::Money;

/// The tax in `total`, at a rate in basis points (500 is 5 %). `None` when it does not fit, or the rate is
/// negative.
#[must_use]
pub fn included_tax(total: Money, rate_basis_points: i32) -> Option<Money> {
    let rate = i128::from(u32::try_from(rate_basis_points).ok()?);
    let whole = 10_000 + rate;
    let net = (i128::from(total.minor) * 10_000 * 2 + whole).div_euclid(whole * 2);
    let net = i64::try_from(net).ok()?;
    Some(Money::new(total.minor.checked_sub(net)?, total.currency))
}

/// The tax in the next `part` of a total of which `before` was credited already. The taxes of parts that make
/// up the whole make up its tax, to the unit. `None` when it does not fit.
#[must_use]
pub fn tax_of_part(before: Money, part: Money, rate_basis_points: i32) -> Option<Money> {
    let after = before.checked_add(part).ok()?;
    let with_it = included_tax(after, rate_basis_points)?;
    let without = included_tax(before, rate_basis_points)?;
    with_it.checked_sub(without).ok()
}

/// The tax of each line. What is given back (a negative amount) takes the tax in it along; the others share what
/// remains by their amounts. `None` when the amounts do not fit.
#[must_use]
pub fn line_taxes(tax: Money, amounts: &[Money], rate_basis_points: i32) -> Option<Vec<Money>> {
    let (mut weights, mut given_back, mut shared) = (Vec::new(), Vec::new(), tax);
    for amount in amounts {
        let size = Money::new(amount.minor.checked_neg()?.max(0), amount.currency);
        let back = included_tax(size, rate_basis_points)?;
        shared = shared.checked_add(back).ok()?;
        weights.push(u32::try_from(amount.minor.max(0)).ok()?);
        given_back.push(back);
    }
    let taxes = shared.split(&weights)?.into_iter().zip(given_back);
    taxes
        .map(|(tax, back)| tax.checked_sub(back).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::money::Currency;
    use proptest::prelude::*;

    fn twd(minor: i64) -> Money {
        Money::new(minor, Currency::Twd)
    }

    #[test]
    fn five_percent_is_taken_out_of_the_total() {
        for (total, tax) in [
            (105, 5),
            (1280, 61),
            (899, 43),
            (299, 14),
            (10, 0),
            (11, 1),
            (0, 0),
        ] {
            assert_eq!(included_tax(twd(total), 500), Some(twd(tax)), "{total}");
        }
    }

    #[test]
    fn three_items_for_917_still_add_up() {
        let amounts = [twd(306), twd(306), twd(305)];
        let tax = included_tax(twd(917), 500).unwrap();
        let taxes = line_taxes(tax, &amounts, 500).unwrap();
        assert_eq!(taxes.iter().map(|tax| tax.minor).sum::<i64>(), 44);
    }

    proptest! {
        #[test]
        fn the_net_is_the_nearest_whole_unit(total in 0i64..100_000_000, rate in 0i32..3000) {
            let tax = included_tax(twd(total), rate).unwrap().minor;
            let net = total - tax;
            prop_assert!(tax >= 0 && net >= 0);
            // net = total / (1 + rate), to half a unit: compared without dividing.
            let exact = i128::from(total) * 10_000;
            let distance = (i128::from(net) * i128::from(10_000 + rate) - exact).abs();
            prop_assert!(distance * 2 <= i128::from(10_000 + rate));
        }

        #[test]
        fn what_is_given_back_takes_its_tax_along(
            charge in 1i64..1_000_000, back in prop::collection::vec(1i64..500_000, 1..3),
        ) {
            prop_assume!(back.iter().sum::<i64>() < charge);
            let amounts: Vec<Money> = back.iter().map(|back| twd(-back)).chain([twd(charge)]).collect();
            let total = twd(amounts.iter().map(|amount| amount.minor).sum());
            let tax = included_tax(total, 500).unwrap();
            let taxes = line_taxes(tax, &amounts, 500).unwrap();
            prop_assert_eq!(taxes.iter().map(|tax| tax.minor).sum::<i64>(), tax.minor);
            for (tax, amount) in taxes.iter().zip(&amounts) {
                prop_assert!(tax.minor * amount.minor.signum() >= 0, "{tax} in {amount}");
                prop_assert!(tax.minor.abs() <= amount.minor.abs());
            }
        }

        #[test]
        fn the_tax_of_parts_adds_up_to_that_of_the_whole(parts in prop::collection::vec(1i64..100_000, 1..20)) {
            let mut credited = twd(0);
            let mut taxes = 0;
            for part in parts.into_iter().map(twd) {
                let tax = tax_of_part(credited, part, 500).unwrap();
                prop_assert!(tax.minor >= 0 && tax.minor <= part.minor);
                credited = credited.checked_add(part).unwrap();
                taxes += tax.minor;
            }
            prop_assert_eq!(Some(twd(taxes)), included_tax(credited, 500));
        }

        #[test]
        fn the_lines_tax_adds_up(amounts in prop::collection::vec(1i64..1_000_000, 1..40)) {
            let amounts: Vec<Money> = amounts.into_iter().map(twd).collect();
            let total = twd(amounts.iter().map(|amount| amount.minor).sum());
            let tax = included_tax(total, 500).unwrap();
            let taxes = line_taxes(tax, &amounts, 500).unwrap();
            prop_assert_eq!(taxes.iter().map(|tax| tax.minor).sum::<i64>(), tax.minor);
            for (tax, amount) in taxes.iter().zip(&amounts) {
                prop_assert!(tax.minor >= 0 && tax.minor <= amount.minor);
            }
        }
    }
}
