//! Which thread an actor runs on.

use std::{cell::RefCell, mem, sync::Arc, time::Duration};

use actix_rt::{Arbiter, ArbiterHandle};
use rib::Names;

use crate::{
    messages::SeatId,
    pulse::{Patience, Pulse, Thread},
};

/// A thread that actors run on.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What it is for.
    pub thread: Thread,
    /// To have something run there.
    pub handle: ArbiterHandle,
    /// How it is.
    pub pulse: Arc<Pulse>,
}

/// Says that a thread is over when that is so.
struct End(Arc<Pulse>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

thread_local! {
    /// Dropped with the thread.
    static END: RefCell<Option<End>> = const { RefCell::new(None) };
}

impl Place {
    /// A new thread. It ends with what is returned beside it.
    fn new(thread: Thread) -> (Self, Arbiter) {
        let (arbiter, pulse) = (Arbiter::new(), Arc::<Pulse>::default());
        let end = End(pulse.clone());
        arbiter.spawn_fn(move || END.set(Some(end)));
        (Self { thread, handle: arbiter.handle(), pulse }, arbiter)
    }

    /// The thread that this is called on.
    pub(crate) fn here(thread: Thread) -> Self {
        Self { thread, handle: Arbiter::current(), pulse: Arc::default() }
    }
}

/// The arbiters beside the one of the Supervisor. Ribs never share a thread with Peers: a Peer that hangs must not take
/// the routes with it.
#[derive(Debug)]
pub(crate) struct Placement {
    /// How long the threads may hang.
    pub patience: Patience,
    main: Place,
    ribs: Place,
    /// What the Ribs of that thread share.
    names: Names,
    processes: Place,
    peers: Vec<Place>,
    /// Threads that were given up, until they end.
    abandoned: Vec<Place>,
    /// Threads end with their arbiters.
    threads: Vec<Arbiter>,
}

impl Placement {
    /// Starts the threads: one for Ribs, one for helpers, the others for Peers.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut threads = Vec::new();
        let mut place = |thread| {
            let (place, arbiter) = Place::new(thread);
            threads.push(arbiter);
            place
        };
        let (ribs, processes) = (place(Thread::Ribs), place(Thread::Processes));
        let peers = (1..cores.max(2)).map(|core| place(Thread::Peers(core - 1))).collect();
        let main = Place::here(Thread::Main);
        Self {
            patience: Patience::USUAL,
            main,
            ribs,
            names: Names::default(),
            processes,
            peers,
            abandoned: Vec::new(),
            threads,
        }
    }

    /// All on this thread, so that one clock and one order of events holds for them.
    #[cfg(test)]
    pub(crate) fn here() -> Self {
        let here = Place::here;
        Self {
            patience: Patience::USUAL,
            main: here(Thread::Main),
            ribs: here(Thread::Ribs),
            names: Names::default(),
            processes: here(Thread::Processes),
            peers: vec![here(Thread::Peers(0))],
            abandoned: Vec::new(),
            threads: Vec::new(),
        }
    }

    /// Whether there are threads beside this one, which could hang.
    pub(crate) const fn has_threads(&self) -> bool {
        !self.threads.is_empty()
    }

    /// All threads that are counted on.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        [&self.main, &self.ribs, &self.processes].into_iter().chain(&self.peers)
    }

    /// Threads that were given up and have not ended, and for how long they have hung.
    pub(crate) fn abandoned(&self) -> impl Iterator<Item = (Thread, Duration)> {
        let hanging = self.abandoned.iter().filter(|place| !place.pulse.has_ended());
        hanging.map(|place| (place.thread, place.pulse.late()))
    }

    /// Gives a thread up and starts another one in its place, unless that has happened: `pulse` is that of the thread.
    pub(crate) fn replace(&mut self, thread: Thread, pulse: &Arc<Pulse>) -> Option<Place> {
        let place = match thread {
            Thread::Main => return None,
            Thread::Ribs => &mut self.ribs,
            Thread::Processes => &mut self.processes,
            Thread::Peers(place) => self.peers.get_mut(place)?,
        };
        if !Arc::ptr_eq(&place.pulse, pulse) {
            return None;
        }
        let (fresh, arbiter) = Place::new(thread);
        let old = mem::replace(place, fresh.clone());
        if thread == Thread::Ribs {
            // Whoever hangs may have them locked.
            self.names = Names::default();
        }
        old.pulse.abandon();
        old.handle.stop();
        self.abandoned.retain(|place| !place.pulse.has_ended());
        self.abandoned.push(old);
        self.threads.push(arbiter);
        Some(fresh)
    }

    /// Where what the Supervisor does not do itself runs beside it.
    pub(crate) const fn main(&self) -> &Place {
        &self.main
    }

    /// Where Ribs run.
    pub(crate) const fn ribs(&self) -> &Place {
        &self.ribs
    }

    /// The names that the Ribs there share.
    pub(crate) fn names(&self) -> Names {
        self.names.clone()
    }

    /// Where helpers run.
    pub(crate) const fn processes(&self) -> &Place {
        &self.processes
    }

    /// Where the Peer of a seat runs.
    pub(crate) fn peer(&self, seat: SeatId) -> &Place {
        let place = seat.0 as usize % self.peers.len().max(1);
        self.peers.get(place).unwrap_or(&self.ribs)
    }
}
