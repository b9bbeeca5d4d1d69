//! Clients that watch: what they are told beside the helpers of a neighbor, and what sessions report for their sake.

use std::sync::Arc;

use api::{Answer, ApiError, Selector, Subscription};

use super::{Supervisor, tell};
use crate::messages::{Action, Command, Reply, SeatId};

/// What a client watches.
#[derive(Debug)]
pub(super) struct Watch {
    /// Of which neighbors.
    pub selector: Selector,
    /// What of them.
    pub subscription: Arc<Subscription>,
}

impl Supervisor {
    /// Has a client told of events, or of none any more.
    pub(super) fn watch(
        &mut self,
        action: &Action,
        selector: &Selector,
        subscription: Subscription,
    ) -> Result<(), ApiError> {
        let Some(helper) = self.helpers.get_mut(&action.process).filter(|helper| helper.client) else {
            return Err(ApiError::new("only a client of the control socket can watch"));
        };
        let watch = Watch { selector: selector.clone(), subscription: Arc::new(subscription) };
        helper.watch = (subscription != Subscription::default()).then_some(watch);
        action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::done() });
        self.subscribe_all();
        Ok(())
    }

    /// Who is told what of each neighbor, anew.
    pub(super) fn subscribe_all(&mut self) {
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        seats.into_iter().for_each(|id| self.subscribe(id));
    }

    /// Finds out who is told what of a neighbor, and tells its Peer if that changes what it has to report.
    pub(super) fn subscribe(&mut self, id: SeatId) {
        let running: Vec<_> = self.helpers.iter().map(|(id, helper)| (*id, helper.name.clone())).collect();
        let Some(seat) = self.seats.get_mut(&id) else { return };
        let watching = self.helpers.iter().filter_map(|(id, helper)| Some((*id, helper.watch.as_ref()?)));
        let watching = watching.filter(|(_, watch)| watch.selector.matches(&seat.name));
        let watching: Vec<_> = watching.map(|(id, watch)| (id, watch.subscription.clone())).collect();
        let before = seat.watched;
        seat.subscribe(running.into_iter(), watching);
        if seat.watched != before {
            tell(seat.peer.as_ref(), Command::Interest(seat.interest()));
        }
    }
}
