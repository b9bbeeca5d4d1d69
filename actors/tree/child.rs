//! One child, as the tree knows it.

use std::{
    mem,
    time::{Duration, Instant},
};

use config::Policy;

use super::ledger::{Decision, Ledger};
use crate::messages::Cause;

/// The least time a child has to run well until its failures no longer lengthen its waits.
const HEALTH: Duration = Duration::from_secs(30);

/// Whether a child that ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Always.
    Permanent,
    /// Never.
    Temporary,
}

/// What follows when it fails too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// It is left alone for a while, and then tried.
    Quarantine,
    /// The daemon cannot go on without it.
    Escalate,
}

/// What is to be done for a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Whether it is started again.
    pub kind: Kind,
    /// What follows when it fails too often.
    pub beyond: Beyond,
    /// How often, and how long to wait.
    pub policy: Policy,
    /// Makes the waits of children differ, yet repeatable.
    pub seed: u64,
    /// How long it has to run until its failures no longer lengthen its waits.
    pub health: Duration,
}

impl Spec {
    /// One that has to run well for the least time there is.
    pub(crate) const fn new(kind: Kind, beyond: Beyond, policy: Policy, seed: u64) -> Self {
        Self { kind, beyond, policy, seed, health: HEALTH }
    }

    /// The same for a session, with its hold time in seconds: three of them have to pass, if that is longer.
    pub(crate) fn holding(self, hold_time: u16) -> Self {
        Self { health: HEALTH.max(Duration::from_secs(3 * u64::from(hold_time))), ..self }
    }
}

/// What becomes of a child that was asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It is started anew.
    Start,
    /// It is left alone until it is released.
    Quarantine,
    /// That is all.
    Nothing,
}

/// How a child stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is started as soon as who has to be there before it is.
    Waiting,
    /// It runs.
    Running,
    /// It was asked to end.
    Stopping(Then),
    /// It failed, and is started again then.
    Resting(Instant),
    /// It failed too often and is tried again then, or was told to stay until it is released.
    Quarantined(Option<Instant>),
    /// It has ended, and is not started by itself.
    Over,
}

/// A child.
#[derive(Debug)]
pub(crate) struct Child {
    pub(super) spec: Spec,
    pub(super) standing: Standing,
    pub(super) generation: u32,
    pub(super) ledger: Ledger,
    /// The next start is one after a failure.
    pub(super) restarting: bool,
    /// The next start is one after a quarantine.
    pub(super) on_trial: bool,
    pub(super) leaving: bool,
    pub(super) last: Option<Cause>,
    since: Option<Instant>,
}

impl Child {
    pub(super) fn new(spec: Spec) -> Self {
        Self {
            ledger: Ledger::new(spec.policy, spec.seed),
            spec,
            standing: Standing::Waiting,
            generation: 0,
            restarting: false,
            on_trial: false,
            leaving: false,
            last: None,
            since: None,
        }
    }

    pub(super) fn start(&mut self, now: Instant) {
        (self.standing, self.since) = (Standing::Running, Some(now));
        match (mem::take(&mut self.on_trial), mem::take(&mut self.restarting)) {
            (true, _) => self.ledger.try_again(now),
            (false, true) => self.ledger.restarted(now),
            (false, false) => {}
        }
    }

    pub(super) fn failed(&mut self, now: Instant) -> Decision {
        let ran = self.since.map_or(Duration::ZERO, |since| now.duration_since(since));
        let decision = self.ledger.failed(now, ran >= self.spec.health);
        self.restarting = matches!(decision, Decision::Restart(_));
        decision
    }

    /// Whether it runs, or has not ended yet.
    pub(crate) const fn is_alive(&self) -> bool {
        matches!(self.standing, Standing::Running | Standing::Stopping(_))
    }

    /// How it stands.
    pub(crate) const fn standing(&self) -> Standing {
        self.standing
    }

    /// Which start of it was the last.
    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }

    /// Its restarts within the window.
    pub(crate) fn recent(&self, now: Instant) -> usize {
        self.ledger.recent(now)
    }

    /// Its failures since the daemon started.
    pub(crate) const fn total(&self) -> u64 {
        self.ledger.total()
    }

    /// Why it ended last.
    pub(crate) const fn last(&self) -> Option<&Cause> {
        self.last.as_ref()
    }

    /// Since when it has run.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.since.filter(|_| self.is_alive())
    }
}
