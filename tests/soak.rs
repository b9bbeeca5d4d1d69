//! Faults at random while routes change all the time: what was accepted is where it has to be at the end, whoever was not
//! struck has noticed nothing, and memory stays flat.
//!
//! `EXACTIX_SECONDS` says for how long (10), `EXACTIX_SEED` which faults and changes (42), `EXACTIX_PEERS` among how many
//! neighbors (60). `make soak` runs it with 500.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use fault::Rng;
use nix::sys::signal::Signal;
use support::{
    helper::Helper,
    setting::setting,
    speaker::{Profile, Speaker},
    town::Town,
    wait::{eventually, note, secs},
};
use wire::Notify;

#[test]
fn faults_at_random_cost_nothing() {
    let (seconds, seed) = (setting("EXACTIX_SECONDS", 10), setting("EXACTIX_SEED", 42));
    let mut soak = Soak::new(setting("EXACTIX_PEERS", 60), seed);
    note(format_args!("{} neighbors, {seconds} s, seed {seed}", soak.town.speakers.len()));
    let mut memory = Memory::default();
    let start = Instant::now();
    for second in 0..seconds {
        soak.disturb(second);
        for change in 0..CHANGES {
            soak.change();
            let next = secs(second) + Duration::from_secs(1) * (change + 1) / CHANGES;
            thread::sleep((start + next).saturating_duration_since(Instant::now()));
        }
        memory.note(start.elapsed(), soak.town.daemon.memory().now);
        if (second + 1) % 60 == 0 {
            soak.town.daemon.assert_alive();
            note(format_args!("{:4} s: {}, {}", second + 1, soak.tally(), memory));
        }
    }
    let lasted = start.elapsed();
    soak.settle();
    note(format_args!("{lasted:?}: {}, {memory}; nothing is lost, nothing too much", soak.tally()));
    note(format_args!("faults: {:?}", soak.faults));
    if lasted >= STEADY {
        assert!(memory.growth(lasted) <= GROWTH, "memory is not flat: {memory}");
    }
    soak.town.daemon.stop();
}

/// A daemon that is disturbed. Only neighbors of the second half are struck.
struct Soak {
    town: Town,
    rng: Rng,
    changes: u64,
    faults: BTreeMap<&'static str, u32>,
    /// Routes beyond those of the configuration, by neighbor.
    routes: Vec<BTreeSet<u8>>,
    /// Those of all neighbors.
    common: BTreeSet<u8>,
    /// What has to be undone, and in which second.
    undone: Vec<(u64, Undo)>,
    /// When something was struck of which there are few.
    spared: BTreeMap<&'static str, u64>,
}

/// What ends a disturbance that does not end by itself.
#[derive(Debug, Clone, Copy)]
enum Undo {
    /// This neighbor reads on.
    Reads(usize),
    /// This helper goes on.
    Goes(usize),
}

impl Soak {
    fn new(peers: u64, seed: u64) -> Self {
        let profiles: Vec<Profile> =
            (0..u32::try_from(peers).unwrap()).map(|index| Profile::numbered(index).hold_time(HOLD)).collect();
        let names = (0..HELPERS).map(|index| format!("lazy{index}"));
        let town =
            Town::new(|lab| names.map(|name| Helper::new(lab, &name)).collect(), profiles, |_, neighbor| neighbor);
        let routes = vec![BTreeSet::new(); town.speakers.len()];
        Self {
            town,
            rng: Rng::new(seed),
            changes: 0,
            faults: BTreeMap::new(),
            routes,
            common: BTreeSet::new(),
            undone: Vec::new(),
            spared: BTreeMap::new(),
        }
    }

    /// One that may be struck.
    fn victim(&mut self) -> usize {
        let half = self.town.speakers.len() / 2;
        half + self.rng.below(self.town.speakers.len() - half)
    }

