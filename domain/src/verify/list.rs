//! Every invariant, as data. I5, I6 and I16 are about rooms that Fabrica does not have.

use super::{
    balanced_books, deeds, histories, inbox, invariant::Invariant, log_ins, money_back, numbers,
    periods, sealed, secrets, settled_once, told, watched,
};

/// What must be true, in the order of the catalogue.
pub const INVARIANTS: &[Invariant] = &[
    settled_once::INVARIANT,
    balanced_books::INVARIANT,
    money_back::INVARIANT,
    periods::INVARIANT,
    histories::INVARIANT,
    told::INVARIANT,
    inbox::INVARIANT,
    watched::INVARIANT,
    numbers::INVARIANT,
    log_ins::INVARIANT,
    sealed::INVARIANT,
    deeds::INVARIANT,
    secrets::INVARIANT,
];
