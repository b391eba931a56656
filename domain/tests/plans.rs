//! What the shop promises about its plans.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking; clippy does not see that these functions are of tests"
)]

mod kit;

use chrono::Duration;
use domain::{
    audit::{self, ActionFilter, AuditFilter},
    base::{
        Actor, Code, Error, Op,
        page::{self, Direction, PageRequest, PageSizes},
    },
    plans::{
        Listing, NewPlan, PlanChanges, Terms, archive_plan, create_plan, draft,
        query::{self, PlanFilter, PlanSortKey},
        update_plan,
    },
};
use entity::{
    audit::{AuditOutcome, audit_entry},
    base::event,
    id::{PlanId, SessionId, UserId},
    money::{Currency, Money},
    plans::{BillingCycle, plan, plan_version},
    users::Role,
};
use kit::{House, on_each_engine};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

/// Somebody with this role, in the house.
fn op_of(house: &House, role: Role) -> Op {
    house.op(Actor::User {
        id: UserId(Uuid::from_u128(1)),
        role,
        session: SessionId(Uuid::from_u128(2)),
    })
}

fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn new_plan(slug: &str) -> NewPlan {
    NewPlan {
        slug: slug.to_owned(),
        listing: Listing {
            name: "Pro".to_owned(),
            description: "For growing teams".to_owned(),
            is_active: true,
            is_popular: false,
            sort_order: 10,
        },
        terms: Terms {
            price: twd(899),
            billing_cycle: BillingCycle::Monthly,
            features: vec!["Ten seats".to_owned()],
            max_users: Some(10),
            trial_days: 0,
            max_storage_mb: None,
        },
    }
}

fn price(minor: i64) -> PlanChanges {
    PlanChanges {
        price: Some(twd(minor)),
        ..PlanChanges::default()
    }
}

async fn versions(op: &Op, id: PlanId) -> Vec<plan_version::Model> {
    let mut all = query::versions_of(op, &[id]).await.unwrap();
    all.remove(&id).unwrap_or_default()
}

async fn slugs(op: &Op, filter: &PlanFilter) -> Vec<String> {
    let select = query::matching(op.actor(), filter);
    let sort = query::sorted_by(PlanSortKey::SortOrder, Direction::Ascending);
    let request = PageRequest::default();
    let page = page::fetch(op.reader(), select, &sort, &request, PageSizes::default()).await;
    let rows = page.unwrap().rows;
    rows.into_iter().map(|(_, plan)| plan.slug).collect()
}

async fn happened(op: &Op) -> Vec<String> {
    let mut rows = event::Entity::find().all(op.reader()).await.unwrap();
    rows.sort_by_key(|row| row.occurred_at);
    rows.into_iter().map(|row| row.kind).collect()
}

async fn rows_of_everything(op: &Op) -> [u64; 4] {
    let db = op.reader();
    [
        plan::Entity::find().count(db).await.unwrap(),
        plan_version::Entity::find().count(db).await.unwrap(),
        event::Entity::find().count(db).await.unwrap(),
        audit_entry::Entity::find().count(db).await.unwrap(),
    ]
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("this was to be refused").code()
}

#[tokio::test]
async fn a_new_price_makes_version_two_and_leaves_version_one_as_it_was_sold() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let first = versions(&staff, plan.id).await.remove(0);
        house.wait(Duration::minutes(1));

        let updated = update_plan(&staff, plan.id, price(999)).await.unwrap();

        let both = versions(&staff, plan.id).await;
        assert_eq!(both.len(), 2);
        assert_eq!((both[0].number, both[0].price()), (2, twd(999)));
        assert_eq!(both[0].features, first.features, "what was not named stays");
        assert_eq!(both[0].id, updated.current_version_id);
        assert_eq!(both[1], first, "version 1 is untouched");
        assert_eq!((updated.version, updated.updated_at), (2, staff.now()));
        assert_eq!(
            happened(&staff).await,
            ["plan.created", "plan.terms_changed"]
        );
        let (sold, terms) = query::get_for_sale(staff.reader(), plan.id).await.unwrap();
        assert_eq!((sold, terms), (updated, both[0].clone()));
        let public = versions(&op_of(&house, Role::Customer), plan.id).await;
        assert_eq!(public, both[..1], "customers see the present terms alone");
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_written_terms() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        create_plan(&staff, new_plan("pro")).await.unwrap();
        let cheaper = plan_version::Entity::update_many()
            .col_expr(plan_version::Column::PriceMinor, Expr::value(1))
            .exec(staff.app().database.writer())
            .await;
        let refusal = cheaper.unwrap_err().to_string();
        assert!(
            refusal.contains("plan_versions is append-only"),
            "{refusal}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_name_makes_no_new_terms_and_no_change_writes_nothing() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let renamed = PlanChanges {
            name: Some("Professional".to_owned()),
            price: Some(twd(899)),
            ..PlanChanges::default()
        };
        house.wait(Duration::minutes(1));
        let updated = update_plan(&staff, plan.id, renamed.clone()).await.unwrap();
        assert_eq!(updated.name, "Professional");
        assert_eq!(updated.current_version_id, plan.current_version_id);

        let before = rows_of_everything(&staff).await;
        house.wait(Duration::minutes(1));
        let again = update_plan(&staff, plan.id, renamed).await.unwrap();
        assert_eq!(again, updated);
        assert_eq!(rows_of_everything(&staff).await, before);
        assert_eq!(happened(&staff).await, ["plan.created", "plan.updated"]);
    })
    .await;
}

