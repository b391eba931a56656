//! What is somebody else's looks like what does not exist.

use serde_json::{Value, json};

use crate::kit::{Shop, both_engines, client::Client, customer::new_key};

both_engines!(
    what_belongs_to_others_cannot_be_told_from_nothing,
    nobody_gives_themself_a_role,
    cursors_open_no_other_list,
    filters_sortings_and_counts_tell_nothing_of_others,
);

/// An answer without what differs in every answer.
fn seen(mut body: Value) -> Value {
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]
            .as_object_mut()
            .unwrap()
            .remove("requestId");
    }
    body
}

async fn look(client: &Client, field: &str, id: &str) -> Value {
    let document = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
    let answer = client.send(&document, json!({ "id": id })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    seen(answer.body)
}

async fn what_belongs_to_others_cannot_be_told_from_nothing(shop: Shop) {
    // Given everything that mei has
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    let browser = crate::kit::Browser::new();
    browser
        .pay_by_card(&attempt.redirect_url, crate::kit::browser::GOOD_CARD)
        .await;
    mei.order_becomes(&purchase, "COMPLETED").await;
    let query = "query($id: ID!) { order(id: $id) { invoice { id } } }";
    let invoice = mei.ask(query, json!({ "id": purchase.order_id })).await;
    let invoice = invoice["order"]["invoice"]["id"]
        .as_str()
        .unwrap()
        .to_owned();

    let lin = shop.newcomer("lin").await;
    for (field, id) in [
        ("order", purchase.order_id.as_str()),
        ("subscription", purchase.subscription_id.as_str()),
        ("payment", attempt.payment_id.as_str()),
        ("invoice", invoice.as_str()),
    ] {
        assert_eq!(look(&mei, field, id).await["data"][field]["id"], id);
        let foreign = look(&lin, field, id).await;
        assert_eq!(
            foreign["errors"][0]["extensions"]["code"], "NOT_FOUND",
            "{field}"
        );
        assert_eq!(foreign["data"][field], json!(null));
        let (prefix, _) = id.split_once('_').unwrap();
        let random = format!("{prefix}_01jd0000000000000000000000");
        assert_eq!(look(&lin, field, &random).await, foreign, "{field}");
    }

    // and nothing can be done with it
    let input = json!({ "orderId": purchase.order_id, "idempotencyKey": new_key() });
    for (field, kind, more) in [
        ("cancelOrder", "CancelOrderInput!", json!({})),
        (
            "beginPayment",
            "BeginPaymentInput!",
            json!({ "method": "ATM" }),
        ),
    ] {
        let mut input = input.clone();
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let document = format!(
            "mutation($input: {kind}) {{ {field}(input: $input) {{ errors {{ code }} }} }}"
        );
        let foreign = lin.send(&document, json!({ "input": input })).await;
        assert_eq!(foreign.code(), "NOT_FOUND", "{field}: {}", foreign.body);
        input["orderId"] = json!("ord_01jd0000000000000000000000");
        let random = lin.send(&document, json!({ "input": input })).await;
        assert_eq!(seen(random.body), seen(foreign.body), "{field}");
    }
}

async fn nobody_gives_themself_a_role(shop: Shop) {
    let mei = shop.mei().await;
    let before = shop.database.counts().await;
    let written =
        "mutation { updateProfile(input: { role: ADMIN, isVerified: true }) { user { role } } }";
    let answer = mei.send(written, json!({})).await;
    assert_eq!(
        answer.code(),
        "GRAPHQL_VALIDATION_FAILED",
        "{}",
        answer.body
    );
    assert!(answer.body.get("data").is_none());
    let sent =
        "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { role } } }";
    let input = json!({ "input": { "firstName": "Mei", "role": "ADMIN", "isVerified": true, "balance": 1 } });
    let answer = mei.send(sent, input).await;
    assert!(
        ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()),
        "{}",
        answer.body
    );
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { role } } }";
    let input = json!({ "input": {
        "username": "eve", "email": "eve@demo.example", "password": "a-long-and-quiet-river", "role": "ADMIN",
    } });
    let answer = shop.guest().send(register, input).await;
    assert!(
        ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()),
        "{}",
        answer.body
    );
    assert_eq!(shop.database.counts().await, before);
    assert_eq!(
        mei.ask("{ me { role firstName } }", json!({})).await["me"]["role"],
        "CUSTOMER"
    );
}

