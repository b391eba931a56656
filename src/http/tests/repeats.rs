//! Mutations that collide with others.

use std::sync::atomic::Ordering;

use super::kit::{COLLISIONS, place};

#[tokio::test]
async fn a_mutation_of_one_field_that_collided_is_run_again_and_its_client_never_knows() {
    let place = place(&[]).await;
    let before = place.figure("tx_retry_total{door=\"graphql\"}");
    let answer = place.ask("mutation { collide(times: 2) }", &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("{\"collide\":2}"), "{}", answer.text);
    assert!(place.figure("tx_retry_total{door=\"graphql\"}") >= before + 2);

    // Five times and no more; what is told is what its client may do
    COLLISIONS.store(0, Ordering::Relaxed);
    let answer = place.ask("mutation { collide(times: 99) }", &[]).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.text.contains("UNAVAILABLE"), "{}", answer.text);
    assert!(
        answer.text.contains("\"retryAfterSeconds\":1"),
        "{}",
        answer.text
    );
    assert_eq!(COLLISIONS.load(Ordering::Relaxed), 6);

    // Of two fields one may have been done: it is its client's to decide
    COLLISIONS.store(0, Ordering::Relaxed);
    let answer = place.ask("mutation { write collide(times: 2) }", &[]).await;
    assert!(answer.text.contains("UNAVAILABLE"), "{}", answer.text);
    assert_eq!(COLLISIONS.load(Ordering::Relaxed), 1);
}
