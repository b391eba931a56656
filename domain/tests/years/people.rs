//! Crowds who have accounts, without the time that hashing a password takes for each.

use domain::{
    base::{Actor, Timeline},
    flows::{self, NewSubscriptionOrder},
    users::SessionTokens,
};
use entity::{
    id::{SessionId, TestClockId, UserId},
    orders::{OrderStatus, order},
    plans::plan,
    subscriptions::subscription,
    users::{Role, user},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder,
};

use crate::kit::{House, Person};

/// `count` customers, copies of one who has registered.
pub async fn crowd(house: &House, count: usize) -> Vec<user::Model> {
    let first = house.customer("someone").await.user;
    let op = house.job();
    let people: Vec<user::Model> = (0..count)
        .map(|number| user::Model {
            id: op.new_id::<UserId>(),
            username: format!("person{number}"),
            username_key: format!("person{number}"),
            email: format!("person{number}@shop.example"),
            email_key: format!("person{number}@shop.example"),
            ..first.clone()
        })
        .collect();
    for some in people.chunks(100) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        user::Entity::insert_many(rows.map(ActiveModelTrait::reset_all))
            .exec_without_returning(house.app.database.writer())
            .await
            .unwrap();
    }
    people
}

/// This person at a request, on their clock as it stands now.
pub async fn at_the_door(house: &House, user: &user::Model, clock: Option<TestClockId>) -> Person {
    let session = SessionId(user.id.0);
    let timeline = Timeline::of(house.app.database.reader(), clock).await;
    let actor = Actor::User {
        id: user.id,
        role: Role::Customer,
        session,
    };
    let instant = house.now();
    Person {
        user: user.clone(),
        tokens: SessionTokens {
            session_id: session,
            access_token: String::new(),
            access_token_expires_at: instant,
            refresh_token: String::new(),
            refresh_token_expires_at: instant,
        },
        op: house.op(actor).on(timeline.unwrap()),
    }
}

/// Subscribes, and leaves the order to be paid.
pub async fn order_plan(who: &Person, plan: &plan::Model, key: &str) -> subscription::Model {
    let new = NewSubscriptionOrder {
        plan_id: plan.id,
        auto_renew: true,
        notes: String::new(),
    };
    let made = Box::pin(flows::create_subscription(&who.op, new, key)).await;
    made.unwrap().0
}

/// Every order that can still be paid, oldest first; of one person, or of all.
pub async fn payable(house: &House, of: Option<UserId>) -> Vec<order::Model> {
    let states = OrderStatus::iter();
    let states = states.filter(|state| domain::orders::state::is_payable(*state));
    let mut open = order::Entity::find()
        .filter(order::Column::Status.is_in(states))
        .order_by_asc(order::Column::Id);
    if let Some(of) = of {
        open = open.filter(order::Column::UserId.eq(of));
    }
    open.all(house.app.database.reader()).await.unwrap()
}
