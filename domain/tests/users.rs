//! People: registering, logging in, staying logged in, and being managed.

mod kit;

use domain::{base::Code, users};
use kit::on_each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_is_logged_in_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let claims = house
            .app
            .access_tokens
            .verify(&mei.tokens.access_token, house.now())
            .unwrap();
        let actor = users::authenticate(&house.app, &claims).await.unwrap();
        assert_eq!(&actor, mei.op.actor());
        let _ = Code::Taken;
    })
    .await;
}
