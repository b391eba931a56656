//! Somebody who sends GraphQL.

use serde_json::{Value, json};

/// A program with or without a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    refresh_token: Option<String>,
}

/// An answer as HTTP has it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The code of the first top-level error; empty when there is none.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }

    /// The value of a response header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    pub fn new(http: reqwest::Client, url: String) -> Self {
        Self {
            http,
            url,
            token: None,
            refresh_token: None,
        }
    }

    /// The same program with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same program without a token.
    pub fn logged_out(&self) -> Self {
        Self::new(self.http.clone(), self.url.clone())
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub fn refresh_token(&self) -> &str {
        self.refresh_token.as_deref().unwrap_or_default()
    }

    /// Sends a document, whatever the answer will be.
    pub async fn send(&self, document: &str, variables: Value) -> Answer {
        self.send_with(&[], document, variables).await
    }

    /// Sends a document with more headers.
    pub async fn send_with(
        &self,
        headers: &[(&str, &str)],
        document: &str,
        variables: Value,
    ) -> Answer {
        let body = json!({ "query": document, "variables": variables });
        self.post_with(headers, &body).await
    }

    /// Posts a body of one's own making.
    pub async fn post(&self, body: &Value) -> Answer {
        self.post_with(&[], body).await
    }

    async fn post_with(&self, headers: &[(&str, &str)], body: &Value) -> Answer {
        let url = format!("{}/graphql", self.url);
        let mut request = self.http.post(url).json(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.json().await.unwrap(),
        }
    }

    /// Sends a document that must be answered without errors; its data.
    pub async fn ask(&self, document: &str, variables: Value) -> Value {
        let answer = self.send(document, variables).await;
        assert_eq!(answer.status, 200, "{document}: {}", answer.body);
        assert!(
            answer.body.get("errors").is_none(),
            "{document}: {}",
            answer.body
        );
        answer.body["data"].clone()
    }

    /// Runs a mutation with this input, whatever its payload says: the payload.
    pub async fn attempt(&self, field: &str, selection: &str, input: Value) -> Value {
        let mut first = field.chars();
        let first_upper = first.next().unwrap().to_ascii_uppercase();
        let kind = format!("{first_upper}{}Input!", first.as_str());
        let document = format!(
            "mutation($input: {kind}) {{ {field}(input: $input) {{ {selection} errors {{ code message path }} }} }}"
        );
        self.ask(&document, json!({ "input": input })).await[field].clone()
    }

    /// Runs a mutation that must succeed: the payload.
    pub async fn mutate(&self, field: &str, selection: &str, input: Value) -> Value {
        let payload = self.attempt(field, selection, input).await;
        assert_eq!(payload["errors"], json!([]), "{field}");
        payload
    }

    /// Logs in, with success.
    pub async fn log_in(&self, identifier: &str, password: &str) -> Self {
        let input = json!({ "identifier": identifier, "password": password });
        let payload = self.mutate("logIn", SESSION, input).await;
        self.with_session(&payload["session"])
    }

    /// Opens an account with the password of the kit.
    pub async fn register(&self, username: &str) -> Self {
        let input = json!({
            "username": username,
            "email": format!("{username}@shopper.example"),
            "password": PASSWORD,
        });
        let payload = self.mutate("register", SESSION, input).await;
        self.with_session(&payload["session"])
    }

    /// The same program with the tokens of a session.
    pub fn with_session(&self, session: &Value) -> Self {
        Self {
            token: Some(session["accessToken"].as_str().unwrap().to_owned()),
            refresh_token: Some(session["refreshToken"].as_str().unwrap().to_owned()),
            ..self.clone()
        }
    }
}

/// What is asked of a new session.
pub const SESSION: &str = "session { accessToken refreshToken }";

/// The password of those who register in tests.
pub const PASSWORD: &str = "a-long-and-quiet-river";
