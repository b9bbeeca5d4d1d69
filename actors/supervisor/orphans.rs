//! What becomes of the routes of a helper that is gone, for those helpers whose routes do not stay.

use std::time::Duration;

use actix::{AsyncContext as _, Context};
use config::Fate;

use super::{Supervisor, tell};
use crate::messages::{Orphaned, Orphans, ProcessId};

/// Names one life of a helper.
pub(super) fn life(id: ProcessId, generation: u32) -> u64 {
    u64::from(id.0) << 32 | u64::from(generation)
}

impl Supervisor {
    /// Who is responsible for what a helper announces now; nobody if that outlives it.
    pub(super) fn owner(&self, id: ProcessId) -> Option<u64> {
        let helper = self.helpers.get(&id).filter(|helper| helper.process.routes != Fate::Keep)?;
        Some(life(id, helper.generation))
    }

    /// A life of a helper is over; for good if it is `leaving`.
    pub(super) fn orphan(&self, before: u64, fate: &Fate, leaving: bool, context: &mut Context<Self>) {
        if self.tree.is_ending() {
            return;
        }
        match fate {
            Fate::Keep => {}
            Fate::HandOver(heir) => {
                let to = self.helpers.iter().find(|(_, helper)| *helper.name == **heir && !helper.leaving);
                let to = to.and_then(|(id, _)| self.owner(*id));
                self.tell_ribs(Orphaned { owner: before, then: Orphans::Given(to) });
            }
            Fate::WithdrawAfter(time) => {
                let (time, orphaned) = (*time, Orphaned { owner: before, then: Orphans::Withdrawn });
                if leaving || time == Duration::ZERO {
                    return self.tell_ribs(orphaned);
                }
                context.run_later(time, move |supervisor, _| supervisor.tell_ribs(orphaned));
            }
        }
    }

    fn tell_ribs(&self, orphaned: Orphaned) {
        self.seats.values().for_each(|seat| tell(seat.rib.as_ref(), orphaned));
    }
}
