//! People and sessions, seen by whoever sends documents.

use crate::kit::{House, PASSWORD, on_each_engine};
use async_graphql::{Request, Variables};
use domain::{base::Op, users};
use graphql::{Options, attach, build_schema};
use serde_json::{Value, json};

const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) {
    user { id username role isVerified isActive lastLogInAt avatarUrl }
    session { accessToken expiresAt refreshToken refreshTokenExpiresAt }
    errors { code message path }
} }";

const LOG_IN: &str = "mutation($input: LogInInput!) { logIn(input: $input) {
    user { username } session { accessToken } errors { code path }
} }";

const REFRESH: &str = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
    session { accessToken refreshToken } errors { code }
} }";

const UPDATE_PROFILE: &str =
    "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) {
    user { username avatarUrl firstName } errors { code path }
} }";

const UPDATE_USER: &str = "mutation($input: UpdateUserInput!) { updateUser(input: $input) {
    user { role isActive } errors { code }
} }";

/// The whole answer, as a client reads it.
async fn send(op: &Op, document: &str, variables: Value) -> Value {
    let schema = build_schema(&Options {
        introspection: false,
        ..Options::default()
    });
    let request = Request::new(document).variables(Variables::from_json(variables));
    let response = schema.execute(attach(request, op.clone())).await;
    serde_json::to_value(response).unwrap()
}

