//! How a live connection keeps an eye on the log-in it was opened with. Whoever ends a log-in or changes rights pokes
//! (`Topic::Rights`); while every poke arrives, the database is asked when one does and seldom otherwise, so that
//! thousands of quiet connections cost next to nothing.

use std::time::Duration;

use domain::base::{App, Topic, hub::Listener};
use entity::id::UserId;
use tokio::time::Interval;

use super::{caller, caller::Caller, house::House, socket::every};

/// While every poke arrives, at every how many looks at the clock the database is asked too.
const SELDOM: u32 = 6;

/// What is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Whether the token's time is over.
    Clock,
    /// That, and whether the log-in lives and its person has the rights they had.
    Database,
}

/// One connection's eye on its log-in.
pub(super) struct Vigil {
    clock: Interval,
    rights: Option<Listener>,
    looks: u32,
}

impl Vigil {
    /// Looks at the clock each `period`; at the database as often while pokes may be missed.
    pub(super) fn new(period: Duration) -> Self {
        Self {
            clock: every(period),
            rights: None,
            looks: 0,
        }
    }

    /// Watches over this person's rights from now on.
    pub(super) fn over(&mut self, app: &App, user: UserId) {
        self.rights = Some(app.hub.listen(Topic::Rights(user)));
    }

    /// Waits until something is to be looked at, and says what.
    pub(super) async fn due(&mut self, app: &App) -> Look {
        let poked = async {
            match &mut self.rights {
                Some(rights) => rights.poked().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = poked => return Look::Database,
            _ = self.clock.tick() => {}
        }
        self.looks = self.looks.wrapping_add(1);
        match app.hears_everybody() && !self.looks.is_multiple_of(SELDOM) {
            true => Look::Clock,
            false => Look::Database,
        }
    }
}

/// Whether the log-in is still good, as far as this look tells.
pub(super) async fn is_good(house: &House, caller: &Caller, look: Look) -> bool {
    match look {
        Look::Clock => !caller::has_expired(house, caller),
        Look::Database => caller::is_still_good(house, caller).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::kit::place;

    #[tokio::test]
    async fn a_poke_is_followed_at_once_and_the_clock_asks_the_database_seldom() {
        let place = place(&[]).await;
        let app = &place.house.app;
        let user = UserId(uuid::Uuid::from_u128(1));
        let mut vigil = Vigil::new(Duration::from_millis(1));
        vigil.over(app, user);
        for _ in 1..SELDOM {
            assert_eq!(vigil.due(app).await, Look::Clock);
        }
        assert_eq!(vigil.due(app).await, Look::Database);
        let mut vigil = Vigil::new(Duration::from_secs(60));
        vigil.over(app, user);
        app.hub.poke(Topic::Rights(user));
        assert_eq!(vigil.due(app).await, Look::Database);
    }
}
