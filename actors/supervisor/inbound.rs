//! Connections from outside: which neighbor they are from, or why they are refused.

use std::{cell::Cell, net::IpAddr, rc::Rc, time::Duration};

use actix::{AsyncContext as _, Context, Handler};
use bytes::BytesMut;
use config::{Neighbor, NeighborId};
use slog::{debug, info};
use wire::Notify;

use super::{Supervisor, tell};
use crate::{
    codec::MessageCodec,
    connect,
    connection::{MessageInbox, farewell},
    messages::{Accepted, Inbound, SeatId},
    seat::Seat,
    world::Stream,
};

/// Beyond the wait for its OPEN, what a member of a range has until its session has to be there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Members of a range that have no session yet.
const HALF_OPEN: usize = 256;
/// Connections that are told at a time why they are refused.
const REFUSALS: usize = 64;

impl Supervisor {
    /// The neighbor of a connection: the peer's address is its own, and ours is the one it expects, if it does. Who is no
    /// neighbor yet may become one as a member of a range.
    fn neighbor_of(&mut self, local: IpAddr, peer: IpAddr, context: &mut Context<Self>) -> Result<SeatId, Notify> {
        let here =
            |seat: &&Seat| !seat.leaving && seat.neighbor.peer_address == peer && is_expected(&seat.neighbor, local);
        match only(self.seats.values().filter(here).map(|seat| seat.id))? {
            Some(id) => Ok(id),
            None => self.invite(local, peer, context),
        }
    }

    /// A range has so many members at a time, and fewer that have no session: who only calls, from whatever address, costs
    /// no more than these.
    fn has_room(&self, range: &NeighborId, limit: u32) -> Result<(), Notify> {
        let members = || self.seats.values().filter(|seat| seat.range && *seat.of == *range);
        let full = members().count() >= usize::try_from(limit).unwrap_or(usize::MAX);
        if full || members().filter(|seat| !seat.established).count() >= HALF_OPEN {
            return Err(Notify::with_text(6, 8, "no room for another member of the range"));
        }
        Ok(())
    }

    /// Gives a member of a range its seat, which it has as long as there is a session.
    fn invite(&mut self, local: IpAddr, peer: IpAddr, context: &mut Context<Self>) -> Result<SeatId, Notify> {
        let ranges = self.config.neighbors.iter();
        let range = only(ranges.filter(|range| range.covers(peer) && is_expected(range, local)))?;
        let range = range.ok_or_else(|| Notify::with_text(6, 3, "no session configured for the peer"))?;
        let (member, limit, range) = (range.member(peer), range.range_limit, range.id());
        self.has_room(&range, limit)?;
        let id = self.seat(member, Some(range), context);
        self.selections.clear();
        self.tell_rates();
        context.run_later(Duration::from_secs(self.env.bgp.openwait.into()) + PATIENCE, move |supervisor, context| {
            if supervisor.seats.get(&id).is_some_and(|seat| !seat.established) {
                supervisor.leave(id, context);
            }
        });
        Ok(id)
    }
}

/// Refusals under way. Each costs a descriptor for a moment, of which strangers are not to take all.
#[derive(Debug, Default)]
pub(super) struct Refusals(Rc<Cell<usize>>);

impl Refusals {
    /// Says why, then closes; too many at a time are closed without a word.
    fn refuse(&self, accepted: Accepted, notify: &Notify) {
        if self.0.get() >= REFUSALS {
            return;
        }
        let mut out = BytesMut::new();
        notify.encode(&mut out);
        if let Ok((stream, _)) = connect::adopt(accepted.stream) {
            let (Stream { source, sink, .. }, under_way) = (stream.into(), Rc::clone(&self.0));
            under_way.set(under_way.get() + 1);
            actix_rt::spawn(async move {
                farewell(sink, out, Some(MessageInbox::new(source, MessageCodec::default()))).await;
                under_way.set(under_way.get() - 1);
            });
        }
    }
}

fn is_expected(neighbor: &Neighbor, local: IpAddr) -> bool {
    neighbor.md5_ip.or(neighbor.local_address).is_none_or(|ours| ours == local)
}

/// The only one there is, or none.
fn only<T>(mut found: impl Iterator<Item = T>) -> Result<Option<T>, Notify> {
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => {
            Err(Notify::with_text(6, 5, "could not accept the connection (more than one neighbor match)"))
        }
        (first, _) => Ok(first),
    }
}

impl Handler<Accepted> for Supervisor {
    type Result = ();

    fn handle(&mut self, accepted: Accepted, context: &mut Context<Self>) {
        let peer = accepted.peer;
        match self.neighbor_of(accepted.local.ip(), peer.ip(), context) {
            Ok(id) => {
                let seat = self.seats.get(&id);
                match seat.and_then(|seat| seat.peer.as_ref()) {
                    Some(address) => tell(Some(address), Inbound(accepted)),
                    None => self.refusals.refuse(accepted, &Notify::new(6, 5)),
                }
                debug!(self.log, "connection accepted"; "source" => "network", "peer" => %peer);
            }
            Err(notify) => {
                info!(self.log, "connection refused"; "source" => "network", "peer" => %peer,
                    "reason" => notify.message_text());
                self.refusals.refuse(accepted, &notify);
            }
        }
    }
}
