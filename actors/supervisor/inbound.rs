//! Connections from outside: which neighbor they are from, or why they are refused.

use std::net::IpAddr;

use actix::{Context, Handler};
use bytes::BytesMut;
use slog::{debug, info};
use wire::Notify;

use super::{Supervisor, tell};
use crate::{
    codec::MessageCodec,
    connect,
    connection::{MessageInbox, farewell},
    messages::{Accepted, Inbound, SeatId},
};

impl Supervisor {
    /// The neighbor of a connection: the peer's address is its own, and ours is the one it expects, if it does.
    fn neighbor_of(&self, local: IpAddr, peer: IpAddr) -> Result<SeatId, Notify> {
        let mut found = self.seats.values().filter(|seat| {
            let neighbor = &seat.neighbor;
            let ours = neighbor.md5_ip.or(neighbor.local_address);
            !seat.leaving && neighbor.peer_address == peer && ours.is_none_or(|ours| ours == local)
        });
        match (found.next(), found.next()) {
            (None, _) => Err(Notify::with_text(6, 3, "no session configured for the peer")),
            (Some(_), Some(_)) => {
                Err(Notify::with_text(6, 5, "could not accept the connection (more than one neighbor match)"))
            }
            (Some(seat), None) => Ok(seat.id),
        }
    }
}

impl Handler<Accepted> for Supervisor {
    type Result = ();

    fn handle(&mut self, accepted: Accepted, _: &mut Context<Self>) {
        let peer = accepted.peer;
        match self.neighbor_of(accepted.local.ip(), peer.ip()) {
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
        let (read, write) = stream.into_split();
        actix_rt::spawn(farewell(write, out, Some(MessageInbox::new(read, MessageCodec::default()))));
    }
}
