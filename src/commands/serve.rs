//! Serving.

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::{ecpay::Ecpay, redis, simulator::Simulator};
use domain::base::{App, entropy::uuid_at, replica::Replica};
use graphql::{document::Documents, plans::PlanCache, subgraph};
use tokio::net::TcpListener;

use crate::{
    app,
    config::{self, Config, Profile, TrustedDocuments},
    http::{self, Answers, House},
    jobs, parts,
    shutdown::{self, Shutdown},
    telemetry,
};

use super::{Failure, migrate, seed::DEMO_ACCOUNTS};

/// How long the database may take to be closed.
const CLOSING: Duration = Duration::from_secs(1);

/// Serves until a signal comes, then goes down in order.
///
/// # Errors
/// Something stands in the way of starting; the message names it.
pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    #[cfg(debug_assertions)]
    arm_fault()?;
    let _lock = app::lock_database(&config)?;
    let ecpay = parts::ecpay(&config)?;
    let app = app::build_with(&config, Arc::clone(&ecpay) as _).await?;
    bring_up_to_date(&config, &app).await?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .map_err(|error| format!("FABRICA_LISTEN: {}: {error}", config.server.listen))?;
    let config = Arc::new(config);
    let simulator = parts::simulator(&config)?;
    let redis = parts::redis(&config, config::keys(&config)?.redis)?;
    let house = house(
        Arc::clone(&app),
        ecpay,
        simulator.clone(),
        Arc::clone(&config),
    )?
    .sharing(redis);
    if house.config.server.trusted_documents != TrustedDocuments::Off {
        house.trusted.look_again(&app).await?;
    }
    let shutdown = house.shutdown.clone();
    carry_pokes(&house);
    tokio::spawn(telemetry::keep_tidy(house.metrics.clone()));
    let jobs = jobs::start(app, shutdown.closing.clone()).await?;
    if let Some(simulator) = simulator {
        tokio::spawn(simulator.run(shutdown.closing.clone()));
    }
    greet(&config, &listener);
    let router = http::router(house.clone());
    let serving = tokio::spawn(http::serve::serve(listener, router, house.clone()));
    shutdown::signal().await?;
    let asked = Instant::now();
    tracing::info!("going down");
    tokio::spawn(shutdown::exit_on_second_signal());
    let done = shutdown
        .run(Duration::from_secs(config.server.drain_seconds))
        .await;
    serving.abort();
    // They had the same time as everything else: what is left of it.
    jobs.stop(shutdown::LIMIT.saturating_sub(asked.elapsed()))
        .await;
    end(&house.app, done).await;
    Ok(ExitCode::SUCCESS)
}

/// For tests: `FABRICA_FAULT=commit:3` makes the process die before its third commit (`domain::base::fault`).
#[cfg(debug_assertions)]
fn arm_fault() -> Result<(), Failure> {
    let Ok(fault) = std::env::var("FABRICA_FAULT") else {
        return Ok(());
    };
    let (point, nth) = fault
        .split_once(':')
        .ok_or("FABRICA_FAULT: say point:number")?;
    domain::base::fault::arm(point.to_owned(), nth.parse()?);
    Ok(())
}

/// The house that every door shares, with the schema these settings ask for.
///
/// # Errors
/// The figures cannot be counted.
pub fn house(
    app: Arc<App>,
    ecpay: Arc<Ecpay>,
    simulator: Option<Arc<Simulator>>,
    config: Arc<Config>,
) -> Result<House, Failure> {
    let limits = config.limits.documents.clone();
    let options = graphql::Options {
        introspection: config.server.introspection,
        limits: limits.clone(),
        plan_cache: Some(Arc::new(PlanCache::new(&app.hub))),
    };
    let (schema, sdl): (Arc<dyn Answers>, String) = match config.server.federation {
        false => (Arc::new(graphql::build_schema(&options)), graphql::sdl()),
        true => (Arc::new(subgraph::build_schema(&options)), subgraph::sdl()),
    };
    let metrics = telemetry::start_metrics()?;
    let spread = match config.server.drain_seconds {
        0 => Duration::ZERO,
        _ => Duration::from_secs(10),
    };
    let documents = Documents::of(&sdl, limits)?;
    let mut house = House::new(
        app,
        ecpay,
        simulator,
        schema,
        config,
        Shutdown::default(),
        metrics,
    );
    house.documents = Arc::new(documents);
    house.limits.spread = spread;
    Ok(house)
}

/// Has what happens here told to the other replicas, and what happens there told here.
fn carry_pokes(house: &House) {
    let hub = &house.app.hub;
    let Some((redis, waiting)) = house.redis.clone().zip(hub.relay()) else {
        return;
    };
    let replica = uuid_at(house.app.entropy.as_ref(), house.app.clock.now()).to_string();
    let stop = house.shutdown.closing.clone();
    tokio::spawn(redis::carry_pokes(
        redis,
        hub.clone(),
        waiting,
        replica,
        stop,
    ));
}

async fn bring_up_to_date(config: &Config, app: &App) -> Result<(), Failure> {
    if config.store.migrate {
        for name in migrate::apply(&app.database).await? {
            tracing::info!(name, "migrated");
        }
        return Ok(());
    }
    let missing = migrate::pending(&app.database).await?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the database lacks {} changes; run `fabrica migrate up`, or set FABRICA_MIGRATE=on",
        missing.len()
    )
    .into())
}

async fn end(app: &App, done: bool) {
    if !done {
        tracing::warn!("time is over; what still ran is cut off");
    }
    // It waits for connections that are in use, and what was cut off may hold one still.
    if tokio::time::timeout(CLOSING, close(app)).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
    tracing::info!("ended");
}

async fn close(app: &App) {
    let replica = app.database.replica().map(Replica::connection);
    for connection in [app.database.reader(), app.database.writer()]
        .into_iter()
        .chain(replica)
    {
        if let Err(error) = connection.clone().close().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

fn greet(config: &Config, listener: &TcpListener) {
    let listen = listener
        .local_addr()
        .map_or_else(|_| config.server.listen.to_string(), |at| at.to_string());
    tracing::info!(
        listen,
        profile = config.profile.name(),
        version = env!("CARGO_PKG_VERSION"),
        "serving"
    );
    if config.profile != Profile::Development {
        return;
    }
    let url = &config.server.public_url;
    println!("\n  Fabrica is ready.\n");
    if config.server.shop {
        println!("  shop        {url}/shop");
    }
    println!(
        "  playground  {url}/\n  GraphQL     {url}/graphql\n  schema      {url}/schema.graphql\n  health      {url}/health/detailed\n"
    );
    println!("  Demo accounts (made by `fabrica seed`):");
    for account in DEMO_ACCOUNTS {
        println!(
            "    {:<9} {:<20} {}",
            account.label, account.identifier, account.password
        );
    }
    println!("\n  Ctrl-C ends it.\n");
}
