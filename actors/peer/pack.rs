//! Packing routes: one that panics is found out, so that it can be withheld should it do so again and again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use actix::Context;
use bytes::BytesMut;
use fault::Site;
use rib::{Batch, Change};
use slog::warn;
use wire::{Negotiated, PackError, Packer, Route, RouteRefresh};

use super::Peer;
use crate::{link::panic_place, messages::Poisoned};

impl Peer {
    /// Packs what the Rib sent. A panic goes on, once the Supervisor knows which route is to blame.
    pub(super) fn pack(&mut self, batch: &Batch, context: &mut Context<Self>) {
        let mut at_hand = None;
        let packed = catch_unwind(AssertUnwindSafe(|| {
            for change in &batch.changes {
                at_hand = route(change);
                self.pack_one(change, context);
            }
            if let Some(sending) = self.sending.as_mut().filter(|_| !batch.continues) {
                sending.packer.finish(&mut sending.out);
            }
        }));
        if let Err(panic) = packed {
            self.blame(&batch.changes, at_hand);
            resume_unwind(panic);
        }
    }

    fn pack_one(&mut self, change: &Change, context: &mut Context<Self>) {
        if !self.withheld.is_empty() && route(change).is_some_and(|route| self.withheld.contains(&route.nlri.key())) {
            return;
        }
        if let Some(route) = route(change) {
            self.strike(&Site::Route(&route.nlri), context);
        }
        let Some(sending) = self.sending.as_mut() else { return };
        if let Err(error) = pack(change, &mut sending.packer, &mut sending.out) {
            warn!(self.log, "route cannot be sent"; "reason" => %error);
        }
    }

    /// Routes are gathered before they are packed, so that the panic may come with another one than that to blame: each
    /// is tried alone. If none of them panics then, it is the one at hand.
    #[cold]
    fn blame(&self, changes: &[Change], at_hand: Option<&Route>) {
        let (place, Some(sending)) = (panic_place(), &self.sending) else { return };
        let mut culprits: Vec<&Route> =
            changes.iter().filter(|change| panics(change, &sending.negotiated)).filter_map(route).collect();
        if culprits.is_empty() {
            culprits.extend(at_hand);
        }
        for culprit in culprits {
            self.supervisor.do_send(Poisoned {
                seat: self.seat,
                generation: self.generation,
                key: culprit.nlri.key(),
                route: format!("{} {}", culprit.nlri.family(), culprit.nlri),
                place: place.clone(),
            });
        }
    }
}

/// The route that is announced or withdrawn.
const fn route(change: &Change) -> Option<&Route> {
    match change {
        Change::Announce(route) | Change::AnnounceAlone(route) | Change::Withdraw(route) => Some(route),
        _ => None,
    }
}

/// Whether packing this alone panics.
fn panics(change: &Change, with: &Arc<Negotiated>) -> bool {
    let alone = || {
        let (mut packer, mut out) = (Packer::new(with.clone()), BytesMut::new());
        let _ = pack(change, &mut packer, &mut out);
        packer.finish(&mut out);
    };
    catch_unwind(AssertUnwindSafe(alone)).is_err()
}

fn pack(change: &Change, packer: &mut Packer, out: &mut BytesMut) -> Result<(), PackError> {
    match change {
        Change::Announce(route) => return packer.announce(route, out),
        Change::AnnounceAlone(route) => {
            packer.finish(out);
            packer.announce(route, out)?;
            packer.finish(out);
        }
        Change::Bare(update) => return packer.bare(update, out),
        Change::Withdraw(route) => packer.withdraw(route, out),
        Change::EndOfRib(family) => packer.end_of_rib(*family, out),
        Change::RefreshBegins(family) => packer.refresh(*family, RouteRefresh::BEGIN, out),
        Change::RefreshEnds(family) => packer.refresh(*family, RouteRefresh::END, out),
        Change::Say(message) => packer.operational(message, out),
    }
    Ok(())
}
