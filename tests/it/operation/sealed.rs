//! The audit trail is sealed while the shop runs, and `fabrica verify` sees a hand in it.

use std::time::Duration;

use crate::kit::{Shop, both_engines, wait::eventually};

both_engines!(the_trail_is_sealed_within_seconds_and_a_hand_in_it_fails_the_command);

const WAITING: &str = "SELECT count(*) FROM audit_unsealed";

/// The end of the chain that the command prints.
pub fn head(said: &str) -> String {
    let line = said.lines().find(|line| line.contains("sealed up to"));
    let head = line.unwrap_or_else(|| panic!("no head: {said}"));
    head.rsplit(' ').next().unwrap().to_owned()
}

async fn the_trail_is_sealed_within_seconds_and_a_hand_in_it_fails_the_command(shop: Shop) {
    // Given somebody who came to a running shop
    shop.newcomer("lin").await;
    let sealed = eventually("the trail is sealed", async || {
        (shop.database.number(WAITING).await == 0).then_some(())
    });
    let limit = Duration::from_secs(5);
    let in_time = tokio::time::timeout(limit, sealed).await;
    assert!(in_time.is_ok(), "not within five seconds");
    let (code, said) = shop.run_command(&["verify"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ok    I13"), "{said}");

    // When its operator keeps the end of the chain, and the shop goes on
    let kept = head(&said);
    shop.newcomer("anna").await;
    let (code, said) = shop.run_command(&["verify", "--head", &kept]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("sealed through {kept}")), "{said}");

    // Then another end is not one that the chain goes through, and what is no end is refused
    let (number, _) = kept.split_once(':').unwrap();
    let other = format!("{number}:{}", "a".repeat(64));
    let (code, said) = shop.run_command(&["verify", "--head", &other]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cut or written anew"), "{said}");
    let (code, said) = shop.run_command(&["verify", "--head", "yesterday"]);
    assert_eq!(code, Some(2), "{said}");

    // And a seal that is gone fails the command, by its number
    let guards = match shop.database.url().starts_with("sqlite:") {
        true => "DROP TRIGGER audit_seals_refuse_delete",
        false => "ALTER TABLE audit_seals DISABLE TRIGGER ALL",
    };
    shop.database.run(guards).await;
    for hand in [
        "CREATE TABLE kept AS SELECT * FROM audit_seals WHERE sequence = 1",
        "DELETE FROM audit_seals WHERE sequence = 1",
    ] {
        shop.database.run(hand).await;
    }
    let (code, said) = shop.run_command(&["verify"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAIL  I13"), "{said}");
    assert!(said.contains("seal 1"), "{said}");
    let back = "INSERT INTO audit_seals SELECT * FROM kept";
    shop.database.run(back).await;
    assert_eq!(shop.run_command(&["verify"]).0, Some(0));
}