    /// Announces or withdraws a route of one neighbor, or of all.
    fn change(&mut self) {
        let peers = self.town.speakers.len();
        let (to, number) = (self.rng.below(peers + peers / COMMON), u8::try_from(self.rng.below(ROUTES)).unwrap());
        let (next_hop, withdrawn) = (format!("192.0.2.{}", 1 + self.rng.below(250)), self.rng.below(4) == 0);
        let (prefix, who) = match self.town.speakers.get(to) {
            Some(speaker) => (format!("172.16.{number}.0/24"), format!("neighbor {} ", speaker.profile().address)),
            None => (format!("172.17.{number}.0/24"), String::new()),
        };
        let there = self.routes.get_mut(to).unwrap_or(&mut self.common);
        let withdrawn = withdrawn && there.remove(&number);
        if !withdrawn {
            there.insert(number);
        }
        let verb = if withdrawn { "withdraw" } else { "announce" };
        self.town.client.told(&format!("{who}{verb} route {prefix} next-hop {next_hop}"));
        for index in (0..peers).filter(|index| to >= peers || *index == to) {
            if withdrawn {
                self.town.oracle.expect_no(index, &prefix);
            } else {
                self.town.oracle.expect(index, &prefix, &next_hop);
            }
        }
        self.changes += 1;
    }

    /// One fault, and the end of those before.
    fn disturb(&mut self, second: u64) {
        let (over, undone) = self.undone.drain(..).partition(|(at, _)| *at <= second);
        self.undone = undone;
        self.undo(over);
        let victim = self.victim();
        let helper = 1 + self.rng.below(HELPERS);
        let choice = self.rng.below(FAULTS.len() + OUTSIDE.len());
        let what = FAULTS.get(choice).copied().unwrap_or_else(|| OUTSIDE[choice - FAULTS.len()]);
        // The fifth failure of one child within a minute is meant to have consequences.
        let few =
            what.split(' ').next().filter(|word| ["listener", "rate-limiter", "helper", "process"].contains(word));
        if let Some(few) = few {
            let before = self.spared.get(few).copied();
            if before.is_some_and(|before| second < before + SPARED) {
                return self.strike(second, "a reset", victim, helper);
            }
            self.spared.insert(few, second);
        }
        self.strike(second, what, victim, helper);
    }

    fn strike(&mut self, second: u64, what: &'static str, victim: usize, helper: usize) {
        *self.faults.entry(what).or_default() += 1;
        let speaker = &self.town.speakers[victim];
        match what {
            "a reset" => _ = speaker.cut(),
            "an end in the middle of a message" => _ = speaker.hang_up(&wire::keepalive()[..10]),
            "a Cease" => _ = speaker.leave(Notify::new(6, 2)),
            "a marker that is none" => _ = speaker.hang_up(&[0; 19]),
            "silence" => _ = speaker.fall_silent(),
            "nobody reads" if speaker.stop_reading() => self.undone.push((second + 3, Undo::Reads(victim))),
            "nobody reads" => {}
            "helper killed" => self.town.helpers[helper].kill(),
            "helper stopped" => {
                self.town.helpers[helper].signal(Signal::SIGSTOP);
                self.undone.push((second + 2, Undo::Goes(helper)));
            }
            "reload" => self.town.daemon.signal(Signal::SIGUSR1),
            fault => {
                let address = speaker.profile().address;
                let command = match fault.split_once(' ') {
                    Some(("process", fault)) => format!("fault inject process lazy{} {fault}", helper - 1),
                    Some(("listener" | "rate-limiter", _)) => format!("fault inject {fault}"),
                    _ => format!("neighbor {address} fault inject {fault}"),
                };
                self.town.client.inject(&command);
            }
        }
    }

    fn undo(&self, over: Vec<(u64, Undo)>) {
        for (_, undo) in over {
            match undo {
                Undo::Reads(index) => _ = self.town.speakers[index].read_on(),
                Undo::Goes(index) => self.town.helpers[index].signal(Signal::SIGCONT),
            }
        }
    }