#[tokio::test]
async fn a_limit_can_be_lifted_and_a_forgotten_one_stays() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let storage = PlanChanges {
            max_storage_mb: Some(Some(512)),
            ..PlanChanges::default()
        };
        update_plan(&staff, plan.id, storage).await.unwrap();
        let lifted = PlanChanges {
            max_users: Some(None),
            ..PlanChanges::default()
        };
        update_plan(&staff, plan.id, lifted).await.unwrap();
        let terms: Vec<_> = versions(&staff, plan.id)
            .await
            .into_iter()
            .map(|terms| (terms.number, terms.max_users, terms.max_storage_mb))
            .collect();
        assert_eq!(
            terms,
            [
                (3, None, Some(512)),
                (2, Some(10), Some(512)),
                (1, Some(10), None)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_staff_who_read_the_same_plan_the_second_is_told_to_read_again() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let seen = |changes: PlanChanges| PlanChanges {
            expected_version: Some(plan.version),
            ..changes
        };
        let (one, other) = tokio::join!(
            update_plan(&staff, plan.id, seen(price(999))),
            update_plan(&staff, plan.id, seen(price(799))),
        );
        let (winner, loser) = match (one, other) {
            (Ok(winner), Err(loser)) | (Err(loser), Ok(winner)) => (winner, loser),
            both => panic!("exactly one may win: {both:?}"),
        };
        assert_eq!(loser.code(), "INVALID_STATE");
        assert!(loser.is_for_the_caller());
        let numbers: Vec<_> = versions(&staff, plan.id)
            .await
            .into_iter()
            .map(|terms| (terms.id == winner.current_version_id, terms.number))
            .collect();
        assert_eq!(
            numbers,
            [(true, 2), (false, 1)],
            "nothing is lost or doubled"
        );
    })
    .await;
}

#[tokio::test]
async fn many_blind_price_changes_leave_terms_without_gaps() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let tries = (0..8).map(|step| update_plan(&staff, plan.id, price(1000 + step)));
        let outcomes = futures_util::future::join_all(tries).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(won >= 1);
        for refused in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(code(refused), "INVALID_STATE");
        }
        let numbers: Vec<_> = versions(&staff, plan.id)
            .await
            .into_iter()
            .rev()
            .map(|terms| terms.number)
            .collect();
        let expected: Vec<_> = (1..=i32::try_from(won).unwrap() + 1).collect();
        assert_eq!(numbers, expected);
    })
    .await;
}

#[tokio::test]
async fn an_archived_plan_is_gone_for_shoppers_but_not_for_staff() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        house.wait(Duration::minutes(1));
        create_plan(&staff, new_plan("team")).await.unwrap();
        house.wait(Duration::minutes(1));

        let archived = archive_plan(&staff, plan.id).await.unwrap();
        assert_eq!(archived.archived_at, Some(staff.now()));
        assert!(!archived.is_active);

        for shopper in [house.nobody(), op_of(&house, Role::Customer)] {
            assert_eq!(slugs(&shopper, &PlanFilter::default()).await, ["team"]);
            assert_eq!(query::find_by_id(&shopper, plan.id).await.unwrap(), None);
            assert_eq!(query::find_by_slug(&shopper, "pro").await.unwrap(), None);
        }
        assert_eq!(slugs(&staff, &PlanFilter::default()).await, ["pro", "team"]);
        let found = query::find_by_slug(&staff, "pro").await.unwrap();
        assert_eq!(found.as_ref(), Some(&archived));
        let sale = query::get_for_sale(staff.reader(), plan.id).await;
        assert_eq!(code(sale), "PLAN_NOT_FOR_SALE");
        let shown = query::by_ids(staff.reader(), &[plan.id]).await.unwrap();
        assert_eq!(shown.get(&plan.id), Some(&archived), "old orders show it");

        house.wait(Duration::minutes(1));
        let again = archive_plan(&staff, plan.id).await.unwrap();
        assert_eq!(again, archived, "a second time changes nothing");
        let kinds = happened(&staff).await;
        assert_eq!(
            kinds.iter().filter(|kind| *kind == "plan.archived").count(),
            1
        );
        let reopened = PlanChanges {
            is_active: Some(true),
            ..PlanChanges::default()
        };
        assert_eq!(
            code(update_plan(&staff, plan.id, reopened).await),
            "INVALID_STATE"
        );
    })
    .await;
}

