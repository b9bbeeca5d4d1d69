//! What a Peer does instead of its duty when an injected fault strikes.

use std::time::Duration;

use actix::{ActorContext as _, AsyncContext as _, Context, Handler};
use bytes::Bytes;
use fault::{Site, Verdict};
use session::{Input, Side};
use slog::info;
use wire::{Frame, Kind, RouteRefresh, frame};

use super::{Peer, trace};
use crate::{
    faults::{AGAIN, Faults},
    lifeline::Lifeline,
    messages::{Inject, Resend},
    now,
};

/// The faults of a Peer, and what they have done to routes.
#[derive(Debug, Default)]
pub(super) struct Struck {
    faults: Faults,
    /// Messages that are held back.
    late: usize,
    /// Routes did not leave as they should have.
    sent: bool,
    /// Routes were not heard as they should have been.
    heard: bool,
}

impl Struck {
    /// These faults, of which nothing has come yet.
    pub(super) fn new(injected: Vec<Inject>) -> Self {
        let mut struck = Self::default();
        injected.into_iter().for_each(|inject| struck.faults.take(inject));
        struck
    }
}

impl Peer {
    /// Shows the faults a place where one may strike. What is to be done to connections is done.
    #[inline]
    pub(super) fn strike(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        if self.struck.faults.is_empty() { Verdict::Pass } else { self.struck_at(site, context) }
    }

    #[cold]
    fn struck_at(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        let verdict = self.struck.faults.strike(self.session.state(), site);
        // Before the end of the fault is seen, which may be this strike.
        let spoils = |frame: &Frame| verdict.changes() && frame.kind() == Kind::Update.code();
        match site {
            Site::FrameOut(frame) => self.struck.sent |= spoils(frame),
            Site::FrameIn(frame) => self.struck.heard |= spoils(frame),
            _ => {}
        }
        match verdict {
            Verdict::Stop => context.stop(),
            Verdict::Reset => self.reset(context),
            Verdict::HalfClose => self.close_halves(),
            _ => {}
        }
        self.mend_if_over(context);
        verdict
    }

    /// A message of ours, or several, on the way to where it will be written.
    pub(super) fn put(&mut self, side: Side, bytes: &Bytes, context: &mut Context<Self>) {
        if !self.struck.faults.is_empty() {
            return self.put_struck(side, bytes.clone(), context);
        }
        if let Some(connection) = self.connection_mut(side) {
            connection.outbox.next_mut().extend_from_slice(bytes);
        }
    }

    fn put_struck(&mut self, side: Side, mut bytes: Bytes, context: &mut Context<Self>) {
        while let Ok(Some(length)) = frame::split(&bytes, frame::MAX_EXTENDED) {
            let frame = Frame::new(bytes.split_to(length));
            let verdict = self.strike(&Site::FrameOut(&frame), context);
            let Some(connection) = self.connection_mut(side) else { return };
            match verdict {
                Verdict::Drop | Verdict::Reset => {}
                Verdict::Replace(bytes) => connection.outbox.next_mut().extend_from_slice(&bytes),
                Verdict::Delay(time) => {
                    let serial = connection.serial;
                    self.later(time, context, move |peer, context| peer.put_late(serial, &frame, context));
                }
                _ => connection.outbox.next_mut().extend_from_slice(frame.bytes()),
            }
        }
    }

    fn put_late(&mut self, serial: u64, frame: &Frame, context: &mut Context<Self>) {
        let Some(connection) = self.by_serial(serial) else { return };
        connection.outbox.next_mut().extend_from_slice(frame.bytes());
        let side = connection.side;
        self.flush(side, context);
    }

    /// A message that was read, on the way to the session; `false` when it is not to have it now, or not like this.
    pub(super) fn hear(&mut self, side: Side, frame: &Frame, context: &mut Context<Self>) -> bool {
        if self.struck.faults.is_empty() {
            return true;
        }
        let verdict = self.strike(&Site::FrameIn(frame), context);
        let Some(serial) = self.connection_mut(side).map(|connection| connection.serial) else { return false };
        match verdict {
            Verdict::Drop | Verdict::Reset => false,
            Verdict::Replace(bytes) => {
                self.misread(side, bytes);
                false
            }
            Verdict::Delay(time) => {
                let frame = frame.clone();
                self.later(time, context, move |peer, context| {
                    if let Some(side) = peer.by_serial(serial).map(|connection| connection.side) {
                        peer.input(Input::Frame(side, frame), context);
                    }
                });
                false
            }
            _ => true,
        }
    }

