//! The server is killed while a notice is on its way, being taken in, or being answered.

use std::time::Duration;

use entity::payments::PaymentStatus;

use super::notice::{body, paid};
use crate::kit::{Browser, Shop, both_engines, browser::GOOD_CARD, wait::eventually};

both_engines!(
    a_kill_at_any_moment_loses_and_doubles_nothing,
    a_process_that_dies_between_two_steps_loses_and_doubles_nothing,
);

async fn a_kill_at_any_moment_loses_and_doubles_nothing(mut shop: Shop) {
    let mei = shop.mei().await;
    let moments = [
        ("starter", 0),
        ("pro", 4),
        ("team", 8),
        ("pro-yearly", 14),
        ("weekly-pass", 30),
    ];
    for (slug, milliseconds) in moments {
        // Given a card that was taken; the notice is sent at once
        let purchase = mei.subscribe(slug).await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        Browser::new()
            .type_card(&attempt.redirect_url, GOOD_CARD)
            .await;

        // When the process dies a moment later (before the notice, within it, or after it: nothing is waited for)
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        shop.kill();
        shop.start().await;

        // Then what it had begun is finished, once
        let order = mei.order_becomes(&purchase, "COMPLETED").await;
        assert_eq!(
            order["lines"][0]["subscription"]["status"], "ACTIVE",
            "{slug}"
        );
        let payment = shop.database.payment(attempt.payment()).await;
        assert_eq!(payment.status, PaymentStatus::Paid, "{slug}");
        let settlements = shop.database.settlements(purchase.order()).await;
        assert_eq!(settlements.len(), 1, "{slug}");
        assert_eq!(
            shop.database.invoices(purchase.order()).await.len(),
            1,
            "{slug}"
        );
    }
}

async fn a_process_that_dies_between_two_steps_loses_and_doubles_nothing(mut shop: Shop) {
    let mei = shop.mei().await;
    let points = [
        ("starter", "statement:60"),
        ("pro", "commit:7"),
        ("team", "committed:7"),
        ("pro-yearly", "committed:8"),
    ];
    for (slug, point) in points {
        // Given a server that dies there, whatever it does then
        let purchase = mei.subscribe(slug).await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let amount = shop.database.payment(attempt.payment()).await.amount_minor;
        let notice = body(&paid(&attempt.trade_no, amount));
        shop.kill();
        if shop.start_to_die(point).await {
            // When notices come until it does
            let address = format!("{}/ecpay/notify", shop.url);
            eventually("the process dies", async || {
                let request = shop.http.post(&address).body(notice.clone());
                let form = "application/x-www-form-urlencoded";
                let _ = request.header("content-type", form).send().await;
                shop.server().ended()
            })
            .await;
        }

        // Then the notice that comes again settles, once
        shop.start().await;
        let answer = shop.post("/ecpay/notify", notice).await;
        assert_eq!(answer, (200, "1|OK".to_owned()), "{point}");
        mei.order_becomes(&purchase, "COMPLETED").await;
        let settlements = shop.database.settlements(purchase.order()).await;
        assert_eq!(settlements.len(), 1, "{point}");
        let invoices = shop.database.invoices(purchase.order()).await;
        assert_eq!(invoices.len(), 1, "{point}");
    }
}
