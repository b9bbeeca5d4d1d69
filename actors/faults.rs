//! The faults armed in one actor. Whoever has some shows them each place where something may go wrong, and does what they
//! ask for; who has none pays for one branch.

use std::time::Duration;

use actix::Recipient;
use fault::{Moment, Plan, Site, Verdict};
use session::State;

use crate::{
    messages::{ChildId, Inject, Struck},
    now,
};

/// When what a fault has kept from happening is tried again.
pub(crate) const AGAIN: Duration = Duration::from_millis(50);

/// Strikes of a fault that are all told of; later ones are when their number is a power of two.
const TOLD: u32 = fault::MOST_TIMES;

/// The faults armed in one actor, and who is told when they strike.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: Plan,
    /// Who that actor is.
    tell: Option<(ChildId, Recipient<Struck>)>,
}

impl Faults {
    /// Is none armed?
    pub(crate) const fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// Arms one, or disarms it.
    pub(crate) fn take(&mut self, inject: Inject) {
        match inject {
            Inject::Arm { armed, child, tell, receipt } => {
                self.tell = Some((child, tell));
                self.plan.arm(*armed);
                drop(receipt);
            }
            Inject::Disarm(number) => self.plan.disarm(number),
        }
    }

    /// What is to happen at this site, of an actor in this state. That a thread hangs has happened already, and a panic
    /// does not come back.
    pub(crate) fn strike(&mut self, state: State, site: &Site<'_>) -> Verdict {
        if self.plan.is_empty() {
            return Verdict::Pass;
        }
        let at = Moment { now: now(), state };
        let Some(strike) = self.plan.strike(at, site) else { return Verdict::Pass };
        let strikes = strike.armed.strikes();
        let over = strike.armed.is_over(at.now);
        if let Some((child, tell)) = &self.tell
            && (over || strikes <= TOLD || strikes.is_power_of_two())
        {
            tell.do_send(Struck { child: *child, armed: strike.armed, site: site.name() });
        }
        match strike.verdict {
            #[expect(clippy::panic, reason = "the fault that was asked for")]
            Verdict::Panic(text) => std::panic::panic_any(text),
            Verdict::Stall(time) => {
                std::thread::sleep(time);
                Verdict::Pass
            }
            verdict => verdict,
        }
    }
}