    /// These octets were read instead of a message.
    fn misread(&mut self, side: Side, mut bytes: Bytes) {
        let limit = self.session.limit(side);
        loop {
            match frame::split(&bytes, limit) {
                Ok(Some(length)) => {
                    let frame = Frame::new(bytes.split_to(length));
                    trace::message(&self.log, false, &frame);
                    self.session.handle(now(), Input::Frame(side, frame));
                }
                Ok(None) => break,
                Err(notify) => return self.session.handle(now(), Input::Garbled(side, notify)),
            }
        }
        if let Some(connection) = self.connection_mut(side) {
            connection.put_back(&bytes);
        }
    }

    /// Whether this connection has to wait before it writes on. Then that is seen to.
    pub(super) fn is_held(&mut self, side: Side, context: &mut Context<Self>) -> bool {
        if self.struck.faults.is_empty() {
            return self.connection_mut(side).is_some_and(|connection| connection.held);
        }
        let Some(connection) = self.connection_mut(side) else { return true };
        if connection.held || !connection.outbox.is_ready() {
            return true;
        }
        let serial = connection.serial;
        let (time, asked) = match self.strike(&Site::Flush, context) {
            Verdict::Drop => (AGAIN, true),
            Verdict::Delay(time) => (time, false),
            _ => return false,
        };
        let Some(connection) = self.by_serial(serial) else { return true };
        connection.held = true;
        context.run_later(time, move |peer, context| {
            let Some(connection) = peer.by_serial(serial) else { return };
            connection.held = false;
            let side = connection.side;
            if asked {
                peer.flush(side, context);
            } else {
                peer.write(side, context);
            }
            peer.let_go();
            peer.pull(context);
        });
        true
    }

    /// A timer of the session is due.
    pub(super) fn due(&mut self, context: &mut Context<Self>) {
        if self.strike(&Site::Timer(None), context) == Verdict::Drop {
            let handle = context.run_later(AGAIN, Self::due);
            self.alarm = Some((now() + AGAIN, handle));
            return;
        }
        self.alarm = None;
        self.session.handle_timeout(now());
        self.settle(context);
    }

    /// A call that fails before it is made; `true` when this one does.
    pub(super) fn is_call_refused(&mut self, context: &mut Context<Self>) -> bool {
        let refused = self.strike(&Site::Connect, context) == Verdict::Drop;
        if refused {
            self.connecting = Some(context.run_later(Duration::ZERO, |peer, context| {
                peer.connecting = None;
                peer.input(Input::ConnectFailed("injected fault".to_owned()), context);
            }));
        }
        refused
    }

    /// Ends every connection without a word.
    fn reset(&mut self, context: &mut Context<Self>) {
        for connection in std::mem::take(&mut self.connections) {
            connection.line.iter().for_each(Lifeline::reset);
            Self::cut_now(&connection, context);
            self.session.handle(now(), Input::Disconnected(connection.side));
        }
        context.run_later(Duration::ZERO, |peer, context| peer.settle(context));
    }

    fn close_halves(&self) {
        self.connections.iter().filter_map(|connection| connection.line.as_ref()).for_each(Lifeline::half_close);
    }

    fn later(
        &mut self,
        time: Duration,
        context: &mut Context<Self>,
        then: impl FnOnce(&mut Self, &mut Context<Self>) + 'static,
    ) {
        self.struck.late += 1;
        context.run_later(time, move |peer, context| {
            peer.struck.late -= 1;
            then(peer, context);
            peer.mend_if_over(context);
        });
    }

    /// When the last fault is over, routes that it has spoiled are sent once more, or asked for.
    fn mend_if_over(&mut self, context: &mut Context<Self>) {
        if !self.struck.faults.is_empty() || self.struck.late > 0 {
            return;
        }
        let (sent, heard) = (std::mem::take(&mut self.struck.sent), std::mem::take(&mut self.struck.heard));
        let Some(sending) = self.sending.as_mut().filter(|_| sent || heard) else { return };
        info!(self.log, "routes that faults have spoiled are exchanged anew"; "sent" => sent, "heard" => heard);
        for family in sending.families() {
            if sent {
                self.rib.do_send(Resend { generation: self.generation, family });
            }
            if heard {
                sending.request_refresh(family, RouteRefresh::REQUEST);
            }
        }
        // Not from here: a message may be on its way already.
        context.run_later(Duration::ZERO, |peer, context| peer.hand_over(context));
    }
}

impl Handler<Inject> for Peer {
    type Result = ();

    fn handle(&mut self, inject: Inject, context: &mut Context<Self>) {
        self.struck.faults.take(inject);
        self.strike(&Site::Message("Inject"), context);
        self.mend_if_over(context);
    }
}
