//! What a Peer writes: one write in flight a connection, the next gathering behind it.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use session::{Input, Side};
use slog::debug;

use super::Peer;
use crate::{connection::farewell, world::Sink};

impl Peer {
    /// Starts writing wherever something waits and nothing is in flight.
    pub(super) fn flush_all(&mut self, context: &mut Context<Self>) {
        Side::BOTH.into_iter().for_each(|side| self.flush(side, context));
    }

    pub(super) fn flush(&mut self, side: Side, context: &mut Context<Self>) {
        let Some(connection) = self.connection_mut(side) else { return };
        let serial = connection.serial;
        let Some(write) = connection.outbox.write() else { return };
        context.spawn(write.into_actor(self).map(move |(half, result), peer, context| {
            let Some(connection) = peer.by_serial(serial) else { return peer.part(serial, half, context) };
            connection.outbox.written(half);
            let side = connection.side;
            match result {
                Ok(()) => {
                    peer.flush(side, context);
                    peer.let_go();
                    peer.pull(context);
                }
                Err(error) => {
                    debug!(peer.log, "connection lost"; "reason" => %error);
                    peer.connections.retain(|connection| connection.serial != serial);
                    peer.input(Input::Disconnected(side), context);
                }
            }
        }));
    }

    /// The write that a closed connection still had in flight is done: its last words follow.
    fn part(&mut self, serial: u64, half: Sink, context: &mut Context<Self>) {
        if let Some(place) = self.closing.iter().position(|(closed, _)| *closed == serial) {
            let (_, rest) = self.closing.swap_remove(place);
            actix_rt::spawn(farewell(half, rest, None));
        }
        self.settle(context);
    }
}