async fn cursors_open_no_other_list(shop: Shop) {
    let mei = shop.mei().await;
    for slug in ["pro", "starter", "team"] {
        mei.subscribe(slug).await;
    }
    let page = "query($after: String) { me { orders(first: 1, after: $after) { nodes { number } pageInfo { endCursor hasNextPage } totalCount } } }";
    let first = mei.ask(page, json!({})).await["me"]["orders"].clone();
    assert_eq!(first["totalCount"], 3);
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = mei.ask(page, json!({ "after": cursor })).await["me"]["orders"].clone();
    assert_ne!(second["nodes"][0]["number"], first["nodes"][0]["number"]);

    let mut edited: Vec<char> = cursor.chars().collect();
    edited.reverse();
    let edited: String = edited.into_iter().collect();
    for bad in [edited.as_str(), "", "x", "' OR 1=1 --", &cursor.repeat(200)] {
        let answer = mei.send(page, json!({ "after": bad })).await;
        assert_eq!(
            answer.code(),
            "INVALID_CURSOR",
            "{bad:.40}: {}",
            answer.body
        );
    }
    // of another list
    let plans = "query($after: String) { plans(first: 1, after: $after) { nodes { slug } } }";
    let answer = mei.send(plans, json!({ "after": cursor })).await;
    assert_eq!(answer.code(), "INVALID_CURSOR", "{}", answer.body);
    // of the same list under another filter
    let staff = shop.demo("staff").await;
    let filtered = "query($after: String, $filter: OrderFilter) { orders(first: 1, after: $after, filter: $filter) { pageInfo { endCursor } } }";
    let every = staff.ask(filtered, json!({})).await;
    let cursor_of_staff = &every["orders"]["pageInfo"]["endCursor"];
    for (filter, code) in [
        (json!(null), ""),
        (json!({ "statuses": ["PENDING"] }), "INVALID_CURSOR"),
    ] {
        let variables = json!({ "after": cursor_of_staff, "filter": filter });
        let answer = staff.send(filtered, variables).await;
        assert_eq!(answer.code(), code, "{}", answer.body);
    }
    // and in somebody else's hands
    let lin = shop.newcomer("lin").await;
    let answer = lin.send(page, json!({ "after": cursor })).await;
    assert_eq!(answer.code(), "INVALID_CURSOR", "{}", answer.body);
}

async fn filters_sortings_and_counts_tell_nothing_of_others(shop: Shop) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let lin = shop.newcomer("lin").await;

    // What nobody may filter or sort by is no field at all, for staff neither
    let staff = shop.demo("staff").await;
    for document in [
        "{ orders(filter: { ownerEmail_startsWith: \"a\" }) { totalCount } }",
        "{ users(filter: { passwordHash: \"a\" }) { totalCount } }",
        "{ users(sort: { field: PASSWORD_HASH, direction: ASCENDING }) { totalCount } }",
        "{ plans(filter: { secret: true }) { totalCount } }",
    ] {
        for client in [&lin, &staff] {
            let answer = client.send(document, json!({})).await;
            assert_eq!(
                answer.code(),
                "GRAPHQL_VALIDATION_FAILED",
                "{document}: {}",
                answer.body
            );
            assert!(answer.body.get("data").is_none());
        }
    }
    // and what staff may filter by is closed to all others
    let number = format!(
        "{{ orders(filter: {{ number: \"{}\" }}) {{ totalCount }} }}",
        purchase.number
    );
    assert_eq!(
        staff.ask(&number, json!({})).await["orders"]["totalCount"],
        1
    );
    assert_eq!(lin.send(&number, json!({})).await.code(), "FORBIDDEN");

    // Counts are of what one sees
    let count =
        "{ me { orders { totalCount } subscriptions { totalCount } invoices { totalCount } } }";
    let hers = mei.ask(count, json!({})).await["me"].clone();
    assert_eq!(
        (
            &hers["orders"]["totalCount"],
            &hers["subscriptions"]["totalCount"]
        ),
        (&json!(1), &json!(1))
    );
    let nothing = json!({ "totalCount": 0 });
    let his = lin.ask(count, json!({})).await["me"].clone();
    assert_eq!(
        his,
        json!({ "orders": nothing, "subscriptions": nothing, "invoices": nothing })
    );
    let plans = "{ plans { totalCount } }";
    let on_sale = lin.ask(plans, json!({})).await["plans"]["totalCount"]
        .as_i64()
        .unwrap();
    let input = json!({ "planId": staff.plan("team").await });
    staff.mutate("archivePlan", "plan { id }", input).await;
    assert_eq!(
        lin.ask(plans, json!({})).await["plans"]["totalCount"],
        on_sale - 1
    );
    assert_eq!(
        staff.ask(plans, json!({})).await["plans"]["totalCount"],
        on_sale
    );
}
