//! A shopper's browser: opens links, reads forms, posts them where the page allows.

use url::Url;

/// A browser.
#[derive(Clone, Debug)]
pub struct Browser {
    http: reqwest::Client,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub html: String,
    policy: String,
}

/// A form of a page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: Url,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Types into a field that the form has.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        value.clone_into(&mut field.unwrap().1);
        self
    }
}

impl Page {
    /// The first form, as a browser reads it.
    pub fn form(&self) -> Form {
        let mut forms = self.forms();
        assert!(
            !forms.is_empty(),
            "no form on {}: {}",
            self.url,
            self.text()
        );
        forms.remove(0)
    }

    /// Every form, in order.
    pub fn forms(&self) -> Vec<Form> {
        self.html
            .split("<form")
            .skip(1)
            .map(|form| {
                let form = form.split_once("</form>").unwrap().0;
                let action = attribute(form.split_once('>').unwrap().0, "action").unwrap();
                Form {
                    action: self.url.join(&action).unwrap(),
                    fields: form
                        .split("<input")
                        .skip(1)
                        .map(|input| {
                            let tag = input.split_once('>').unwrap().0;
                            let value = attribute(tag, "value").unwrap_or_default();
                            (attribute(tag, "name").unwrap(), value)
                        })
                        .collect(),
                }
            })
            .collect()
    }

    /// What a person reads on it.
    pub fn text(&self) -> String {
        let body = self
            .html
            .split_once("</style>")
            .map_or("", |halves| halves.1);
        let mut text = String::new();
        let mut in_tag = false;
        for character in body.chars() {
            match character {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    text.push(' ');
                }
                other if !in_tag => text.push(other),
                _ => {}
            }
        }
        unescape(&text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Fails unless the page says this.
    pub fn must_say(&self, expected: &str) {
        assert!(
            self.text().contains(expected),
            "not {expected:?}: {}",
            self.text()
        );
    }

    /// Whether its policy lets a form go to this address.
    fn lets_post_to(&self, target: &Url) -> bool {
        let directive = self
            .policy
            .split(';')
            .filter_map(|directive| directive.trim().strip_prefix("form-action "));
        let same_origin = target.origin() == self.url.origin();
        directive.into_iter().all(|sources| {
            sources.split_whitespace().any(|source| {
                source == target.origin().ascii_serialization()
                    || (source == "'self'" && same_origin)
            })
        })
    }
}

impl Browser {
    pub fn new() -> Self {
        let agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0";
        let http = reqwest::Client::builder().no_proxy().user_agent(agent);
        Self {
            http: http.build().unwrap(),
        }
    }

    /// Opens a link.
    pub async fn open(&self, url: &str) -> Page {
        page(self.http.get(url)).await
    }

    /// Presses a form's button.
    pub async fn submit(&self, from: &Page, form: &Form) -> Page {
        assert!(
            from.lets_post_to(&form.action),
            "{} may not post to {}: {}",
            from.url,
            form.action,
            from.policy
        );
        // What browsers send from a page that lets no referrer out.
        let request = self.http.post(form.action.clone()).header("origin", "null");
        page(request.form(&form.fields)).await
    }

    /// From `redirectUrl` to the gateway's page.
    pub async fn go_to_gateway(&self, redirect_url: &str) -> Page {
        let page = self.open(redirect_url).await;
        page.must_say("前往付款 Continue");
        self.submit(&page, &page.form()).await
    }

    /// Pays at the gateway's card page, up to the page that sends the browser back.
    pub async fn type_card(&self, redirect_url: &str, card: &str) -> Page {
        let page = self.go_to_gateway(redirect_url).await;
        page.must_say("信用卡付款 Pay by card");
        let form = page.form().fill("card_number", card);
        self.submit(&page, &form).await
    }

    /// The whole way with a card: to the gateway and back to the shop's page.
    pub async fn pay_by_card(&self, redirect_url: &str, card: &str) -> Page {
        let back = self.type_card(redirect_url, card).await;
        self.submit(&back, &back.form()).await
    }
}

/// A card that the gateway takes.
pub const GOOD_CARD: &str = "4311-9522-2222-2222";
/// A card that it declines.
pub const DECLINED_CARD: &str = "4000-2011-1111-1111";

async fn page(request: reqwest::RequestBuilder) -> Page {
    let answer = request.send().await.unwrap();
    let policy = answer.headers().get("content-security-policy");
    Page {
        url: answer.url().clone(),
        status: answer.status().as_u16(),
        policy: policy.map_or_else(String::new, |policy| policy.to_str().unwrap().to_owned()),
        html: answer.text().await.unwrap(),
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescape(value.split_once('"')?.0))
}

fn unescape(text: &str) -> String {
    text.replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
