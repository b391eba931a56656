//! Clocks that can be moved, and people who live by them.

use chrono::{DateTime, Utc};
use domain::{
    base::Timeline,
    flows,
    test_clocks::{self, NewTestClock},
};
use entity::base::test_clock;
use sea_orm::EntityTrait;

use super::{House, Person};

/// A clock that shows what the machine's shows.
pub async fn clock(house: &House, staff: &Person) -> test_clock::Model {
    let new = NewTestClock {
        name: "Rehearsal".to_owned(),
        starts_at: None,
    };
    let clock = test_clocks::create_test_clock(&staff.op, new).await;
    let clock = clock.unwrap();
    assert_eq!(clock.shows, house.now());
    clock
}

/// A customer who lives by this clock, as the door would let them in.
pub async fn living_by(
    house: &House,
    staff: &Person,
    name: &str,
    clock: &test_clock::Model,
) -> Person {
    let person = house.customer(name).await;
    flows::attach_to_test_clock(&staff.op, person.user.id, clock.id)
        .await
        .unwrap();
    now_of(house, person, clock).await
}

/// The same person at their next request: on the clock as it stands now.
pub async fn now_of(house: &House, person: Person, clock: &test_clock::Model) -> Person {
    let timeline = Timeline::of(house.app.database.reader(), Some(clock.id)).await;
    let op = person.op.on(timeline.unwrap());
    Person { op, ..person }
}

/// The clock is set on its way to this instant.
pub async fn set(staff: &Person, clock: &test_clock::Model, to: DateTime<Utc>) {
    let set = test_clocks::advance_test_clock(&staff.op, clock.id, to).await;
    assert_eq!(set.unwrap().moving_to, Some(to));
}

/// The clock goes to this instant, and everything on the way happens.
pub async fn advance(house: &House, staff: &Person, clock: &test_clock::Model, to: DateTime<Utc>) {
    set(staff, clock, to).await;
    assert!(flows::move_test_clocks(&house.job(), 10_000).await.unwrap() < 10_000);
    let stands = stands(house, clock).await;
    assert_eq!((stands.shows, stands.moving_to), (to, None));
}

/// How the clock stands now.
pub async fn stands(house: &House, clock: &test_clock::Model) -> test_clock::Model {
    let row = test_clock::Entity::find_by_id(clock.id);
    row.one(house.app.database.reader()).await.unwrap().unwrap()
}
