//! Which address leads where.

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};

use crate::{config::Profile, parts::SIMULATOR_PREFIX};

use super::{
    auth, callbacks, graphql, headers, health, house::House, metrics, observe::observe, pages,
    playground, public, shop, simulator,
};

/// Every address of the server.
pub fn router(house: House) -> Router {
    let config = house.config.clone();
    let mut router: Router<House> = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/health/detailed", get(health::detailed))
        .route("/metrics", get(metrics::figures))
        .route("/schema.graphql", get(public::schema))
        .route("/.well-known/jwks.json", get(public::keys));
    if config.server.playground {
        router = router
            .route("/", get(playground::index))
            .route("/assets/{*name}", get(playground::asset));
    }
    if config.server.shop {
        router = router
            .route("/shop", get(shop::page))
            .route("/shop/", get(shop::page))
            .route("/shop/assets/{name}", get(shop::asset))
            .route("/shop/{*rest}", get(shop::page));
    }
    if config.profile == Profile::Development {
        router = router.route("/dev/accounts.json", get(public::demo_accounts));
    }
    let mut router = router
        .with_state(house.clone())
        .merge(callbacks::ecpay::router(house.clone()))
        .merge(auth::router(house.clone()))
        .merge(pages::router(house.clone()))
        .merge(pages::mailbox_router(house.clone()))
        .merge(simulated(&house))
        .fallback(public::not_found)
        .method_not_allowed_fallback(public::no_such_method);
    if let Some(layer) = headers::cross_origin(&config.server.allowed_origins) {
        router = router.layer(layer);
    }
    // The last one is the outermost.
    router
        .layer(from_fn_with_state(house.clone(), headers::protect))
        .layer(from_fn_with_state(house, observe))
}

/// The simulator's addresses, when this process plays it too.
fn simulated(house: &House) -> Router {
    match &house.simulator {
        Some(simulator) => {
            Router::new().nest(SIMULATOR_PREFIX, simulator::router(Arc::clone(simulator)))
        }
        None => Router::new(),
    }
}
