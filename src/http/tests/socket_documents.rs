//! Documents on a socket: by their ids, and with their cost.

use serde_json::{Value, json};

use super::{
    kit::place,
    talk::{Client, connect},
    trusted::import_as,
};

const COUNT: &str = "subscription Count($to: Int!) { count(to: $to) }";

impl Client {
    async fn send(&mut self, payload: Value) -> Value {
        self.say(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
        self.hear().await
    }
}

#[tokio::test]
async fn a_socket_follows_imported_documents_alone_where_only_they_may() {
    let place = place(&[("FABRICA_TRUSTED_DOCUMENTS", "only")]).await;
    import_as(&place, Some("c0"), COUNT).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    let payload = json!({ "documentId": "c0", "variables": { "to": 1 } });
    let next = client.send(payload).await;
    assert_eq!(next["payload"], json!({ "data": { "count": 0 } }), "{next}");
    assert_eq!(client.hear().await["type"], "complete");
    let text = json!({ "query": "subscription { count(to: 1) }" });
    let unknown = json!({ "documentId": "c1" });
    for (payload, code) in [(text, "FORBIDDEN"), (unknown, "PERSISTED_QUERY_NOT_FOUND")] {
        let error = client.send(payload).await;
        assert_eq!(error["type"], "error");
        assert_eq!(error["payload"][0]["extensions"]["code"], code);
    }
}

#[tokio::test]
async fn the_first_answer_on_a_socket_tells_the_cost() {
    let place = place(&[("FABRICA_RATE_COST_PER_MINUTE", "1000")]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    let payload = json!({
        "query": COUNT, "variables": { "to": 2 }, "extensions": { "cost": true },
    });
    let first = client.send(payload).await;
    assert_eq!(
        first["payload"]["extensions"]["cost"],
        json!({ "requested": 0, "limit": 200, "remaining": 999, "perMinute": 1000 })
    );
    let second = client.hear().await;
    assert_eq!(second["payload"], json!({ "data": { "count": 1 } }));
}
