//! What a Peer writes: one write in flight a connection, the next gathering behind it.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use session::{Input, Side};
use slog::debug;

use super::{LAST_WORDS, Peer};
use crate::{
    connection::{Connection, farewell},
    now,
    world::Sink,
};

impl Peer {
    /// Starts writing wherever something waits and nothing is in flight.
    pub(super) fn flush_all(&mut self, context: &mut Context<Self>) {
        Side::BOTH.into_iter().for_each(|side| self.flush(side, context));
    }

    pub(super) fn flush(&mut self, side: Side, context: &mut Context<Self>) {
        if !self.is_held(side, context) {
            self.write(side, context);
        }
    }

    /// Writes, whatever an injected fault may say.
    pub(super) fn write(&mut self, side: Side, context: &mut Context<Self>) {
        let Some(connection) = self.connection_mut(side) else { return };
        let serial = connection.serial;
        connection.outbox.write_now();
        let Some(write) = connection.outbox.write() else { return };
        let handle = context.spawn(write.into_actor(self).map(move |(half, result), peer, context| {
            let Some(connection) = peer.by_serial(serial) else { return peer.part(serial, half, context) };
            connection.outbox.written(half);
            connection.writing = None;
            let side = connection.side;
            peer.session.handle(now(), Input::Written(side));
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
        if let Some(connection) = self.by_serial(serial) {
            connection.writing = Some(handle);
        }
        self.session.handle(now(), Input::Writing(side));
        self.set_alarm(context);
    }

    /// A connection was closed: a peer that takes nothing in, or never closes its end, would keep what is in flight for
    /// ever.
    pub(super) fn cut_later(connection: &Connection, context: &mut Context<Self>) {
        let (serial, in_flight) = (connection.serial, [connection.reading, connection.writing]);
        context.run_later(LAST_WORDS, move |peer, context| {
            in_flight.into_iter().flatten().for_each(|handle| _ = context.cancel_future(handle));
            peer.closing.retain(|(closed, _)| *closed != serial);
            peer.settle(context);
        });
    }

    /// A connection is ended as it is: what is in flight goes with it.
    pub(super) fn cut_now(connection: &Connection, context: &mut Context<Self>) {
        let in_flight = [connection.reading, connection.writing];
        in_flight.into_iter().flatten().for_each(|handle| _ = context.cancel_future(handle));
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
