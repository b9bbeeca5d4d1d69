//! The heartbeat of the threads that actors run on, watched from a thread of its own: nobody who hangs can keep it from
//! being seen.
//!
//! A thread is asked for a beat, and answers when its turn comes. How long that takes is measured in steps of the one who
//! watches: a process that was suspended has not hung.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use actix::Recipient;
use slog::{Logger, crit, error, info, warn};

use crate::{
    messages::{ChildId, ProcessId, SeatId, Wedged},
    notify::Notifier,
    placement::Place,
};

/// How often each thread is asked.
const PERIOD: Duration = Duration::from_millis(200);
/// What a step counts for at most: who was suspended, or got no processor, is not held responsible.
const STEP: Duration = Duration::from_millis(400);
/// How long the daemon may take to end once it was asked to.
const END: Duration = Duration::from_millis(4400);
/// What last lines of the log may take.
const LAST_LINES: Duration = Duration::from_millis(200);

/// A thread that actors run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thread {
    /// That of the Supervisor.
    Main,
    /// That of the Ribs.
    Ribs,
    /// That of helpers and clients.
    Processes,
    /// One of those of Peers.
    Peers(usize),
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Main => f.write_str("main"),
            Self::Ribs => f.write_str("ribs"),
            Self::Processes => f.write_str("processes"),
            Self::Peers(place) => write!(f, "peers-{place}"),
        }
    }
}

/// How late a beat may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Later than this, it is warned of.
    pub late: Duration,
    /// Later than this, a thread of Peers, or of helpers, is given up: what it holds can be had anew at once.
    pub usual: Duration,
    /// The same for that of Ribs, and that of the Supervisor. Sessions stay up without them meanwhile, and much would be
    /// lost.
    pub costly: Duration,
}

impl Patience {
    /// What a daemon has.
    pub(crate) const USUAL: Self =
        Self { late: Duration::from_millis(500), usual: Duration::from_secs(2), costly: Duration::from_secs(6) };

    const fn with(&self, thread: Thread) -> Duration {
        match thread {
            Thread::Main | Thread::Ribs => self.costly,
            Thread::Processes | Thread::Peers(_) => self.usual,
        }
    }
}

/// What a thread and the one who watches it know of each other.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// Beats answered.
    answered: AtomicU64,
    /// Milliseconds that the next one is late.
    late: AtomicU64,
    /// Whose turn it is, as [`code`] has it.
    at_work: AtomicU64,
    /// Nobody counts on the thread any more.
    abandoned: AtomicBool,
    /// The thread is over.
    ended: AtomicBool,
}

impl Pulse {
    /// It is this child's turn.
    pub(crate) fn enter(&self, child: ChildId) {
        self.at_work.store(code(child), Ordering::Relaxed);
    }

    /// Its turn is over.
    pub(crate) fn leave(&self) {
        self.at_work.store(0, Ordering::Relaxed);
    }

    /// Whose turn it is, if it is that of a child.
    fn at_work(&self) -> Option<ChildId> {
        child(self.at_work.load(Ordering::Relaxed))
    }

    /// How long the thread has owed a beat.
    pub(crate) fn late(&self) -> Duration {
        Duration::from_millis(self.late.load(Ordering::Relaxed))
    }

