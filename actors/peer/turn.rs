//! What a Peer reads: a chunk of messages at a time, handled in slices, so that its arbiter stays free for others.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use fault::{Site, Verdict};
use session::{Input, Side};
use slog::debug;

use super::{Peer, trace};
use crate::{
    codec::Messages,
    connection::{Connection, MessageInbox, drain},
    fairness::others_first,
    faults::AGAIN,
    messages::Held,
    now,
    world::Stream,
};

/// Messages handled before others get their turn.
const SLICE: usize = 256;
/// Bulletins that helpers may have to take in before reading waits for them.
const TELLING: usize = 8;
/// Batches of received routes that the Rib may have open before reading waits for it.
const LEARNING: usize = 4;

impl Peer {
    /// Takes a connection in.
    pub(super) fn attach(&mut self, side: Side, stream: Stream) {
        self.serials += 1;
        self.connected = true;
        if let Some(lifeline) = stream.lifeline.clone() {
            self.supervisor.do_send(Held { seat: self.seat, generation: self.generation, lifeline });
        }
        self.connections.push(Connection::new(side, self.serials, stream));
    }

    pub(super) fn connection_mut(&mut self, side: Side) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.side == side)
    }

    pub(super) fn by_serial(&mut self, serial: u64) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.serial == serial)
    }

    /// Reads on wherever nothing stands in the way.
    pub(super) fn read_all(&mut self, context: &mut Context<Self>) {
        Side::BOTH.into_iter().for_each(|side| self.read(side, context));
    }

    pub(super) fn read(&mut self, side: Side, context: &mut Context<Self>) {
        if !self.reading || self.learning >= LEARNING || self.telling >= TELLING {
            return;
        }
        let limit = self.session.limit(side);
        let Some(connection) = self.connection_mut(side) else { return };
        let serial = connection.serial;
        let Some(inbox) = connection.read(limit) else { return };
        let handle = context.spawn(inbox.next().into_actor(self).map(move |(inbox, item), peer, context| {
            peer.received(serial, inbox, item, context);
        }));
        if let Some(connection) = self.by_serial(serial) {
            connection.reading = Some(handle);
        }
    }

    fn received(
        &mut self,
        serial: u64,
        inbox: MessageInbox,
        item: Option<Result<Messages, std::io::Error>>,
        context: &mut Context<Self>,
    ) {
        if self.strike(&Site::Read, context) == Verdict::Drop {
            let again = move |peer: &mut Self, context: &mut Context<Self>| peer.received(serial, inbox, item, context);
            context.run_later(AGAIN, again);
            return;
        }
        let Some(connection) = self.by_serial(serial) else { return drop(actix_rt::spawn(drain(inbox))) };
        let side = connection.side;
        match item {
            Some(Ok(Messages::Whole(messages))) => {
                connection.received(inbox, messages);
                self.turn(serial, context);
            }
            Some(Ok(Messages::Garbled(notify))) => self.input(Input::Garbled(side, notify), context),
            end => {
                if let Some(Err(error)) = end {
                    debug!(self.log, "connection lost"; "reason" => %error);
                }
                self.connections.retain(|connection| connection.serial != serial);
                self.input(Input::Disconnected(side), context);
            }
        }
    }

    /// Handles a slice of what was read, then lets others work before the next.
    fn turn(&mut self, serial: u64, context: &mut Context<Self>) {
        for _ in 0..SLICE {
            if !self.one_frame(serial, context) {
                break;
            }
        }
        self.settle(context);
        match self.by_serial(serial) {
            Some(connection) if connection.has_backlog() => {
                context.spawn(others_first().into_actor(self).map(move |(), peer, context| peer.turn(serial, context)));
            }
            Some(connection) => {
                let side = connection.side;
                self.read(side, context);
            }
            None => {}
        }
    }

    /// Handles one message; `false` when there is none left.
    fn one_frame(&mut self, serial: u64, context: &mut Context<Self>) -> bool {
        let Some(side) = self.by_serial(serial).map(|connection| connection.side) else { return false };
        let limit = self.session.limit(side);
        let next = self.by_serial(serial).map_or(Ok(None), |connection| connection.next_frame(limit));
        match next {
            Ok(None) => return false,
            Ok(Some(frame)) => {
                if self.hear(side, &frame, context) {
                    trace::message(&self.log, false, &frame);
                    self.session.handle(now(), Input::Frame(side, frame));
                }
            }
            Err(notify) => self.session.handle(now(), Input::Garbled(side, notify)),
        }
        self.drive(context);
        true
    }
}