#[tokio::test]
async fn staff_find_plans_by_what_they_are() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("was-monthly")).await.unwrap();
        house.wait(Duration::minutes(1));
        create_plan(&staff, new_plan("monthly")).await.unwrap();
        let mut hidden = new_plan("hidden");
        hidden.listing.is_active = false;
        hidden.listing.is_popular = true;
        hidden.listing.sort_order = -1;
        create_plan(&staff, hidden).await.unwrap();
        let yearly = PlanChanges {
            billing_cycle: Some(BillingCycle::Yearly),
            ..PlanChanges::default()
        };
        update_plan(&staff, plan.id, yearly).await.unwrap();

        let all = PlanFilter::default;
        let by_cycle = |cycle| PlanFilter {
            billing_cycle: Some(cycle),
            ..all()
        };
        let monthly = slugs(&staff, &by_cycle(BillingCycle::Monthly)).await;
        assert_eq!(monthly, ["hidden", "monthly"]);
        let yearly = slugs(&staff, &by_cycle(BillingCycle::Yearly)).await;
        assert_eq!(yearly, ["was-monthly"], "the present terms count");
        let inactive = PlanFilter {
            is_active: Some(false),
            ..all()
        };
        assert_eq!(slugs(&staff, &inactive).await, ["hidden"]);
        assert!(
            slugs(&op_of(&house, Role::Customer), &inactive)
                .await
                .is_empty()
        );
        let popular = PlanFilter {
            is_popular: Some(true),
            is_archived: Some(false),
            ..all()
        };
        assert_eq!(slugs(&staff, &popular).await, ["hidden"]);
    })
    .await;
}

#[tokio::test]
async fn two_plans_never_share_a_slug() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        create_plan(&staff, new_plan("pro")).await.unwrap();
        let before = rows_of_everything(&staff).await;
        let second = create_plan(&staff, new_plan("pro")).await.unwrap_err();
        let Error::Invalid { field, code, .. } = second else {
            panic!("not the caller's to mend: {second:?}");
        };
        assert_eq!((field, code), ("slug", Code::Taken));
        assert_eq!(rows_of_everything(&staff).await, before);
    })
    .await;
}

#[tokio::test]
async fn who_is_not_staff_changes_nothing() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        let before = rows_of_everything(&staff).await;
        let strangers = [
            (op_of(&house, Role::Customer), "FORBIDDEN"),
            (house.nobody(), "UNAUTHENTICATED"),
        ];
        for (stranger, refusal) in strangers {
            assert_eq!(
                code(create_plan(&stranger, new_plan("mine")).await),
                refusal
            );
            assert_eq!(
                code(update_plan(&stranger, plan.id, price(1)).await),
                refusal
            );
            assert_eq!(code(archive_plan(&stranger, plan.id).await), refusal);
        }
        assert_eq!(rows_of_everything(&staff).await, before);
        let now = query::find_by_id(&staff, plan.id).await.unwrap();
        assert_eq!(now, Some(plan));
    })
    .await;
}