    /// Nobody gets a turn on this thread any more.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    /// Whether that is so.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// The thread is over.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Whether that is so.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn set_late(&self, late: Duration) {
        self.late.store(u64::try_from(late.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// A child as a number that is not 0.
const fn code(child: ChildId) -> u64 {
    let (kind, number) = match child {
        ChildId::Signals => (1, 0),
        ChildId::RateLimiter => (2, 0),
        ChildId::Control => (3, 0),
        ChildId::Listener(number) => (4, number),
        ChildId::Process(ProcessId(number)) => (5, number),
        ChildId::Rib(SeatId(number)) => (6, number),
        ChildId::Peer(SeatId(number)) => (7, number),
    };
    (kind << 32) | number as u64
}

/// The child that [`code`] made this number of.
fn child(code: u64) -> Option<ChildId> {
    let number = u32::try_from(code & u64::from(u32::MAX)).unwrap_or_default();
    Some(match code >> 32 {
        1 => ChildId::Signals,
        2 => ChildId::RateLimiter,
        3 => ChildId::Control,
        4 => ChildId::Listener(number),
        5 => ChildId::Process(ProcessId(number)),
        6 => ChildId::Rib(SeatId(number)),
        7 => ChildId::Peer(SeatId(number)),
        _ => return None,
    })
}

/// Supervisor -> the thread that watches.
#[derive(Debug)]
enum Order {
    Watch(Place),
    /// The daemon ends, and has only so long for it.
    End,
}

/// The one who watches, as the Supervisor knows it.
#[derive(Debug)]
pub(crate) struct Watch(Sender<Order>);

impl Watch {
    /// Starts the thread that watches. `terminated` becomes true when the daemon was asked to end by a signal, whether or
    /// not anybody hears it.
    pub(crate) fn start(
        patience: Patience,
        wedged: Recipient<Wedged>,
        terminated: Arc<AtomicBool>,
        notifier: Notifier,
        log: Logger,
    ) -> std::io::Result<Self> {
        let (sender, orders) = channel();
        let watcher =
            Watcher { orders, patience, wedged, terminated, notifier, log, watched: Vec::new(), ending: None };
        thread::Builder::new().name("watch".to_owned()).spawn(move || watcher.run())?;
        Ok(Self(sender))
    }

    /// Watches another thread.
    pub(crate) fn add(&self, place: Place) {
        let _ = self.0.send(Order::Watch(place));
    }

    /// The daemon is ending: however that goes on, it ends in time.
    pub(crate) fn end_in_time(&self) {
        let _ = self.0.send(Order::End);
    }
}

/// One thread that is watched.
#[derive(Debug)]
struct Watched {
    place: Place,
    asked: u64,
    late: Duration,
    /// It was told of.
    warned: bool,
    given_up: bool,
}

impl Watched {
    fn has_answered(&self) -> bool {
        self.place.pulse.answered.load(Ordering::Relaxed) >= self.asked
    }

    /// Asks for a beat; `false` when nobody is there to be asked.
    fn ask(&mut self) -> bool {
        self.asked += 1;
        let (pulse, beat) = (self.place.pulse.clone(), self.asked);
        self.place.handle.spawn_fn(move || pulse.answered.store(beat, Ordering::Relaxed))
    }
}

struct Watcher {
    orders: Receiver<Order>,
    patience: Patience,
    wedged: Recipient<Wedged>,
    terminated: Arc<AtomicBool>,
    notifier: Notifier,
    log: Logger,
    watched: Vec<Watched>,
    /// By when the daemon has to be over.
    ending: Option<Instant>,
}

impl Watcher {
    fn run(mut self) {
        let mut before = Instant::now();
        loop {
            let next = before + PERIOD;
            match self.orders.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Order::Watch(place)) => self.watch(place),
                Ok(Order::End) => self.end_soon(),
                Err(RecvTimeoutError::Disconnected) if self.ending.is_none() => return,
                // The Supervisor is over, but the process is not.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(next.saturating_duration_since(Instant::now())),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if now >= next {
                self.step((now - before).min(STEP));
                before = now;
            }
        }
    }

    fn watch(&mut self, place: Place) {
        let mut watched = Watched { place, asked: 0, late: Duration::ZERO, warned: false, given_up: false };
        watched.ask();
        self.watched.push(watched);
    }

    fn step(&mut self, passed: Duration) {
        if self.terminated.load(Ordering::Relaxed) {
            self.end_soon();
        }
        if self.ending.is_some_and(|end| Instant::now() >= end) {
            self.leave("the daemon does not end by itself");
        }
        let mut watched = std::mem::take(&mut self.watched);
        watched.retain_mut(|watched| self.look_at(watched, passed));
        self.watched = watched;
        // Who is late is either back soon or given up: the one who started the daemon is told nothing meanwhile.
        if self.watched.iter().all(|watched| watched.late < self.patience.late || watched.given_up) {
            self.notifier.beat();
        }
    }

    /// `false` when the thread is over.
    fn look_at(&self, watched: &mut Watched, passed: Duration) -> bool {
        if watched.place.pulse.is_abandoned() {
            return self.look_at_abandoned(watched, passed);
        }
        if watched.has_answered() {
            return self.answered(watched);
        }
        watched.late += passed;
        watched.place.pulse.set_late(watched.late);
        let (thread, late) = (watched.place.thread, watched.late);
        let at_work = watched.place.pulse.at_work();
        if late >= self.patience.late && !std::mem::replace(&mut watched.warned, true) {
            warn!(self.log, "a thread does not answer"; "source" => "reactor", "thread" => %thread,
                "for" => ?late, "busy-with" => ?at_work);
        }
        if late >= self.patience.with(thread) && !std::mem::replace(&mut watched.given_up, true) {
            if thread == Thread::Main && self.ending.is_none() {
                self.leave("the thread of the Supervisor hangs");
            }
            error!(self.log, "a thread hangs and is abandoned"; "source" => "reactor", "thread" => %thread,
                "for" => ?late, "busy-with" => ?at_work);
            self.wedged.do_send(Wedged { thread, pulse: watched.place.pulse.clone(), at_work });
        }
        true
    }

    fn look_at_abandoned(&self, watched: &mut Watched, passed: Duration) -> bool {
        watched.late += passed;
        watched.place.pulse.set_late(watched.late);
        let ended = watched.place.pulse.has_ended();
        if ended {
            info!(self.log, "an abandoned thread has ended"; "source" => "reactor",
                "thread" => %watched.place.thread, "after" => ?watched.late);
        }
        !ended
    }

    fn answered(&self, watched: &mut Watched) -> bool {
        let (thread, late) = (watched.place.thread, watched.late);
        if std::mem::take(&mut watched.warned) {
            info!(self.log, "a thread answers again"; "source" => "reactor", "thread" => %thread, "after" => ?late);
        }
        (watched.late, watched.given_up) = (Duration::ZERO, false);
        watched.place.pulse.set_late(Duration::ZERO);
        watched.ask()
    }

    fn end_soon(&mut self) {
        self.ending.get_or_insert_with(|| Instant::now() + END);
    }

    /// Nobody is left who could end the daemon in an orderly way.
    fn leave(&self, why: &str) {
        let at_work = self.watched.iter().filter(|watched| watched.late >= self.patience.late);
        let at_work: Vec<_> = at_work.map(|watched| (watched.place.thread, watched.place.pulse.at_work())).collect();
        crit!(self.log, "the process ends"; "source" => "reactor", "reason" => why, "threads" => ?at_work);
        thread::sleep(LAST_LINES);
        std::process::exit(crate::EXIT_SOFTWARE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_have_numbers() {
        let children = [
            ChildId::Signals,
            ChildId::RateLimiter,
            ChildId::Control,
            ChildId::Listener(7),
            ChildId::Process(ProcessId(u32::MAX)),
            ChildId::Rib(SeatId(0)),
            ChildId::Peer(SeatId(3)),
        ];
        assert!(children.into_iter().all(|each| child(code(each)) == Some(each)));
        assert_eq!(child(0), None);
    }
}
