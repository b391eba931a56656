//! Who sees whom.

use chrono::Duration;
use domain::{
    base::{
        Error, Op,
        page::{self, Direction, PageRequest, PageSizes, Sort},
    },
    users::{
        self,
        query::{self, UserFilter},
    },
};
use entity::users::{Role, user};

use crate::kit::on_each_engine;

async fn names(op: &Op, filter: UserFilter, sort: &Sort<user::Entity>) -> Vec<String> {
    let list = query::staff_list(op, &filter).unwrap();
    let request = PageRequest::default();
    let page = page::fetch(op.reader(), list, sort, &request, PageSizes::default()).await;
    let rows = page.unwrap().rows;
    rows.into_iter().map(|(_, user)| user.username).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_nobody_else() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let lin = house.customer("lin").await;
        assert_eq!(query::get(&mei.op, mei.user.id).await.unwrap(), mei.user);
        for op in [&mei.op, &house.nobody()] {
            let answer = query::get(op, lin.user.id).await;
            assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
        }
        let both = [mei.user.id, lin.user.id];
        let seen = query::by_ids(&mei.op, &both).await.unwrap();
        assert_eq!(seen.into_keys().collect::<Vec<_>>(), [mei.user.id]);
        assert!(
            query::by_ids(&house.nobody(), &both)
                .await
                .unwrap()
                .is_empty()
        );
        let staff = house.staff("staff").await;
        assert_eq!(query::by_ids(&staff.op, &both).await.unwrap().len(), 2);
        for op in [&mei.op, &house.nobody()] {
            assert!(query::staff_list(op, &UserFilter::default()).is_err());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_find_people_by_what_they_know_of_them() {
    on_each_engine(|house| async move {
        let staff = house.staff("Zoe").await;
        house.wait(Duration::days(1));
        house.customer("mei").await;
        house.wait(Duration::days(1));
        let under = house.customer("under_score").await;
        let boss = house.admin("boss").await;
        users::deactivate_user(&boss.op, under.user.id)
            .await
            .unwrap();

        let by_name = query::by_username(Direction::Ascending);
        let search = |text: &str| UserFilter {
            search: Some(text.to_owned()),
            ..Default::default()
        };
        for (text, found) in [
            ("MEI@SHOP", vec!["mei"]),
            ("_", vec!["under_score"]),
            ("%", vec![]),
            ("\\", vec![]),
            ("'", vec![]),
            ("zo", vec!["Zoe"]),
            ("LIN", vec!["boss", "mei", "under_score", "Zoe"]),
            ("", vec!["boss", "mei", "under_score", "Zoe"]),
        ] {
            assert_eq!(
                names(&staff.op, search(text), &by_name).await,
                found,
                "{text}"
            );
        }
        let filters = [
            (
                UserFilter {
                    role: Some(Role::Staff),
                    ..Default::default()
                },
                vec!["Zoe"],
            ),
            (
                UserFilter {
                    is_active: Some(false),
                    ..Default::default()
                },
                vec!["under_score"],
            ),
            (
                UserFilter {
                    is_verified: Some(true),
                    ..Default::default()
                },
                vec![],
            ),
            (
                UserFilter {
                    joined_from: Some(house.now() - Duration::days(1)),
                    joined_before: Some(house.now()),
                    ..Default::default()
                },
                vec!["mei"],
            ),
        ];
        for (filter, found) in filters {
            let message = format!("{filter:?}");
            assert_eq!(names(&staff.op, filter, &by_name).await, found, "{message}");
        }
        let newest = query::by_joined_at(Direction::Descending);
        let all = names(&staff.op, UserFilter::default(), &newest).await;
        assert_eq!(all.last().map(String::as_str), Some("Zoe"));
        assert_eq!(all.len(), 4);
    })
    .await;
}
