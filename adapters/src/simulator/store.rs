//! The simulator's memory: one JSON file, replaced whole, so that a crash leaves the old or the new one.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{
    faults::FaultPlan,
    trade::{Delivery, Trade},
};

/// Everything that is remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Trades by the shop's number.
    pub trades: BTreeMap<String, Trade>,
    /// Every number whose form reached us, even if the form was refused: used up for ever.
    pub used_numbers: BTreeSet<String>,
    /// Notices, oldest first.
    pub deliveries: Vec<Delivery>,
    /// What goes wrong next.
    pub faults: FaultPlan,
    /// How many trades and notices were numbered.
    pub numbered: u64,
    /// Notices that are being sent at this moment; a restarted process sends them again.
    #[serde(skip)]
    pub in_flight: HashSet<u64>,
}

impl State {
    /// The next number for a trade or a notice.
    pub const fn next_number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }
}

/// The memory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its folder cannot be read or made.
    #[error("the simulator's file cannot be read")]
    File(#[from] io::Error),
    /// The file holds something else.
    #[error("the simulator's file is not the simulator's")]
    Content(#[from] serde_json::Error),
}

/// The memory. Access is short and never waits for anything but the disk.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    state: Mutex<State>,
}

impl Store {
    /// Opens the file, or starts with nothing when there is none.
    ///
    /// # Errors
    /// [`OpenError`]; a file that is not understood is left alone.
    pub fn open(path: PathBuf) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let state = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => State::default(),
            Err(cause) => return Err(cause.into()),
        };
        Ok(Self {
            path,
            state: Mutex::new(state),
        })
    }

    /// Reads.
    pub fn read<T>(&self, with: impl FnOnce(&State) -> T) -> T {
        with(&self.lock())
    }

    /// Changes, and saves.
    pub fn change<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = with(&mut state);
        // A rehearsal goes on without its memory; only a restart would notice.
        if let Err(cause) = self.save(&state) {
            tracing::error!(%cause, "the simulator's file cannot be written");
        }
        result
    }

    /// Changes what is not saved.
    pub fn touch<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, state: &State) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        fs::write(&fresh, serde_json::to_vec(state)?)?;
        fs::rename(&fresh, &self.path)
    }
}
