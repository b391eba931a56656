//! What admins do with other people's accounts.

use domain::{
    base::{Code, Error, Op, Result},
    users::{self, UserChanges},
};
use entity::{
    id::UserId,
    users::{Role, log_in_failure, refresh_token, session, user},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    authenticate,
    kit::{House, PASSWORD, newcomer, on_each_engine},
    refusal, say, times, user_row,
};

fn to_role(role: Role) -> UserChanges {
    UserChanges {
        role: Some(role),
        ..Default::default()
    }
}

fn to_active(is_active: bool) -> UserChanges {
    UserChanges {
        is_active: Some(is_active),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_manages_people() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let lin = house.staff("lin").await;
        for op in [&mei.op, &lin.op] {
            let answers = [
                users::create_user(op, &newcomer("new"), Role::Admin, true).await,
                users::create_admin(op, newcomer("new")).await,
                users::update_user(op, mei.user.id, &to_role(Role::Admin)).await,
                users::deactivate_user(op, mei.user.id).await,
                users::erase_user(op, mei.user.id).await,
            ];
            for answer in answers {
                assert!(matches!(answer, Err(Error::Forbidden)), "{answer:?}");
            }
        }
        assert_eq!(user_row(&house, mei.user.id).await, mei.user);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_makes_the_first_admin_once() {
    on_each_engine(|house| async move {
        let command = Op::system(house.app.clone(), "command", "command");
        let made = users::create_admin(&command, newcomer("boss"))
            .await
            .unwrap();
        assert_eq!((made.role, made.is_verified), (Role::Admin, true));
        assert!(say(&house.nobody(), "boss", PASSWORD).await.is_ok());

        let mut again = newcomer("boss");
        again.password = "another password".to_owned();
        let answer = users::create_admin(&command, again).await;
        assert_eq!(refusal(answer), Code::Taken);
        assert!(
            say(&house.nobody(), "boss", PASSWORD).await.is_ok(),
            "unchanged"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_out_at_once_and_can_be_opened_again() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let mei = house.customer("mei").await;
        for _ in 0..2 {
            let closed = users::deactivate_user(&boss.op, mei.user.id).await.unwrap();
            assert!(!closed.is_active);
        }
        assert_eq!(
            times(&house, "user.deactivated").await,
            1,
            "a repeat does nothing"
        );
        let actor = authenticate(&house, &mei.tokens.access_token).await;
        assert!(matches!(actor, Err(Error::Unauthenticated)));

        users::update_user(&boss.op, mei.user.id, &to_active(true))
            .await
            .unwrap();
        assert!(say(&house.nobody(), "mei", PASSWORD).await.is_ok());
        let actor = authenticate(&house, &mei.tokens.access_token).await;
        assert!(
            matches!(actor, Err(Error::Unauthenticated)),
            "the old session stays ended"
        );
        users::update_user(&boss.op, mei.user.id, &to_active(false))
            .await
            .unwrap();
        let answer = say(&house.nobody(), "mei", PASSWORD).await;
        assert_eq!(refusal(answer), Code::WrongCredentials);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let second = house.admin("second").await;
        users::deactivate_user(&boss.op, second.user.id)
            .await
            .unwrap();
        let id = boss.user.id;
        let answers = [
            users::update_user(&boss.op, id, &to_role(Role::Staff)).await,
            users::update_user(&boss.op, id, &to_active(false)).await,
            users::deactivate_user(&boss.op, id).await,
            users::erase_user(&boss.op, id).await,
        ];
        for answer in answers {
            assert_eq!(refusal(answer), Code::LastAdmin);
        }
        assert_eq!(user_row(&house, id).await, boss.user);
        // With another one there, the same is done.
        users::update_user(&boss.op, second.user.id, &to_active(true))
            .await
            .unwrap();
        users::update_user(&boss.op, id, &to_role(Role::Staff))
            .await
            .unwrap();
    })
    .await;
}

async fn admins(house: &House) -> u64 {
    user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::IsActive.eq(true))
        .count(house.app.database.reader())
        .await
        .unwrap()
}

async fn take_away(op: Op, id: UserId, how: usize) -> Result<user::Model> {
    match how % 3 {
        0 => users::update_user(&op, id, &to_role(Role::Customer)).await,
        1 => users::deactivate_user(&op, id).await,
        _ => users::erase_user(&op, id).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_who_take_each_other_away_at_once_leave_one() {
    on_each_engine(|house| async move {
        let mut left = house.admin("admin0").await;
        for round in 1..=9 {
            let other = house.admin(&format!("admin{round}")).await;
            let (one, two) = tokio::join!(
                tokio::spawn(take_away(left.op.clone(), other.user.id, round)),
                tokio::spawn(take_away(other.op.clone(), left.user.id, round / 3)),
            );
            let answers = [one.unwrap(), two.unwrap()];
            assert_eq!(admins(&house).await, 1, "round {round}: {answers:?}");
            let [one, two] = answers;
            if one.is_ok() {
                assert_eq!(refusal(two), Code::LastAdmin);
            } else {
                assert_eq!(refusal(one), Code::LastAdmin);
                left = other;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_left_of_an_erased_person() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let mei = house.customer("mei").await;
        let _ = say(&house.nobody(), "mei", "a wrong password").await;
        let id = mei.user.id;
        for _ in 0..2 {
            let erased = users::erase_user(&boss.op, id).await.unwrap();
            assert_eq!(erased.erased_at, Some(house.now()));
        }
        assert_eq!(
            times(&house, "user.erased").await,
            1,
            "a repeat does nothing"
        );

        let database = house.app.database.reader();
        let row = user_row(&house, id).await;
        let sessions = session::Entity::find().filter(session::Column::UserId.eq(id));
        let sessions = sessions.all(database).await.unwrap();
        assert_eq!(sessions.len(), 1);
        let left = format!("{row:?} {sessions:?}").to_lowercase();
        for private in ["mei", "lin", "5550", "argon2", "203.0.113", "kit"] {
            assert!(!left.contains(private), "{private} in {left}");
        }
        let tokens = refresh_token::Entity::find()
            .filter(refresh_token::Column::SessionId.eq(mei.tokens.session_id));
        assert_eq!(tokens.count(database).await.unwrap(), 0);
        assert_eq!(
            log_in_failure::Entity::find()
                .count(database)
                .await
                .unwrap(),
            0
        );

        let actor = authenticate(&house, &mei.tokens.access_token).await;
        assert!(matches!(actor, Err(Error::Unauthenticated)));
        for name in ["mei", row.username.as_str()] {
            for password in [PASSWORD, ""] {
                let answer = say(&house.nobody(), name, password).await;
                assert_eq!(refusal(answer), Code::WrongCredentials);
            }
        }
        let answer = users::update_user(&boss.op, id, &to_active(true)).await;
        assert_eq!(refusal(answer), Code::InvalidState, "there is no way back");
        // The name is free again, for somebody else.
        assert_ne!(house.customer("mei").await.user.id, id);
    })
    .await;
}
