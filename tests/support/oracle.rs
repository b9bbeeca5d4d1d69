//! What must hold whatever fails: one judge for all faults. The names of the invariants are those of docs/FAULTS.md.

use std::time::{Duration, Instant};

use super::{
    daemon::Daemon,
    helper::Helper,
    record::Table,
    speaker::Speaker,
    wait::{eventually, note},
};

/// What was so before a fault.
#[derive(Debug)]
pub(crate) struct Oracle<'a> {
    victim: &'a Speaker,
    others: &'a [Speaker],
    tables: Vec<Table>,
    resets: Vec<u32>,
    sessions: u32,
    descriptors: usize,
    pid: u32,
    logged: usize,
    hold_time: u16,
}

/// What a fault is to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The session of the victim is another one afterwards.
    Anew,
    /// It is the same one.
    Kept,
}

impl<'a> Oracle<'a> {
    /// Everything is well: what there is now is what has to be there afterwards.
    pub(crate) fn new(daemon: &Daemon, victim: &'a Speaker, others: &'a [Speaker]) -> Self {
        others.iter().for_each(|other| other.seen(|record| record.forget_gaps()));
        let all = || std::iter::once(victim).chain(others);
        Self {
            victim,
            others,
            tables: all().map(Speaker::table).collect(),
            resets: others.iter().map(|other| other.seen(|record| record.resets)).collect(),
            sessions: victim.seen(|record| record.sessions),
            descriptors: daemon.descriptors(),
            pid: daemon.pid(),
            logged: daemon.log().len(),
            hold_time: others.first().map_or(0, |other| other.profile().hold_time),
        }
    }

    /// The fault is over: within the budget everything is well again.
    pub(crate) fn judge(&self, what: &str, daemon: &mut Daemon, helper: &Helper, budget: Duration, outcome: Outcome) {
        let since = Instant::now();
        eventually(budget, &format!("{what}: recovery (I1, I2, I5)"), || self.well(outcome));
        note(format_args!("{what}: all is well after {:?}", since.elapsed()));
        self.undisturbed(what);
        daemon.assert_alive();
        assert_eq!(daemon.pid(), self.pid, "{what}: another process (I4)");
        let asked = Instant::now();
        eventually(Duration::from_secs(1), &format!("{what}: an answer (I4)"), || {
            helper.ask("version").iter().any(|line| line.starts_with("exabgp"))
        });
        assert!(asked.elapsed() < Duration::from_secs(1), "{what}: the API took {:?} (I4)", asked.elapsed());
        let spare = self.descriptors + SPARE;
        eventually(Duration::from_secs(5), &format!("{what}: descriptors (I6)"), || match daemon.descriptors() {
            now if now <= spare => Ok(()),
            now => Err(format!("{now} of {}", self.descriptors)),
        });
        assert!(daemon.memory().now < MEMORY, "{what}: {} octets (I6)", daemon.memory().now);
        let log = daemon.log();
        let told = log.get(self.logged..).unwrap_or_default();
        assert!(told.contains("injected fault strikes") || told.contains("injected fault:"), "{what}: not told (I8)");
        // That every line of JSON is one object is seen where the helper reads them (I7).
        let _ = helper.events();
    }

    fn well(&self, outcome: Outcome) -> Result<(), String> {
        for (speaker, table) in std::iter::once(self.victim).chain(self.others).zip(&self.tables) {
            let found = speaker.table();
            if !speaker.is_up() || found != *table {
                let address = speaker.profile().address;
                return Err(format!(
                    "{address} holds {} of {} routes, up: {}",
                    found.len(),
                    table.len(),
                    speaker.is_up()
                ));
            }
        }
        match (self.victim.seen(|record| record.sessions) - self.sessions, outcome) {
            (0, Outcome::Anew) => Err("the session is still the same".to_owned()),
            (1.., Outcome::Kept) => Err("the session is another one".to_owned()),
            _ => Ok(()),
        }
    }

    /// Who was not meant noticed nothing.
    fn undisturbed(&self, what: &str) {
        for (other, before) in self.others.iter().zip(&self.resets) {
            let (resets, gap) = other.seen(|record| (record.resets, record.longest_gap()));
            assert_eq!(resets, *before, "{what}: a neighbor that was not meant was reset (I3)");
            let most = Duration::from_secs(u64::from(self.hold_time) / 3) + GRACE;
            assert!(gap <= most, "{what}: a neighbor that was not meant waited {gap:?} (I3)");
        }
    }
}

/// Descriptors that a fault may leave behind for a while: a listener that is bound anew, a helper's pipes.
const SPARE: usize = 4;
const MEMORY: u64 = 128 << 20;
/// What a thread that hangs, and timers of two busy cores, may be late.
const GRACE: Duration = Duration::from_millis(750);