/// An operation of whoever sends this access token.
async fn with_token(house: &House, token: &Value) -> Op {
    let token = token.as_str().unwrap();
    let claims = house.app.access_tokens.verify(token, house.now()).unwrap();
    house.op(users::authenticate(&house.app, &claims).await.unwrap())
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_registers_goes_on_and_logs_out() {
    on_each_engine(|house| async move {
        let input = json!({ "username": "mei", "email": "mei@shop.example", "password": PASSWORD });
        let answer = send(&house.nobody(), REGISTER, json!({ "input": input })).await;
        let registered = &answer["data"]["register"];
        assert_eq!(registered["errors"], json!([]), "{answer}");
        let user = &registered["user"];
        assert!(user["id"].as_str().unwrap().starts_with("usr_"));
        assert_eq!(user["role"], "CUSTOMER");
        let session = &registered["session"];
        assert_eq!(session["expiresAt"], "2026-11-20T04:15:00+00:00");

        let mei = with_token(&house, &session["accessToken"]).await;
        let answer = send(&mei, "{ me { id email } }", json!({})).await;
        assert_eq!(answer["data"]["me"]["id"], user["id"]);
        assert_eq!(answer["data"]["me"]["email"], "mei@shop.example");

        let input = json!({ "refreshToken": session["refreshToken"] });
        let answer = send(&house.nobody(), REFRESH, json!({ "input": input })).await;
        let next = &answer["data"]["refreshSession"]["session"];
        assert_ne!(next["refreshToken"], session["refreshToken"]);

        let log_out = "mutation { logOut { endedSessionId errors { code } } }";
        let answer = send(&mei, log_out, json!({})).await;
        let ended = &answer["data"]["logOut"]["endedSessionId"];
        assert!(ended.as_str().unwrap().starts_with("ses_"), "{answer}");
        let input = json!({ "refreshToken": next["refreshToken"] });
        let answer = send(&house.nobody(), REFRESH, json!({ "input": input })).await;
        let refused = &answer["data"]["refreshSession"];
        assert_eq!(refused["session"], Value::Null);
        assert_eq!(refused["errors"][0]["code"], "TOKEN_INVALID");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_mended_is_told_with_its_place() {
    on_each_engine(|house| async move {
        house.customer("mei").await;
        let taken = json!({ "username": "Mei", "email": "new@shop.example", "password": PASSWORD });
        let answer = send(&house.nobody(), REGISTER, json!({ "input": taken })).await;
        let payload = &answer["data"]["register"];
        assert_eq!(payload["user"], Value::Null);
        assert_eq!(payload["errors"][0]["code"], "TAKEN", "{answer}");
        assert_eq!(payload["errors"][0]["path"], json!(["input", "username"]));

        let wrong = json!({ "identifier": "mei", "password": "a wrong password" });
        let answer = send(&house.nobody(), LOG_IN, json!({ "input": wrong })).await;
        let expected = json!([{ "code": "WRONG_CREDENTIALS", "path": [] }]);
        assert_eq!(answer["data"]["logIn"]["errors"], expected);
        for _ in 0..4 {
            send(&house.nobody(), LOG_IN, json!({ "input": wrong })).await;
        }
        let right = json!({ "identifier": "mei", "password": PASSWORD });
        let answer = send(&house.nobody(), LOG_IN, json!({ "input": right })).await;
        assert_eq!(code(&answer), "RATE_LIMITED", "{answer}");
        let wait = &answer["errors"][0]["extensions"]["retryAfterSeconds"];
        assert!(wait.as_u64().unwrap() > 800, "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_themself_a_role_through_the_profile() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        for more in [json!({ "role": "ADMIN" }), json!({ "isVerified": true })] {
            let answer = send(&mei.op, UPDATE_PROFILE, json!({ "input": more })).await;
            assert_eq!(answer["data"], Value::Null);
            assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
        }
        let answer = send(&mei.op, "{ me { role isVerified } }", json!({})).await;
        assert_eq!(
            answer["data"]["me"],
            json!({ "role": "CUSTOMER", "isVerified": false })
        );
        let input = json!({ "userId": mei.user.id.to_string(), "role": "ADMIN" });
        let answer = send(&mei.op, UPDATE_USER, json!({ "input": input })).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn null_takes_a_picture_away_and_silence_keeps_it() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let picture = "https://pictures.example/mei.png";
        for (input, expected) in [
            (json!({ "avatarUrl": picture }), json!(picture)),
            (json!({ "firstName": null }), json!(picture)),
            (json!({ "avatarUrl": null }), Value::Null),
        ] {
            let answer = send(&mei.op, UPDATE_PROFILE, json!({ "input": input })).await;
            let user = &answer["data"]["updateProfile"]["user"];
            assert_eq!(user["avatarUrl"], expected, "{answer}");
            assert_eq!(user["firstName"], "Mei");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_look_people_up_and_customers_do_not() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let staff = house.staff("staff").await;
        let list = "{ users(first: 1, filter: { search: \"e\" }, sort: { key: USERNAME, direction: ASCENDING }) {
            nodes { username } totalCount pageInfo { hasNextPage }
        } }";
        let answer = send(&staff.op, list, json!({})).await;
        let expected = json!({
            "nodes": [{ "username": "mei" }],
            "totalCount": 2,
            "pageInfo": { "hasNextPage": true },
        });
        assert_eq!(answer["data"]["users"], expected, "{answer}");
        let answer = send(&mei.op, list, json!({})).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        let one = "query($id: ID!) { user(id: $id) { username } }";
        let id = json!({ "id": mei.user.id.to_string() });
        let answer = send(&staff.op, one, id.clone()).await;
        assert_eq!(answer["data"]["user"]["username"], "mei");
        let answer = send(&house.nobody(), one, id).await;
        assert_eq!(code(&answer), "UNAUTHENTICATED");
        let answer = send(&staff.op, one, json!({ "id": "usr_1" })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_closes_and_erases_accounts() {
    on_each_engine(|house| async move {
        let boss = house.admin("boss").await;
        let mei = house.customer("mei").await;
        let id = mei.user.id.to_string();
        let input = json!({ "userId": id, "role": "STAFF" });
        let answer = send(&boss.op, UPDATE_USER, json!({ "input": input })).await;
        assert_eq!(answer["data"]["updateUser"]["user"]["role"], "STAFF");

        let input = json!({ "userId": boss.user.id.to_string(), "isActive": false });
        let answer = send(&boss.op, UPDATE_USER, json!({ "input": input })).await;
        let errors = &answer["data"]["updateUser"]["errors"];
        assert_eq!(errors[0]["code"], "LAST_ADMIN", "{answer}");

        let close = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { user { isActive } } }";
        let answer = send(&boss.op, close, json!({ "id": id })).await;
        assert_eq!(answer["data"]["deactivateUser"]["user"]["isActive"], false);

        let erase = "mutation($id: ID!) { eraseUser(input: { userId: $id }) { erasedUserId errors { code } } }";
        let answer = send(&boss.op, erase, json!({ "id": id })).await;
        assert_eq!(answer["data"]["eraseUser"]["erasedUserId"], json!(id), "{answer}");

        let create = "mutation($input: CreateUserInput!) { createUser(input: $input) {
            user { username role isVerified } errors { code }
        } }";
        let input = json!({
            "username": "mei", "email": "mei@shop.example", "password": PASSWORD,
            "role": "ADMIN", "isVerified": true,
        });
        let answer = send(&boss.op, create, json!({ "input": input })).await;
        let expected = json!({ "username": "mei", "role": "ADMIN", "isVerified": true });
        assert_eq!(answer["data"]["createUser"]["user"], expected, "{answer}");
    })
    .await;
}
