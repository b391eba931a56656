//! What becomes of each order on its way: drawn before the run, and held against the books after it.

use entity::{orders::OrderStatus, payments::PaymentStatus};

use super::dice::Dice;

/// What the gateway, or somebody who plays it, says about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is paid.
    Paid {
        /// How often the notice comes at once.
        copies: u64,
        /// Whether it comes once more later, in other words.
        again: bool,
        /// Whether news of a failure comes besides, before or after.
        failure: Option<When>,
    },
    /// Somebody claims that it is paid, and cannot sign it.
    Forged,
    /// Less than its price is paid.
    Short,
}

/// On which side of the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

impl Fate {
    /// How its order and its payment must stand in the end, and how often it is settled.
    pub const fn end(self) -> (OrderStatus, PaymentStatus, usize) {
        match self {
            Self::Paid { .. } => (OrderStatus::Completed, PaymentStatus::Paid, 1),
            Self::Forged => (OrderStatus::Processing, PaymentStatus::Pending, 0),
            Self::Short => (OrderStatus::Processing, PaymentStatus::Review, 0),
        }
    }

    pub const fn is_doubled(self) -> bool {
        matches!(self, Self::Paid { copies: 2.., .. })
    }

    pub const fn is_out_of_order(self) -> bool {
        matches!(
            self,
            Self::Paid {
                failure: Some(_),
                ..
            }
        )
    }
}

/// So many orders that are paid (30 % of them told of more than once, 10 % out of order), and besides them 5 % that
/// are forged and 2 % with a wrong amount.
pub fn draw(paid: u64, dice: &mut Dice) -> Vec<Fate> {
    let mut fates: Vec<Fate> = (0..paid)
        .map(|number| {
            let is_doubled = number % 10 < 3;
            let failure = match number % 20 {
                9 => Some(When::Before),
                19 => Some(When::After),
                _ => None,
            };
            Fate::Paid {
                copies: if is_doubled { 2 + dice.below(3) } else { 1 },
                again: is_doubled,
                failure,
            }
        })
        .collect();
    fates.extend((0..paid.div_ceil(20)).map(|_| Fate::Forged));
    fates.extend((0..paid.div_ceil(50)).map(|_| Fate::Short));
    dice.shuffle(&mut fates);
    fates
}
