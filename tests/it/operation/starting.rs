//! Refusing to start, with a sentence that says what to do.

use crate::kit::{Engine, Shop, run, server};

/// Runs a command of the program with these settings alone; its exit code and what it said.
fn start(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let home = server::Home::new();
    let directory = home.0.display().to_string();
    let mut all = vec![("FABRICA_DATA_DIR".to_owned(), directory)];
    all.extend(
        settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let status = server::command(&all, &home.log())
        .arg("serve")
        .status()
        .unwrap();
    (status.code(), std::fs::read_to_string(home.log()).unwrap())
}

#[test]
fn a_bad_setting_stops_the_start_by_its_name_and_without_its_value() {
    let secret = "tooshort-canary";
    for (settings, named) in [
        (vec![("FABRICA_LISTEN", "nowhere")], "FABRICA_LISTEN"),
        (vec![("FABRICA_PROFILE", "prod")], "FABRICA_PROFILE"),
        (
            vec![("FABRICA_PUBLIC_URL", "shop.example/path")],
            "FABRICA_PUBLIC_URL",
        ),
        (
            vec![("DATABASE_URL", "mysql://u:tooshort-canary@h/d")],
            "DATABASE_URL",
        ),
        (vec![("FABRICA_SECRET", secret)], "FABRICA_SECRET"),
        (vec![("FABRICA_SIGNING_KEY", secret)], "FABRICA_SIGNING_KEY"),
        (vec![("ECPAY_ENV", "live")], "ECPAY_ENV"),
        (vec![("ECPAY_HASH_KEY", secret)], "ECPAY_HASH_IV"),
        (
            vec![("FABRICA_SELLER_TAX_ID", "12")],
            "FABRICA_SELLER_TAX_ID",
        ),
        (vec![("FABRICA_LISTENN", "127.0.0.1:1")], "FABRICA_LISTENN"),
    ] {
        let (code, said) = start(&settings);
        assert_eq!(code, Some(1), "{settings:?}: {said}");
        assert!(said.contains(named), "{named} in {said}");
        assert!(!said.contains("canary"), "{said}");
    }
}

#[test]
fn production_refuses_what_is_only_fit_for_trying_out() {
    let (code, said) = start(&[
        ("FABRICA_PROFILE", "production"),
        ("FABRICA_PUBLIC_URL", "http://shop.example"),
        ("ECPAY_MERCHANT_ID", "3002607"),
        ("ECPAY_HASH_KEY", "pwFHCqoQZGmho4w6"),
        ("ECPAY_HASH_IV", "EkRm7iFT261dpevs"),
    ]);
    assert_eq!(code, Some(1), "{said}");
    for named in [
        "FABRICA_SECRET",
        "FABRICA_SIGNING_KEY",
        "ECPAY_ENV",
        "FABRICA_PUBLIC_URL",
        "FABRICA_SELLER_NAME",
    ] {
        assert!(said.contains(named), "{named} in {said}");
    }
    assert!(!said.contains("pwFHCqoQZGmho4w6"), "{said}");
}

#[tokio::test]
async fn a_second_process_on_the_same_sqlite_file_refuses_to_start() {
    run(Engine::Sqlite, &[], async |mut shop: Shop| {
        for command in ["serve", "seed"] {
            let (code, said) = shop.run_command(&[command]);
            assert_eq!(code, Some(1), "{command}: {said}");
            assert!(
                said.contains("another fabrica uses the SQLite database already"),
                "{command}: {said}"
            );
            assert!(said.contains("shop.db"), "{said}");
        }
        assert!(shop.server().ended().is_none(), "the first goes on");
        shop.mei().await;
    })
    .await;
}
