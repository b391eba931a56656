//! A standby of the database, from which lists are read. It is asked only when it has everything that was committed
//! by then, whoever committed it and through whichever process: so what one just wrote, one reads.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

/// How long it may take to catch up with what was just committed. Then the primary is read.
const CATCHING_UP: Duration = Duration::from_millis(200);
/// How long it may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether it has caught up.
const LOOK: Duration = Duration::from_millis(5);
/// How long it is left alone after it failed.
const REST: Duration = Duration::from_secs(5);

/// A standby.
#[derive(Debug)]
pub struct Replica {
    connection: DatabaseConnection,
    /// Until when it is left alone; `None` while it serves.
    resting: Mutex<Option<Instant>>,
}

/// A place in the primary's log, and whose log it is.
struct Mark {
    place: String,
    cluster: String,
}

impl Replica {
    pub(super) const fn new(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            resting: Mutex::new(None),
        }
    }

    /// For reading what was committed on the primary.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Whether it serves; a replica that failed is tried again every few seconds.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.resting().is_none()
    }

    /// Whether it has everything that the primary has committed by now, or soon enough.
    pub(super) async fn has_all_of(&self, primary: &DatabaseConnection) -> bool {
        if !self.may_try() {
            return counted(false);
        }
        // The primary's trouble is not the replica's.
        let Ok(mark) = mark(primary).await else {
            return counted(false);
        };
        match tokio::time::timeout(PATIENCE, self.reaches(&mark)).await {
            Ok(Ok(())) => {
                self.serve();
                counted(true)
            }
            Ok(Err(why)) => {
                self.leave(&why);
                counted(false)
            }
            Err(_) => {
                self.leave("it does not answer");
                counted(false)
            }
        }
    }

    /// Leaves it alone for a while, and says so once.
    pub(super) fn leave(&self, why: &str) {
        let until = Instant::now() + REST;
        let before = self.swap(Some(until));
        metrics::gauge!("database_replica_up").set(0.0);
        if before.is_none() {
            tracing::warn!(
                why,
                "the read replica is left out; the primary is read instead"
            );
        }
    }

    fn serve(&self) {
        metrics::gauge!("database_replica_up").set(1.0);
        if self.swap(None).is_some() {
            tracing::info!("the read replica is back");
        }
    }

    /// One at a time tries a replica that failed, the others read from the primary meanwhile.
    fn may_try(&self) -> bool {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        match *resting {
            None => true,
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                *resting = Some(Instant::now() + REST);
                true
            }
        }
    }

    fn resting(&self) -> Option<Instant> {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn swap(&self, now: Option<Instant>) -> Option<Instant> {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *resting, now)
    }

    async fn reaches(&self, mark: &Mark) -> Result<(), String> {
        let started = Instant::now();
        while !self.has_replayed(mark).await? {
            if started.elapsed() > CATCHING_UP {
                return Err("it lags behind".to_owned());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn has_replayed(&self, mark: &Mark) -> Result<bool, String> {
        let question = Statement::from_sql_and_values(
            DatabaseBackend::Postgres,
            "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn AS has, \
             system_identifier::text || '/' || current_database() AS cluster FROM pg_control_system()",
            [mark.place.as_str().into()],
        );
        let row = self.connection.query_one_raw(question).await;
        let row = row.map_err(|error| error.to_string())?;
        let row = row.ok_or("it said nothing")?;
        let read = |error: DbErr| error.to_string();
        let cluster: String = row.try_get("", "cluster").map_err(read)?;
        if cluster != mark.cluster {
            return Err("it is a copy of another database".to_owned());
        }
        let has: Option<bool> = row.try_get("", "has").map_err(read)?;
        has.ok_or_else(|| "it is no standby".to_owned())
    }
}

/// What the primary has made durable by now: every commit that was answered is before it.
async fn mark(primary: &DatabaseConnection) -> Result<Mark, DbErr> {
    let question = Statement::from_string(
        DatabaseBackend::Postgres,
        "SELECT pg_current_wal_flush_lsn()::text AS place, \
         system_identifier::text || '/' || current_database() AS cluster FROM pg_control_system()",
    );
    let row = primary.query_one_raw(question).await?;
    let row = row.ok_or_else(|| DbErr::Custom("no place in the log".to_owned()))?;
    Ok(Mark {
        place: row.try_get("", "place")?,
        cluster: row.try_get("", "cluster")?,
    })
}

fn counted(from_replica: bool) -> bool {
    let from = if from_replica { "replica" } else { "primary" };
    metrics::counter!("database_list_reads_total", "from" => from).increment(1);
    from_replica
}
