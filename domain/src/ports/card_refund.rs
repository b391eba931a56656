//! What a gateway says of a card payment that is to be given back, and what it can be told to do.

use entity::{money::Money, refunds::CardAction};

/// The gateway gives no card payments back, and why; a sentence for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRefundedHere(pub &'static str);

/// Which card payment is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardQuestion {
    /// The gateway's number of the authorisation.
    pub authorization_no: String,
    /// How much was authorised.
    pub amount: Money,
}

/// How far a card payment is on its way from the card to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardState {
    /// The bank has not said yes.
    NotAuthorized,
    /// The bank holds the money; it will not move by itself.
    Authorized,
    /// The next capture takes it.
    ToBeCaptured,
    /// It was taken.
    Captured,
    /// The authorisation was given up: the card is never charged.
    Abandoned,
}

/// How a card payment stands, as the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardReport {
    /// How far it is.
    pub state: CardState,
    /// How much went back to the card, as far as the answer tells.
    pub refunded: Money,
    /// The answer word by word, in an order of its own: two that are equal say that nothing moved between them.
    pub trace: String,
}

/// What the gateway is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardInstruction {
    /// What to do.
    pub action: CardAction,
    /// Our number.
    pub merchant_trade_no: String,
    /// The gateway's number.
    pub gateway_trade_no: String,
    /// How much.
    pub amount: Money,
}

/// What the gateway answered to an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardAnswer {
    /// It is done.
    Done,
    /// It will not do it.
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
}
