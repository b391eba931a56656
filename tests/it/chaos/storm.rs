//! The chaos run: orders are paid, doubled, forged and mixed up, while servers, PostgreSQL and Redis crash.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
    time::Instant,
};

use entity::{
    id::OrderId,
    notify::delivery::{self, DeliveryState},
    orders::order,
    payments::{NoticeState, PaymentStatus, notice, payment, settlement},
};
use futures_util::{StreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::sync::watch;

use super::{
    cluster::Cluster,
    dice::Dice,
    number,
    orders::{self, Fate},
    report::Report,
    shopper::Road,
};
use crate::kit::{database::Database, invariants, wait::eventually};

/// Nobody is asked to slow down.
const SETTINGS: [&str; 4] = [
    "FABRICA_RATE_PER_MINUTE=0",
    "FABRICA_RATE_PER_HOUR=0",
    "FABRICA_RATE_AUTH_PER_MINUTE=0",
    "FABRICA_RATE_COST_PER_MINUTE=0",
];

/// How many orders are on their way at once.
const AT_ONCE: usize = 8;

const CUSTOMERS: usize = 12;

/// How many orders are placed before everybody logs in anew.
const OF_A_SESSION: usize = 2000;

/// What crashes.
#[derive(Clone, Copy, Debug)]
enum Crash {
    Server(&'static str),
    Postgres,
    Redis,
}

/// The crashes of a run, in an order by chance.
fn crashes(paid: u64, dice: &mut Dice) -> Vec<Crash> {
    let (servers, postgres, redis) = if paid >= 1000 { (10, 2, 3) } else { (3, 1, 1) };
    let mut crashes: Vec<Crash> = ["1", "2", "3"]
        .into_iter()
        .cycle()
        .take(servers)
        .map(Crash::Server)
        .collect();
    crashes.extend([Crash::Postgres].repeat(postgres));
    crashes.extend([Crash::Redis].repeat(redis));
    dice.shuffle(&mut crashes);
    crashes
}

/// One crash after another, each when its share of the orders is through; `begun` tells how many began.
async fn strike(
    cluster: &Cluster,
    crashes: &[Crash],
    orders: usize,
    mut through: watch::Receiver<usize>,
    begun: watch::Sender<usize>,
) {
    for (number, crash) in crashes.iter().enumerate() {
        let due = orders * (number + 1) / (crashes.len() + 2);
        through.wait_for(|through| *through >= due).await.unwrap();
        begun.send_replace(number + 1);
        match crash {
            Crash::Server(server) => cluster.crash(server).await,
            Crash::Postgres => cluster.restart("postgres").await,
            Crash::Redis => cluster.restart("redis").await,
        }
    }
}

/// All orders go their way, some at once; the order that each fate befell.
async fn trade(
    road: &Road,
    fates: &[Fate],
    crashes: usize,
    through: &watch::Sender<usize>,
    begun: watch::Receiver<usize>,
) -> HashMap<OrderId, Fate> {
    let plan = &road.guest().plan("lifetime").await;
    let mut expected = HashMap::new();
    let mut first = 0;
    for part in fates.chunks(OF_A_SESSION) {
        let mut customers = Vec::new();
        for number in 0..CUSTOMERS {
            customers.push(road.log_in(&format!("shopper{number}")).await);
        }
        let ways = part.iter().enumerate().map(|(number, fate)| {
            let mut begun = begun.clone();
            let customer = &customers[number % CUSTOMERS];
            // Nobody runs ahead of the crashes by more than one: each hits orders that are on their way.
            let due = ((first + number) * (crashes + 2) / fates.len()).min(crashes + 1);
            async move {
                begun.wait_for(|begun| *begun + 1 >= due).await.unwrap();
                let bought = road.buy(customer, plan).await;
                road.tell(&bought, *fate).await;
                through.send_modify(|through| *through += 1);
                (bought.purchase.order(), *fate)
            }
        });
        let done: Vec<_> = stream::iter(ways).buffer_unordered(AT_ONCE).collect().await;
        expected.extend(done);
        first += part.len();
    }
    expected
}

/// Waits until no notice waits any more.
async fn drained(database: &Database) {
    eventually("no notice waits", async || {
        let waiting =
            notice::Entity::find().filter(notice::Column::State.eq(NoticeState::Received));
        (waiting.count(database.db()).await.unwrap() == 0).then_some(())
    })
    .await;
}

/// How many mails are still on their way: writing so many invoices takes longer than everything else. None is lost:
/// each order that was settled has its receipt in the outbox, and none was given up.
async fn mails_on_their_way(database: &Database, settled: usize) -> u64 {
    let all = delivery::Entity::find().all(database.db()).await.unwrap();
    let payments = all.iter().filter(|row| row.subject.starts_with("pay_"));
    let told: HashSet<&str> = payments.map(|row| row.subject.as_str()).collect();
    assert_eq!(told.len(), settled);
    assert!(all.iter().all(|row| row.state != DeliveryState::Dead));
    let queued = all.iter().filter(|row| row.state == DeliveryState::Queued);
    queued.count() as u64
}

/// Each order stands where what happened to it leads, and was settled as often as it must be.
async fn compare(database: &Database, expected: &HashMap<OrderId, Fate>) {
    let mut settled: HashMap<OrderId, usize> = HashMap::new();
    for row in settlement::Entity::find().all(database.db()).await.unwrap() {
        *settled.entry(row.order_id).or_default() += 1;
    }
    let payments = payment::Entity::find().all(database.db()).await.unwrap();
    let payments: HashMap<OrderId, payment::Model> = payments
        .into_iter()
        .map(|row| (row.order_id, row))
        .collect();
    let orders = order::Entity::find().all(database.db()).await.unwrap();
    assert_eq!(orders.len(), expected.len(), "none lost, none twice");
    for order in orders {
        let fate = expected[&order.id];
        let (status, paid, times) = fate.end();
        assert_eq!(order.status, status, "{fate:?}: {order:?}");
        // The janitor may meanwhile have asked about what nobody paid.
        let stands = match payments[&order.id].status {
            PaymentStatus::Unknown => PaymentStatus::Pending,
            other => other,
        };
        assert_eq!(stands, paid, "{fate:?}");
        let times_settled = settled.get(&order.id).copied().unwrap_or_default();
        assert_eq!(times_settled, times, "{fate:?}: {order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_crashes_each_paid_order_is_settled_once_and_no_other_on_postgres() {
    let began = Instant::now();
    let seed = number("CHAOS_SEED", 20_261_126);
    let paid = number("CHAOS_ORDERS", 150);
    eprintln!("CHAOS_SEED={seed} CHAOS_ORDERS={paid}");
    let mut dice = Dice::new(seed);
    let fates = orders::draw(paid, &mut dice);
    let crashes = crashes(paid, &mut dice);

    let cluster = Cluster::up(&SETTINGS).await;
    let road = Road::new(&cluster.url);
    for number in 0..CUSTOMERS {
        road.guest().register(&format!("shopper{number}")).await;
    }
    let trading = Instant::now();
    let (through, seen) = watch::channel(0);
    let (begun, following) = watch::channel(0);
    let (expected, ()) = tokio::join!(
        trade(&road, &fates, crashes.len(), &through, following),
        strike(&cluster, &crashes, fates.len(), seen, begun),
    );
    let traded = trading.elapsed();

    let database = Database::open(&cluster.database().await).await;
    drained(&database).await;
    let mails = mails_on_their_way(&database, usize::try_from(paid).unwrap()).await;
    compare(&database, &expected).await;
    invariants::hold(&database).await;
    let panics = cluster.logs().matches("a request panicked").count();
    assert_eq!(panics, 0);

    let report = Report {
        seed,
        crashes: crashes.iter().map(|crash| format!("{crash:?}")).collect(),
        fates: &fates,
        notices: road.counts.notices.load(Ordering::Relaxed),
        forged: road.counts.forged.load(Ordering::Relaxed),
        tried_again: road.counts.tried_again.load(Ordering::Relaxed),
        settled: settlement::Entity::find()
            .count(database.db())
            .await
            .unwrap(),
        mails,
        traded,
        took: began.elapsed(),
    };
    report.write();
    database.close().await;
}