    /// Waits until every fault is over, and sees what has come of it.
    fn settle(&mut self) {
        let over = self.undone.drain(..).collect();
        self.undo(over);
        let client = &mut self.town.client;
        eventually(secs(60), "the end of all faults", || {
            !client.told("fault list").iter().any(|line| line.starts_with("fault "))
        });
        let all: Vec<usize> = (0..self.town.speakers.len()).collect();
        let struck = all[all.len() / 2..].to_vec();
        self.town.oracle.recovered("the end", &self.town.speakers, &all, secs(90));
        self.town.judge("faults at random", struck, u32::MAX);
    }

    fn tally(&self) -> String {
        let sessions = |speaker: &Speaker| u64::from(speaker.seen(|record| record.sessions));
        let (faults, sessions) =
            (self.faults.values().sum::<u32>(), self.town.speakers.iter().map(sessions).sum::<u64>());
        let again = sessions - self.town.speakers.len() as u64;
        format!("{} changes, {faults} faults, {again} sessions set up again", self.changes)
    }
}

/// Octets of memory, by seconds.
#[derive(Default)]
struct Memory(Vec<(f64, f64)>);

impl Memory {
    fn note(&mut self, at: Duration, octets: u64) {
        #[allow(clippy::cast_precision_loss, reason = "of a daemon's memory that is little")]
        self.0.push((at.as_secs_f64(), octets as f64));
    }

    /// Octets a second, by the least squares over the last two thirds.
    fn slope(&self) -> f64 {
        let points = &self.0[self.0.len() / 3..];
        let count = f64::from(u32::try_from(points.len()).unwrap());
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let above: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
        let below: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
        above / below.max(f64::EPSILON)
    }

    /// Octets more after this time, by the slope.
    fn growth(&self, lasted: Duration) -> f64 {
        self.slope() * lasted.as_secs_f64()
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let now = self.0.last().map_or(0.0, |(_, octets)| *octets);
        write!(f, "{:.1} MiB, {:+.1} KiB a minute", now / MIB, self.slope() * 60.0 / 1024.0)
    }
}

/// What is injected: each ends by itself within seconds.
const FAULTS: [&str; 36] = [
    "reset",
    "half-open",
    "corrupt-marker outgoing keepalive",
    "corrupt-marker incoming keepalive",
    "bad-length length 18",
    "bad-length incoming",
    "unknown-type type 9",
    "unknown-type incoming",
    "truncate outgoing keepalive",
    "truncate incoming keepalive",
    "duplicate outgoing update for 5s",
    "reorder outgoing update by 300ms for 5s",
    "reorder incoming by 200ms",
    "bad-attribute outgoing times 2",
    "bad-attribute incoming for 5s",
    "drop-keepalives outgoing for 12s",
    "drop-keepalives incoming for 12s",
    "late-keepalives outgoing by 500ms for 5s",
    "mute outgoing for 4s",
    "mute outgoing for 12s",
    "mute incoming for 12s",
    "mute both for 5s",
    "refuse-connect for 3s",
    "slow-drain 100ms for 3s",
    "freeze-timers for 5s",
    "panic",
    "panic after 2 frames",
    "stop",
    "hang 200ms",
    "process panic",
    "process kill-helper",
    "process stall-helper for 2s",
    "process hang 200ms",
    "listener panic",
    "listener hang 200ms",
    "rate-limiter panic",
];
/// What others do.
const OUTSIDE: [&str; 9] = [
    "a reset",
    "an end in the middle of a message",
    "a Cease",
    "a marker that is none",
    "silence",
    "nobody reads",
    "helper killed",
    "helper stopped",
    "reload",
];
/// Helpers that nobody depends on.
const HELPERS: usize = 5;
/// Changes of routes in each second.
const CHANGES: u32 = 200;
/// One change in so many is for all neighbors.
const COMMON: usize = 50;
/// Prefixes that change.
const ROUTES: usize = 40;
const HOLD: u16 = 9;
/// Seconds from one failure of something of which there are few to the next.
const SPARED: u64 = 15;
/// From here on memory has to be flat, and may by its slope have grown by so much in the whole time.
const STEADY: Duration = Duration::from_secs(600);
const GROWTH: f64 = 8.0 * MIB;
const MIB: f64 = 1024.0 * 1024.0;
