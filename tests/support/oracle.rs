//! What has to hold however a daemon is disturbed. Scenarios only disturb; this says whether it was borne.
//!
//! - nothing is lost and nothing is there that should not be: every speaker has just the routes it is to have
//! - who is not disturbed does not notice: no reset, no silence above a third of the hold time and a little
//! - the daemon is alive: the same process, and it answers at once
//! - memory and descriptors are bounded; every event of a helper is JSON, and they are numbered in their order
//! - nobody reconnects without a pause

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    client::Client,
    daemon::Daemon,
    helper::Helper,
    record::{Path, Table, compare},
    speaker::Speaker,
    wait::eventually,
};

/// The judge of one daemon.
#[derive(Debug)]
pub(crate) struct Oracle {
    pid: u32,
    descriptors: usize,
    memory: u64,
    /// The routes each speaker is to have.
    expected: Vec<Table>,
    /// Resets and sessions of each speaker when the scenario began.
    before: Vec<(u32, u32)>,
}

impl Oracle {
    /// What holds now, with every session up and every route in its place, is what has to hold later.
    pub(crate) fn new(daemon: &Daemon, speakers: &[Speaker]) -> Self {
        let expected: Vec<Table> = speakers.iter().map(Speaker::table).collect();
        let mut oracle = Self {
            pid: daemon.pid(),
            descriptors: daemon.descriptors(),
            memory: daemon.memory().now,
            expected,
            before: Vec::new(),
        };
        oracle.begin(speakers);
        oracle
    }

    /// A scenario begins.
    pub(crate) fn begin(&mut self, speakers: &[Speaker]) {
        self.before = speakers.iter().map(|speaker| speaker.seen(|record| (record.resets, record.sessions))).collect();
        speakers.iter().for_each(|speaker| speaker.seen(super::record::Record::forget_gaps));
    }

    /// From now on this speaker is to have this route as well, with attributes like those of its others.
    pub(crate) fn expect(&mut self, speaker: usize, prefix: &str, next_hop: &str) {
        let table = &mut self.expected[speaker];
        let like = table.values().next().cloned().unwrap_or_default();
        table.insert(prefix.to_owned(), Path { next_hop: next_hop.to_owned(), ..like });
    }

    /// And this one not any more.
    pub(crate) fn expect_no(&mut self, speaker: usize, prefix: &str) {
        self.expected[speaker].remove(prefix);
    }

    /// How often the session of a speaker has ended since the scenario began.
    pub(crate) fn resets(&self, speakers: &[Speaker], index: usize) -> u32 {
        speakers[index].seen(|record| record.resets) - self.before[index].0
    }

    /// Waits until these speakers have their sessions, and just their routes.
    pub(crate) fn recovered(&self, what: &str, speakers: &[Speaker], which: &[usize], within: Duration) {
        for index in which {
            eventually(within, &format!("{what}: the recovery of speaker {index}"), || {
                self.has_its_routes(&speakers[*index], *index)
            });
        }
    }

    /// No route was sent to these speakers more often than it had to be.
    pub(crate) fn sent_once(&self, what: &str, speakers: &[Speaker], which: &[usize]) {
        for index in which {
            let (announced, held) = speakers[*index].seen(|record| (record.announced, record.len() as u64));
            assert!(announced <= held * RESENT + 2, "{what}: {announced} announcements of {held} routes");
        }
    }

    fn has_its_routes(&self, speaker: &Speaker, index: usize) -> Result<(), String> {
        if !speaker.is_up() {
            return Err("it has no session".to_owned());
        }
        compare("its routes", &self.expected[index], &speaker.table())
    }

