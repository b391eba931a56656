//! A hand in the trail: whatever it does is found and named.

use super::*;

/// What somebody with rights on the database does to a sealed trail, which rule names it, and what is named: the
/// sealed line of this place, the seal, or the line of [`LINE`].
const TAMPERED: &[(&str, &str, Named)] = &[
    (
        "UPDATE audit_entries SET address = '198.51.100.1' WHERE id = {third}",
        "every line is as it was when it was sealed",
        Named::Third,
    ),
    (
        "UPDATE audit_entries SET details = '{\"user_id\": \"usr_1\"}' WHERE id = {third}",
        "every line is as it was when it was sealed",
        Named::Third,
    ),
    (
        "DELETE FROM audit_entries WHERE id = {third}",
        "every line that was sealed is there, and can be read",
        Named::Third,
    ),
    (
        "DELETE FROM audit_seals WHERE sequence = 3",
        "the seals are numbered 1, 2, 3 …",
        Named::Seal("seal 3"),
    ),
    (
        "DELETE FROM audit_seals WHERE sequence = 1",
        "the seals are numbered 1, 2, 3 …",
        Named::Seal("seal 1"),
    ),
    (
        "DELETE FROM audit_seals WHERE entry_id = {last}",
        "every line is sealed, or waits for it",
        Named::Last,
    ),
    (
        "UPDATE audit_seals SET hash = previous_hash WHERE sequence = 3",
        "every line is as it was when it was sealed",
        Named::Third,
    ),
    (
        "UPDATE audit_seals SET hash = previous_hash WHERE sequence = 3",
        "every seal holds on to the one before it",
        Named::Seal("seal 4"),
    ),
    (LINE, "every line is sealed, or waits for it", Named::Line),
    (
        "INSERT INTO audit_unsealed (entry_id, at) SELECT id, at FROM audit_entries WHERE id = {third}",
        "what waits to be sealed is a line that is there and not sealed yet",
        Named::Third,
    ),
];

#[derive(Clone, Copy, Debug)]
enum Named {
    Third,
    Last,
    Line,
    Seal(&'static str),
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_changed_removed_or_put_in_is_found_and_named() {
    for (statement, says, named) in TAMPERED {
        on_each_engine(|house| async move {
            // Given a sealed trail
            people(&house).await;
            seal_all(&house).await;
            assert_eq!(wrong(&house).await, []);
            let sealed = sealed(&house).await;
            let (third, last) = (sealed[2], *sealed.last().unwrap());
            // When somebody lays a hand on it
            drop_guards(&house).await;
            let ids = [("{third}", third), ("{last}", last)];
            run(&house, &filled(&house, statement, &ids)).await;
            // Then it is named
            let found = wrong(&house).await;
            let rule = found.iter().find(|broken| broken.says == *says);
            let rule = rule.unwrap_or_else(|| panic!("{statement}: {found:?}"));
            let examples = match named {
                Named::Third => vec![third.to_string()],
                Named::Last => vec![last.to_string()],
                Named::Seal(seal) => vec![(*seal).to_owned()],
                Named::Line => vec![put_in().to_string()],
            };
            assert_eq!(
                (rule.violations, &rule.examples),
                (1, &examples),
                "{statement}"
            );
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_cannot_be_read_any_more_is_named_and_the_others_are_looked_at() {
    on_sqlite(|house| async move {
        people(&house).await;
        seal_all(&house).await;
        let third = sealed(&house).await[2];
        drop_guards(&house).await;
        let id = literal(DbBackend::Sqlite, third);
        run(
            &house,
            &format!("UPDATE audit_entries SET at = 'noon' WHERE id = {id}"),
        )
        .await;
        let found = wrong(&house).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0].says,
            "every line that was sealed is there, and can be read"
        );
        assert_eq!(found[0].examples, [third.to_string()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_put_in_under_what_is_no_id_is_counted() {
    on_sqlite(|house| async move {
        people(&house).await;
        seal_all(&house).await;
        drop_guards(&house).await;
        run(&house, &LINE.replace("{id}", "'somebody'")).await;
        let found = wrong(&house).await;
        assert_eq!(found[0].says, "every line is sealed, or waits for it");
        assert_eq!(found[0].examples, ["aud_?"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_disappears_before_it_is_sealed_is_found_too() {
    for removal in ["DELETE FROM audit_unsealed", "DELETE FROM audit_entries"] {
        on_each_engine(|house| async move {
            people(&house).await;
            assert_eq!(wrong(&house).await, []);
            drop_guards(&house).await;
            run(&house, removal).await;
            assert!(!wrong(&house).await.is_empty(), "{removal}");
            // And it keeps nobody from sealing the rest
            seal_all(&house).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_written_anew_is_told_by_a_head_that_somebody_kept() {
    on_each_engine(|house| async move {
        // Given an operator who wrote down the end of the chain
        people(&house).await;
        seal_all(&house).await;
        let head = query::head(db(&house)).await.unwrap().unwrap();
        house.customer("anna").await;
        seal_all(&house).await;
        assert!(query::goes_through(db(&house), &head).await.unwrap());
        // When somebody changes a line and computes every hash anew
        drop_guards(&house).await;
        run(&house, "UPDATE audit_entries SET address = '198.51.100.1'").await;
        run(&house, "DELETE FROM audit_seals").await;
        let all = "INSERT INTO audit_unsealed (entry_id, at) SELECT id, at FROM audit_entries";
        run(&house, all).await;
        seal_all(&house).await;
        // Then the chain is whole, and not the one that it was
        assert_eq!(wrong(&house).await, []);
        assert!(!query::goes_through(db(&house), &head).await.unwrap());
        // nor is one that was cut off
        run(
            &house,
            &format!(
                "DELETE FROM audit_seals WHERE sequence >= {}",
                head.sequence
            ),
        )
        .await;
        assert!(!query::goes_through(db(&house), &head).await.unwrap());
    })
    .await;
}
