//! Which thread an actor runs on.

use actix_rt::{Arbiter, ArbiterHandle};
use rib::Names;

use crate::messages::SeatId;

/// The arbiters beside the one of the Supervisor. Ribs never share a thread with Peers: a Peer that hangs must not take
/// the routes with it.
#[derive(Debug)]
pub(crate) struct Placement {
    ribs: ArbiterHandle,
    /// What the Ribs of that thread share.
    names: Names,
    processes: ArbiterHandle,
    peers: Vec<ArbiterHandle>,
    /// Threads end with their arbiters.
    _threads: Vec<Arbiter>,
}

impl Placement {
    /// Starts the threads: one for Ribs, one for helpers, the others for Peers.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (ribs, processes) = (Arbiter::new(), Arbiter::new());
        let peers: Vec<Arbiter> = (1..cores.max(2)).map(|_| Arbiter::new()).collect();
        Self {
            ribs: ribs.handle(),
            names: Names::default(),
            processes: processes.handle(),
            peers: peers.iter().map(Arbiter::handle).collect(),
            _threads: [ribs, processes].into_iter().chain(peers).collect(),
        }
    }

    /// All on this thread, so that one clock and one order of events holds for them.
    #[cfg(test)]
    pub(crate) fn here() -> Self {
        let here = Arbiter::current();
        Self {
            ribs: here.clone(),
            names: Names::default(),
            processes: here.clone(),
            peers: vec![here],
            _threads: Vec::new(),
        }
    }

    /// Where Ribs run.
    pub(crate) fn ribs(&self) -> ArbiterHandle {
        self.ribs.clone()
    }

    /// The names that the Ribs there share.
    pub(crate) fn names(&self) -> Names {
        self.names.clone()
    }

    /// Where helpers run.
    pub(crate) fn processes(&self) -> ArbiterHandle {
        self.processes.clone()
    }

    /// Where the Peer of a seat runs.
    pub(crate) fn peer(&self, seat: SeatId) -> ArbiterHandle {
        let place = seat.0 as usize % self.peers.len().max(1);
        self.peers.get(place).unwrap_or(&self.ribs).clone()
    }
}