    /// Judges what does not depend on who is disturbed, and that nobody else was: `disturbed` are allowed to have been.
    pub(crate) fn judge(&self, what: &str, world: &mut Disturbed<'_>) {
        world.daemon.assert_alive();
        assert_eq!(world.daemon.pid(), self.pid, "{what}");
        self.assert_answers(what, world.client);
        for (index, speaker) in world.speakers.iter().enumerate().filter(|(index, _)| !world.struck.contains(index)) {
            let (resets, gap) = speaker.seen(|record| (record.resets, record.longest_gap()));
            assert_eq!(resets, self.before[index].0, "{what}: speaker {index} was reset");
            let most = Duration::from_secs(u64::from(speaker.profile().hold_time)) / 3 + LATE;
            assert!(gap <= most, "{what}: a silence of {gap:?} at speaker {index}");
            self.has_its_routes(speaker, index).unwrap_or_else(|why| panic!("{what}: speaker {index}: {why}"));
        }
        for index in &world.struck {
            let sessions = world.speakers[*index].seen(|record| record.sessions) - self.before[*index].1;
            assert!(sessions <= world.sessions, "{what}: {sessions} sessions of speaker {index}");
        }
        eventually(Duration::from_secs(5), &format!("{what}: descriptors back"), || {
            let open = world.daemon.descriptors();
            if open <= self.descriptors + DESCRIPTORS { Ok(()) } else { Err(format!("{open} of {}", self.descriptors)) }
        });
        let memory = world.daemon.memory().now;
        assert!(memory <= self.memory + MEMORY, "{what}: {memory} octets of {}", self.memory);
        world.helpers.iter().for_each(|helper| assert_ordered(what, helper));
    }

    fn assert_answers(&self, what: &str, client: &mut Client) {
        let start = Instant::now();
        assert!(!client.told("show neighbor summary").is_empty(), "{what}");
        assert!(start.elapsed() <= ANSWER, "{what}: an answer took {:?}", start.elapsed());
        assert_eq!(self.before.len(), self.expected.len());
    }
}

/// A daemon, who is around it, and which of the speakers are disturbed.
#[derive(Debug)]
pub(crate) struct Disturbed<'w> {
    /// The daemon.
    pub(crate) daemon: &'w mut Daemon,
    /// A client.
    pub(crate) client: &'w mut Client,
    /// Its helpers.
    pub(crate) helpers: Vec<&'w Helper>,
    /// All neighbors.
    pub(crate) speakers: &'w [Speaker],
    /// Those that may notice.
    pub(crate) struck: Vec<usize>,
    /// How many sessions each of these may have had.
    pub(crate) sessions: u32,
}

/// Waits for the end of an injected fault, and sees to it that all of it was told; says how often it struck.
pub(crate) fn fault_ended(daemon: &Daemon, name: &str, number: u32, within: Duration) -> u32 {
    let is = |line: &&str, message: &str| {
        line.contains(message) && line.contains(name) && field(line, "number") == Some(&*number.to_string())
    };
    let ended = eventually(within, &format!("{name}: the end of fault {number}"), || {
        daemon.log().lines().find(|line| is(line, "fault ended")).map(str::to_owned)
    });
    let log = daemon.log();
    let injected = log.lines().find(|line| is(line, "fault injected"));
    assert!(injected.is_some_and(|line| line.contains("seed ")), "{name}: {injected:?}");
    let strikes = field(&ended, "strikes").and_then(|text| text.parse().ok()).expect("a number of strikes");
    let struck = log.lines().filter(|line| is(line, "fault strikes")).count();
    assert_eq!(struck > 0, strikes > 0, "{name}: {strikes} strikes");
    strikes
}

/// The number that a key has in a line of the log.
fn field<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let (_, rest) = line.split_once(&format!(" {key}="))?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()
}

/// The events of one life of a helper about one neighbor are numbered without a step back. (That they are JSON is known:
/// they were read.)
fn assert_ordered(what: &str, helper: &Helper) {
    let mut latest: BTreeMap<String, u64> = BTreeMap::new();
    let mut begun = 0;
    helper.with_events(|events| {
        for event in events {
            let (Some(counter), Some(peer)) =
                (event["counter"].as_u64(), event["neighbor"]["address"]["peer"].as_str())
            else {
                continue;
            };
            let before = latest.insert(peer.to_owned(), counter).unwrap_or(0);
            assert!(counter > before || counter == 1, "{what}: event {counter} after {before} about {peer}");
            begun += usize::from(counter == 1);
        }
    });
    assert!(begun <= latest.len() * helper.pids().len().max(1), "{what}: more beginnings than lives");
}

/// How late timers of two busy cores may be.
const LATE: Duration = Duration::from_millis(250);
/// Within which a client is answered.
const ANSWER: Duration = Duration::from_secs(1);
/// How often a route may be sent in one session: for the session, and for what was spoiled in it.
const RESENT: u64 = 3;
/// Descriptors more than before.
const DESCRIPTORS: usize = 12;
/// Octets of memory more than before.
const MEMORY: u64 = 48 * 1024 * 1024;
