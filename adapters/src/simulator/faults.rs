//! What goes wrong on purpose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::card_ledger::CardState;

/// What goes wrong with the next notices. The default is: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// With how many notices; `null` means until the plan is changed.
    pub notifications: Option<u32>,
    /// How many copies are sent in parallel; 0 and 1 mean one.
    pub double: u32,
    /// How long the first delivery waits, in milliseconds.
    pub delay_ms: u32,
    /// What comes in the wrong order.
    pub reorder: Option<Reorder>,
    /// How many deliveries are lost on the way before one arrives.
    pub drop: u32,
    /// The notice never arrives.
    pub lose: bool,
    /// What is changed on the way, at the first delivery; re-sends are genuine.
    pub tamper: Option<Tamper>,
    /// The notice is about this many dollars, and correctly signed.
    pub amount: Option<u32>,
    /// Payments are rehearsals: the notice says `SimulatePaid=1`, and the trade stays unpaid.
    pub simulate_paid: bool,
    /// What goes wrong with the next instructions about cards, one word each.
    pub card_actions: Vec<CardFault>,
    /// How many questions about cards get no answer.
    pub card_queries: u32,
    /// Where card payments are moved at once, by the shop's number; done when the plan is set, and not kept.
    pub card_states: BTreeMap<String, CardState>,
}

/// What goes wrong with an instruction about a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardFault {
    /// It never arrives.
    LoseRequest,
    /// It is carried out, and the answer is lost.
    LoseAnswer,
    /// The answer is not ours, and nothing was carried out.
    Garble,
    /// It is refused.
    Refuse,
}

/// What comes in the wrong order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reorder {
    /// The notice about the code waits until the one about the payment has arrived.
    PaymentFirst,
    /// After the notice about a success comes one about a failure.
    LateFailure,
}

/// What is changed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tamper {
    /// The amount, after it was signed.
    Amount,
    /// The signature.
    Signature,
}

impl FaultPlan {
    /// What goes wrong with one notice; counts it.
    pub fn take(&mut self) -> Self {
        // What goes wrong with cards is counted apart, and on no notice.
        let cards = Self {
            card_actions: std::mem::take(&mut self.card_actions),
            card_queries: self.card_queries,
            ..Self::default()
        };
        let plan = self.take_notice();
        self.card_actions = cards.card_actions;
        self.card_queries = cards.card_queries;
        plan
    }

    fn take_notice(&mut self) -> Self {
        let plan = self.clone();
        match self.notifications {
            Some(0) => return Self::default(),
            Some(left) => self.notifications = Some(left - 1),
            None => {}
        }
        if self.notifications == Some(0) {
            *self = Self::default();
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_for_two_notices_is_over_after_two() {
        let mut plan: FaultPlan =
            serde_json::from_str(r#"{"notifications": 2, "drop": 1, "reorder": "late_failure"}"#)
                .unwrap();
        assert_eq!(plan.take().drop, 1);
        assert_eq!(plan.take().reorder, Some(Reorder::LateFailure));
        assert_eq!(plan, FaultPlan::default());
        assert_eq!(plan.take(), FaultPlan::default());
    }

    #[test]
    fn what_goes_wrong_with_cards_outlasts_the_notices() {
        let mut plan: FaultPlan = serde_json::from_str(
            r#"{"notifications": 1, "lose": true, "card_actions": ["lose_answer"]}"#,
        )
        .unwrap();
        let of_notice = plan.take();
        assert!(of_notice.lose && of_notice.card_actions.is_empty());
        assert_eq!(plan.card_actions, [CardFault::LoseAnswer]);
        assert!(!plan.lose);
    }

    #[test]
    fn a_plan_without_a_number_stays_and_an_unknown_word_is_refused() {
        let mut plan = FaultPlan {
            lose: true,
            ..FaultPlan::default()
        };
        plan.take();
        assert!(plan.take().lose);
        assert!(serde_json::from_str::<FaultPlan>(r#"{"loose": true}"#).is_err());
    }
}
