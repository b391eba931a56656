//! Money on its way back, as staff ask for it and customers see it.

mod by_card;
mod by_hand;
mod scene;
