//! Which thread an actor runs on.

use actix_rt::{Arbiter, ArbiterHandle};

use crate::messages::SeatId;

/// The arbiters beside the one of the Supervisor. Ribs never share a thread with Peers: a Peer that hangs must not take
/// the routes with it.
#[derive(Debug)]
pub(crate) struct Placement {
    ribs: Arbiter,
    processes: Arbiter,
    peers: Vec<Arbiter>,
}

impl Placement {
    /// Starts the threads: one for Ribs, one for helpers, the others for Peers.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            ribs: Arbiter::new(),
            processes: Arbiter::new(),
            peers: (1..cores.max(2)).map(|_| Arbiter::new()).collect(),
        }
    }

    /// Where Ribs run.
    pub(crate) fn ribs(&self) -> ArbiterHandle {
        self.ribs.handle()
    }

    /// Where helpers run.
    pub(crate) fn processes(&self) -> ArbiterHandle {
        self.processes.handle()
    }

    /// Where the Peer of a seat runs.
    pub(crate) fn peer(&self, seat: SeatId) -> ArbiterHandle {
        let place = seat.0 as usize % self.peers.len().max(1);
        self.peers.get(place).unwrap_or(&self.ribs).handle()
    }
}

impl Default for Placement {
    fn default() -> Self {
        Self::new()
    }
}
