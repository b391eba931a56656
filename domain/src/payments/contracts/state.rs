//! Where a contract may go from where.

use entity::payments::{CardContractStatus, card_contract};

use crate::{
    base::transition::{Stateful, stateful_columns},
    payments::events::CardContractStatusChanged,
};

/// The table of moves. What was believed to have failed at its first charge may still turn out to run.
#[must_use]
pub const fn may_move(from: CardContractStatus, to: CardContractStatus) -> bool {
    use CardContractStatus::{Active, CancelRequested, Cancelled, Ended, Failed, Pending};
    match from {
        Pending => matches!(to, Active | CancelRequested | Failed),
        Failed => matches!(to, Active | CancelRequested),
        Active => matches!(to, CancelRequested | Ended | Failed),
        CancelRequested => matches!(to, Cancelled),
        Cancelled | Ended => false,
    }
}

impl Stateful for card_contract::Entity {
    type Status = CardContractStatus;
    type Moved = CardContractStatusChanged;

    const NAME: &'static str = "card contract";

    stateful_columns!(card_contract);

    fn moved(
        row: &card_contract::Model,
        from: CardContractStatus,
        cause: &str,
    ) -> CardContractStatusChanged {
        CardContractStatusChanged {
            contract_id: row.id,
            subscription_id: row.subscription_id,
            from,
            to: row.status,
            version: row.version,
            cause: cause.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn every_pair_of_states_is_decided() {
        let legal: Vec<String> = CardContractStatus::iter()
            .flat_map(|from| CardContractStatus::iter().map(move |to| (from, to)))
            .filter(|(from, to)| may_move(*from, *to))
            .map(|(from, to)| format!("{from:?}>{to:?}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "Pending>Active Pending>CancelRequested Pending>Failed \
             Active>CancelRequested Active>Ended Active>Failed \
             CancelRequested>Cancelled \
             Failed>Active Failed>CancelRequested"
        );
    }
}
