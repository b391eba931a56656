//! `fabrica verify`, beside the running server.

use crate::kit::{Shop, both_engines};

both_engines!(a_broken_number_is_named_and_fails_the_command);

async fn a_broken_number_is_named_and_fails_the_command(shop: Shop) {
    let mei = shop.mei().await;
    drop(mei);
    let (code, said) = shop.run_command(&["verify"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ok    I1 "), "{said}");
    assert!(said.contains("everything is as it must be"), "{said}");

    let added = "INSERT INTO invoice_series (series, last_sequence) VALUES ('INV-1999', 1)";
    shop.database.run(added).await;
    let (code, said) = shop.run_command(&["verify"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAIL  I11"), "{said}");
    assert!(said.contains("INV-1999"), "{said}");

    let removed = "DELETE FROM invoice_series WHERE series = 'INV-1999'";
    shop.database.run(removed).await;
    assert_eq!(shop.run_command(&["verify"]).0, Some(0));
}