#[test]
fn what_cannot_be_sold_is_refused_with_the_field_to_mend() {
    type Spoil = fn(&mut NewPlan);
    let table: [(&str, &str, Code, Spoil); 19] = [
        ("empty slug", "slug", Code::Blank, |new| new.slug.clear()),
        ("short slug", "slug", Code::TooShort, |new| {
            new.slug = "a".into()
        }),
        ("long slug", "slug", Code::TooLong, |new| {
            new.slug = "a".repeat(65)
        }),
        ("upper case", "slug", Code::Malformed, |new| {
            new.slug = "Pro".into()
        }),
        ("slug with blanks", "slug", Code::Malformed, |new| {
            new.slug = " pro ".into()
        }),
        ("Chinese slug", "slug", Code::Malformed, |new| {
            new.slug = "專業版".into()
        }),
        ("no name", "name", Code::Blank, |new| {
            new.listing.name = "  ".into()
        }),
        ("long name", "name", Code::TooLong, |new| {
            new.listing.name = "名".repeat(101)
        }),
        ("two lines", "name", Code::Malformed, |new| {
            new.listing.name = "a\nb".into()
        }),
        ("an essay", "description", Code::TooLong, |new| {
            new.listing.description = "d".repeat(2001);
        }),
        ("negative price", "price.amount", Code::OutOfRange, |new| {
            new.terms.price.minor = -1
        }),
        ("a fortune", "price.amount", Code::OutOfRange, |new| {
            new.terms.price.minor = draft::MOST_PRICE_MINOR + 1;
        }),
        ("31 features", "features", Code::TooLong, |new| {
            new.terms.features = vec!["x".to_owned(); 31];
        }),
        ("blank feature", "features", Code::Blank, |new| {
            new.terms.features.push(String::new());
        }),
        ("long feature", "features", Code::TooLong, |new| {
            new.terms.features.push("f".repeat(201));
        }),
        ("no users", "maxUsers", Code::OutOfRange, |new| {
            new.terms.max_users = Some(0)
        }),
        ("fewer than none", "maxUsers", Code::OutOfRange, |new| {
            new.terms.max_users = Some(-1);
        }),
        ("no storage", "maxStorageMb", Code::OutOfRange, |new| {
            new.terms.max_storage_mb = Some(0);
        }),
        ("beyond an Int", "maxStorageMb", Code::OutOfRange, |new| {
            new.terms.max_storage_mb = Some(i64::from(i32::MAX) + 1);
        }),
    ];
    for (what, expected_field, expected_code, spoil) in table {
        let mut new = new_plan("pro");
        spoil(&mut new);
        match new.checked() {
            Err(Error::Invalid { field, code, .. }) => {
                assert_eq!((field, code), (expected_field, expected_code), "{what}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn the_largest_and_the_smallest_plan_are_taken() {
    let mut largest = new_plan(&"a".repeat(64));
    largest.listing.name = "名".repeat(100);
    largest.listing.description = "述".repeat(2000);
    largest.terms.price.minor = draft::MOST_PRICE_MINOR;
    largest.terms.features = vec!["點".repeat(200); 30];
    assert_eq!(largest.clone().checked().unwrap(), largest);

    let mut smallest = new_plan("a1");
    smallest.listing.name = " P ".to_owned();
    smallest.listing.description.clear();
    smallest.terms.price.minor = 0;
    smallest.terms.features.clear();
    let taken = smallest.checked().unwrap();
    assert_eq!(taken.listing.name, "P", "blanks around a name go");
}

#[tokio::test]
async fn staff_read_in_the_audit_trail_who_did_what_and_customers_read_nothing() {
    on_each_engine(|house| async move {
        let staff = op_of(&house, Role::Staff);
        let start = staff.now();
        let plan = create_plan(&staff, new_plan("pro")).await.unwrap();
        house.wait(Duration::minutes(1));
        update_plan(&staff, plan.id, price(999)).await.unwrap();
        house.wait(Duration::minutes(1));
        audit::note_refusal(&op_of(&house, Role::Customer), "createPlan", "FORBIDDEN").await;

        let read = async |op: &Op, filter: AuditFilter| {
            let select = audit::query::matching(op.actor(), &filter);
            let sort = audit::query::newest_first();
            let request = PageRequest::default();
            let page =
                page::fetch(op.reader(), select, &sort, &request, PageSizes::default()).await;
            let rows = page.unwrap().rows;
            rows.into_iter()
                .map(|(_, row)| row.action)
                .collect::<Vec<_>>()
        };
        let all = AuditFilter::default;
        let action = |text| AuditFilter {
            action: Some(ActionFilter::parse(text)),
            ..all()
        };
        let everything = ["createPlan", "plan.terms_changed", "plan.created"];
        assert_eq!(read(&staff, all()).await, everything);
        assert!(read(&op_of(&house, Role::Customer), all()).await.is_empty());
        assert!(read(&house.nobody(), all()).await.is_empty());

        assert_eq!(read(&staff, action("plan.*")).await, everything[1..]);
        assert_eq!(read(&staff, action("plan.created")).await, ["plan.created"]);
        for nothing in ["plan", "PLAN.*", "plan_*", "plan.%*", "%*"] {
            assert!(read(&staff, action(nothing)).await.is_empty(), "{nothing}");
        }
        let refused = AuditFilter {
            outcome: Some(AuditOutcome::Refused),
            actor_user_id: staff.actor().user_id(),
            request_id: Some("request-1".to_owned()),
            ..all()
        };
        assert_eq!(read(&staff, refused).await, ["createPlan"]);
        let of_the_plan = AuditFilter {
            subject: Some(plan.id.to_string()),
            from: Some(start),
            to: Some(start + Duration::minutes(1)),
            ..all()
        };
        assert_eq!(
            read(&staff, of_the_plan).await,
            ["plan.created"],
            "`to` is not within"
        );
        let details = audit_entry::Entity::find()
            .filter(audit_entry::Column::Action.eq("plan.terms_changed"))
            .one(staff.reader())
            .await
            .unwrap()
            .unwrap()
            .details;
        assert_eq!(details["previous_price"]["minor"], 899);
        assert_eq!(details["price"]["minor"], 999);
    })
    .await;
}
