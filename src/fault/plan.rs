//! The faults armed in one actor.

use std::{fmt, time::Instant};

use crate::{
    kinds::Fault,
    site::{Moment, Site, Verdict},
    trigger::Trigger,
};

/// A fault with its trigger.
#[derive(Debug)]
pub struct Armed {
    id: u32,
    fault: Box<dyn Fault>,
    trigger: Trigger,
}

impl Armed {
    /// A fault that has not begun.
    #[must_use]
    pub(crate) fn new(fault: Box<dyn Fault>, trigger: Trigger) -> Self {
        Self { id: 0, fault, trigger }
    }

    /// The same, begun: as number `id`, with this seed unless another one was asked for, for the victim of this index.
    #[must_use]
    pub fn begun(&self, id: u32, seed: u64, victim: usize, now: Instant) -> Self {
        let mut begun = Self { id, ..self.clone() };
        begun.trigger.begin(seed, u64::try_from(victim).unwrap_or_default(), now);
        begun
    }

    /// Its number, which those of one injection share.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// How often it has struck.
    #[must_use]
    pub const fn strikes(&self) -> u32 {
        self.trigger.strikes()
    }

    /// When it is over at the latest.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        self.trigger.ends_at()
    }

    /// Will it never strike again?
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.trigger.is_over(now)
    }

    fn sees(&mut self, at: Moment, site: &Site<'_>, free: bool) -> Option<Verdict> {
        let (message, mine) = (self.fault.counts(site), free && self.fault.is_at(at, site));
        if !self.trigger.pulled(at, message, mine) {
            return None;
        }
        let verdict = self.fault.strike(at, site, self.trigger.rng());
        if verdict.is_pass() {
            return None;
        }
        self.trigger.struck(at.now);
        Some(verdict)
    }
}

impl Clone for Armed {
    fn clone(&self) -> Self {
        Self { id: self.id, fault: self.fault.copy(), trigger: self.trigger.clone() }
    }
}

/// Equal when they read alike: both come from words.
impl PartialEq for Armed {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.to_string() == other.to_string()
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.fault, self.trigger)
    }
}

/// A strike: the fault as it is now, and what it asks for.
#[derive(Debug)]
pub struct Strike {
    /// The fault, with this strike counted.
    pub armed: Armed,
    /// What is to be done.
    pub verdict: Verdict,
}

/// The faults armed in one actor. An empty plan, which is nearly every plan, costs one branch.
#[derive(Debug, Default)]
pub struct Plan {
    armed: Vec<Armed>,
}

impl Plan {
    /// A plan without faults.
    #[must_use]
    pub const fn new() -> Self {
        Self { armed: Vec::new() }
    }

    /// Adds a fault.
    pub fn arm(&mut self, armed: Armed) {
        self.armed.push(armed);
    }

    /// Takes the fault of this number away.
    pub fn disarm(&mut self, id: u32) {
        self.armed.retain(|armed| armed.id != id);
    }

    /// Is nothing armed?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    /// What is armed, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Armed> {
        self.armed.iter()
    }

    /// What happens at this site: the first fault that strikes does. Every fault sees every site, so that each counts for
    /// itself.
    #[inline]
    pub fn strike(&mut self, at: Moment, site: &Site<'_>) -> Option<Strike> {
        if self.armed.is_empty() { None } else { self.strike_armed(at, site) }
    }

    #[cold]
    fn strike_armed(&mut self, at: Moment, site: &Site<'_>) -> Option<Strike> {
        let mut strike = None;
        for armed in &mut self.armed {
            if let Some(verdict) = armed.sees(at, site, strike.is_none()) {
                strike = Some(Strike { armed: armed.clone(), verdict });
            }
        }
        self.armed.retain(|armed| !armed.is_over(at.now));
        strike
    }
}

#[cfg(test)]
mod tests {
    use session::State;
    use wire::{Frame, Words};

    use super::*;

    fn armed(line: &str) -> Armed {
        crate::parse(&mut Words::new(line)).unwrap().armed
    }

    fn strikes(plan: &mut Plan, state: State, sites: &[Site<'_>]) -> Vec<bool> {
        let now = Instant::now();
        sites.iter().map(|site| plan.strike(Moment { now, state }, site).is_some()).collect()
    }

    #[test]
    fn an_empty_plan_lets_everything_pass() {
        assert_eq!(strikes(&mut Plan::default(), State::Idle, &[Site::Connect, Site::Flush]), [false, false]);
    }

    #[test]
    fn a_fault_strikes_once_and_is_gone() {
        let frame = Frame::new(wire::keepalive());
        let mut plan = Plan::new();
        plan.arm(armed("panic after 2 frames"));
        let sites =
            [Site::FrameIn(&frame), Site::FrameOut(&frame), Site::Timer(None), Site::FrameIn(&frame), Site::Flush];
        assert_eq!(strikes(&mut plan, State::Established, &sites), [false, false, false, true, false]);
        assert!(plan.is_empty());
    }

    #[test]
    fn a_fault_waits_for_its_state() {
        let mut plan = Plan::default();
        plan.arm(armed("panic in OPENCONFIRM"));
        assert_eq!(strikes(&mut plan, State::OpenSent, &[Site::Message("Order")]), [false]);
        let at = Moment { now: Instant::now(), state: State::OpenConfirm };
        let strike = plan.strike(at, &Site::Message("Order")).unwrap();
        assert_eq!(strike.verdict, Verdict::Panic("injected fault: panic at message in OPENCONFIRM".into()));
        assert!(strike.armed.is_over(at.now));
    }

    #[test]
    fn a_fault_waits_for_a_site_of_its_own() {
        let frame = Frame::new(wire::keepalive());
        let mut plan = Plan::default();
        plan.arm(armed("drop-keepalives times 1"));
        let sites = [Site::Message("Inject"), Site::FrameIn(&frame), Site::FrameOut(&frame)];
        assert_eq!(strikes(&mut plan, State::Established, &sites), [false, false, true]);
    }

    #[test]
    fn only_one_fault_strikes_at_a_time() {
        let mut plan = Plan::default();
        plan.arm(armed("panic"));
        plan.arm(armed("stop"));
        assert_eq!(strikes(&mut plan, State::Idle, &[Site::Message("Inject")]), [true]);
        assert_eq!(plan.iter().map(ToString::to_string).collect::<Vec<_>>(), ["stop now times 1"]);
    }

    #[test]
    fn plans_are_listed_and_disarmed() {
        let mut plan = Plan::default();
        let fault = armed("panic every 3 frames");
        assert_eq!(fault, armed("panic every 3"));
        assert_ne!(fault, armed("panic every 4"));
        plan.arm(fault.begun(1, 7, 0, Instant::now()));
        plan.arm(fault.begun(2, 8, 0, Instant::now()));
        let list = plan.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(list, ["panic every 3 frames times 10 seed 7", "panic every 3 frames times 10 seed 8"]);
        plan.disarm(1);
        assert_eq!(plan.iter().map(Armed::id).collect::<Vec<_>>(), [2]);
    }
}
