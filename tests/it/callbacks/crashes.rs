//! The server is killed while a notice is on its way, being taken in, or being answered.

use std::time::Duration;

use entity::payments::PaymentStatus;

use crate::kit::{Browser, Shop, both_engines, browser::GOOD_CARD};

both_engines!(a_kill_at_any_moment_loses_and_doubles_nothing);

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

        // When the process dies a moment later
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
