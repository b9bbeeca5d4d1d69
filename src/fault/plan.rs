//! The faults armed in one actor.

use std::fmt;

use crate::kinds::{FAULTS, Fault, Target};
use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};
use crate::trigger::Trigger;

/// A fault with its trigger.
#[derive(Debug)]
pub struct Armed {
    name: &'static str,
    fault: Box<dyn Fault>,
    trigger: Trigger,
}

impl Armed {
    /// A fault of the kind of that name.
    #[must_use]
    pub fn new(name: &'static str, fault: Box<dyn Fault>, trigger: Trigger) -> Self {
        Self { name, fault, trigger }
    }

    /// The name of its kind.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whose fault it is.
    #[must_use]
    pub fn target(&self) -> Target {
        let kind = FAULTS.iter().find(|kind| kind.name() == self.name);
        kind.map_or(Target::Peer, |kind| kind.usage().target)
    }

    fn strike(&mut self, at: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict {
        if !self.trigger.pulled(at, site, rng) {
            return Verdict::Pass;
        }
        let verdict = self.fault.strike(at, site, rng);
        if !verdict.is_pass() {
            self.trigger.struck(at.now);
        }
        verdict
    }
}

impl Clone for Armed {
    fn clone(&self) -> Self {
        Self { name: self.name, fault: self.fault.copy(), trigger: self.trigger.clone() }
    }
}

/// Equal when they read alike: both come from words.
impl PartialEq for Armed {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string() && format!("{:?}", self.fault) == format!("{:?}", other.fault)
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.trigger)
    }
}

/// The faults armed in one actor. An empty plan, which is nearly every plan, costs one branch.
#[derive(Debug)]
pub struct Plan {
    armed: Vec<Armed>,
    rng: Rng,
}

impl Plan {
    /// A plan without faults, whose chances follow this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { armed: Vec::new(), rng: Rng::new(seed) }
    }

    /// Adds a fault.
    pub fn arm(&mut self, armed: Armed) {
        self.armed.push(armed);
    }

    /// Takes all faults away.
    pub fn clear(&mut self) {
        self.armed.clear();
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

    /// What happens at this site: the verdict of the first fault that strikes. Every fault sees every site, so that each
    /// counts for itself.
    #[inline]
    pub fn strike(&mut self, at: Moment, site: &Site<'_>) -> Verdict {
        if self.armed.is_empty() { Verdict::Pass } else { self.strike_armed(at, site) }
    }

    #[cold]
    fn strike_armed(&mut self, at: Moment, site: &Site<'_>) -> Verdict {
        let mut verdict = Verdict::Pass;
        for armed in &mut self.armed {
            let next = armed.strike(at, site, &mut self.rng);
            if verdict.is_pass() {
                verdict = next;
            }
        }
        self.armed.retain(|armed| !armed.trigger.is_over(at.now));
        verdict
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new(0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use session::State;
    use wire::{Frame, Words};

    use super::*;

    fn armed(line: &str) -> Armed {
        crate::parse(&mut Words::new(line)).unwrap()
    }

    fn strikes(plan: &mut Plan, state: State, sites: &[Site<'_>]) -> Vec<bool> {
        let now = Instant::now();
        sites.iter().map(|site| !plan.strike(Moment { now, state }, site).is_pass()).collect()
    }

    #[test]
    fn an_empty_plan_lets_everything_pass() {
        assert_eq!(strikes(&mut Plan::default(), State::Idle, &[Site::Connect, Site::Flush]), [false, false]);
    }

    #[test]
    fn a_fault_strikes_once_and_is_gone() {
        let frame = Frame::new(wire::keepalive());
        let mut plan = Plan::new(1);
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
        let verdict = plan.strike(at, &Site::Message("Order"));
        assert_eq!(verdict, Verdict::Panic("injected fault: panic at message in OPENCONFIRM".into()));
    }

    #[test]
    fn plans_are_listed_and_cleared() {
        let mut plan = Plan::default();
        let fault = armed("panic every 3 frames");
        assert_eq!(fault, armed("panic every 3"));
        assert_ne!(fault, armed("panic every 4"));
        plan.arm(fault.clone());
        plan.arm(fault);
        let list = plan.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(list, ["panic every 3 frames for 60s", "panic every 3 frames for 60s"]);
        plan.clear();
        assert!(plan.is_empty());
    }
}
