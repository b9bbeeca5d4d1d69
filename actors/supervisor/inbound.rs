//! Connections from outside: which neighbor they are from, or why they are refused.

use std::{net::IpAddr, time::Duration};

use actix::{AsyncContext as _, Context, Handler};
use bytes::BytesMut;
use config::Neighbor;
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

    /// Gives a member of a range its seat, which it has as long as there is a session.
    fn invite(&mut self, local: IpAddr, peer: IpAddr, context: &mut Context<Self>) -> Result<SeatId, Notify> {
        let ranges = self.config.neighbors.iter();
        let range = only(ranges.filter(|range| range.covers(peer) && is_expected(range, local)))?;
        let range = range.ok_or_else(|| Notify::with_text(6, 3, "no session configured for the peer"))?;
        let (member, range) = (range.member(peer), range.id());
        let id = self.seat(member, Some(range), context);
        self.selections.clear();
        self.tell_rates();
        context.run_later(Duration::from_secs(self.env.bgp.openwait.into()) + PATIENCE, move |supervisor, _| {
            if supervisor.seats.get(&id).is_some_and(|seat| !seat.established) {
                supervisor.leave(id);
            }
        });
        Ok(id)
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
                    None => refuse(accepted, &Notify::new(6, 5)),
                }
                debug!(self.log, "connection accepted"; "source" => "network", "peer" => %peer);
            }
            Err(notify) => {
                info!(self.log, "connection refused"; "source" => "network", "peer" => %peer,
                    "reason" => notify.message_text());
                refuse(accepted, &notify);
            }
        }
    }
}

/// Says why, then closes.
fn refuse(accepted: Accepted, notify: &Notify) {
    let mut out = BytesMut::new();
    notify.encode(&mut out);
    if let Ok((stream, _)) = connect::adopt(accepted.stream) {
        let Stream { source, sink } = stream.into();
        actix_rt::spawn(farewell(sink, out, Some(MessageInbox::new(source, MessageCodec::default()))));
    }
}
