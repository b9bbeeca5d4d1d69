//! Routes on their way out: pulled from the Rib, packed, written, and only then pulled again. A peer that does not
//! read costs one write and what gathers behind it, never a backlog.

use std::sync::Arc;

use actix::{AsyncContext as _, Context};
use bytes::{Bytes, BytesMut};
use rib::{SessionEnd, Terms};
use session::{Cause, Side};
use slog::info;
use wire::{Family, Frame, Kind, Negotiated, Packer, Refresh, frame};

use super::{Peer, trace};
use crate::{
    Receipt,
    messages::{Acquire, Grant, Limited, Pull, Routes, SessionDown, SessionUp, Standing},
    now,
    rate::Spent,
};

/// Changes asked for at a time.
const BUDGET: usize = 2048;
/// Octets waiting to be written above which nothing more is asked for.
const ENOUGH: usize = 64 * 1024;

/// The sending side of an Established session.
#[derive(Debug)]
pub(super) struct Sending {
    session: u32,
    side: Side,
    pub(super) negotiated: Arc<Negotiated>,
    pub(super) packer: Packer,
    pub(super) out: BytesMut,
    /// A [`Pull`] or an [`Acquire`] is open.
    asked: bool,
    /// It is an [`Acquire`].
    acquiring: bool,
    /// What was sent since the last [`Grant`].
    spent: Spent,
    /// To be let go of once everything has reached the kernel.
    syncing: Vec<Receipt>,
}

impl Sending {
    /// Asks the peer for its routes of a family, if that was agreed on (RFC 2918).
    pub(super) fn request_refresh(&mut self, family: Family, subtype: u8) {
        if self.negotiated.refresh != Refresh::Absent && self.negotiated.has(family) {
            self.packer.refresh(family, subtype, &mut self.out);
        }
    }

    /// The families of the session.
    pub(super) fn families(&self) -> Vec<Family> {
        self.negotiated.families.clone()
    }
}

impl Peer {
    /// The session is up: the Rib sends its routes here.
    pub(super) fn established(&mut self, negotiated: Arc<Negotiated>, context: &mut Context<Self>) {
        let Some(side) = self.session.side() else { return };
        info!(self.log, "session established"; "hold-time" => negotiated.hold_time);
        self.sessions += 1;
        let session = self.sessions;
        let packer = Packer::new(negotiated.clone());
        let (with, out) = (negotiated.clone(), BytesMut::new());
        self.sending = Some(Sending {
            session,
            side,
            negotiated: with,
            packer,
            out,
            asked: false,
            acquiring: false,
            spent: Spent::default(),
            syncing: Vec::new(),
        });
        let batches = context.address().recipient();
        let terms = self.terms(&negotiated);
        self.rib.do_send(SessionUp { generation: self.generation, session, negotiated, terms, batches });
        self.stand(true);
        self.pull(context);
    }

    /// Which of the peer's routes outlive the session.
    fn terms(&self, negotiated: &Negotiated) -> Option<Terms> {
        let status = self.session.status(now());
        Terms::agreed(status.local_open.as_deref()?, status.remote_open.as_deref()?, &negotiated.families)
    }

    /// The session is down.
    pub(super) fn unestablished(&mut self, cause: Cause, context: &mut Context<Self>) {
        let session = self.sending.take().map(|sending| sending.session);
        // What was said before the end is part of it.
        self.learn(context);
        let ended = match cause {
            cause if cause.is_hard() => SessionEnd::Hard,
            cause if cause.is_notified() => SessionEnd::Notified,
            _ => SessionEnd::Silently,
        };
        self.rib.do_send(SessionDown { generation: self.generation, session, ended });
        self.stand(false);
    }

    /// Asks for more routes unless enough wait to be written.
    pub(super) fn pull(&mut self, context: &mut Context<Self>) {
        let Some(sending) = self.sending.as_mut().filter(|sending| !sending.asked) else { return };
        let (session, side) = (sending.session, sending.side);
        let Some(connection) = self.connections.iter().find(|connection| connection.side == side) else { return };
        if connection.outbox.pending() > ENOUGH {
            return;
        }
        sending.asked = true;
        if !self.limits.any() {
            sending.spent = Spent::default();
            return self.rib.do_send(Pull { generation: self.generation, session, budget: BUDGET });
        }
        sending.acquiring = true;
        self.acquire(context);
    }

    fn acquire(&self, context: &Context<Self>) {
        let Some(Sending { spent, .. }) = self.sending else { return };
        let (who, reply) = (Limited::Peer(self.seat), context.address().recipient());
        self.supervisor.do_send(Acquire { who, spent, reply });
    }

    /// Nobody is left to answer what was asked for.
    pub(super) fn acquire_again(&self, context: &Context<Self>) {
        if self.sending.as_ref().is_some_and(|sending| sending.acquiring) {
            self.acquire(context);
        }
    }

    /// The rate limiter says how much may be sent, and when.
    pub(super) fn granted(&mut self, grant: Grant, context: &mut Context<Self>) {
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.acquiring) else { return };
        (sending.acquiring, sending.spent) = (false, Spent::default());
        let session = sending.session;
        context.run_later(grant.after, move |peer, _| {
            let budget = usize::try_from(grant.amount.max(1)).unwrap_or(1);
            peer.rib.do_send(Pull { generation: peer.generation, session, budget });
        });
    }

    /// Packs what the Rib sent.
    pub(super) fn routes(&mut self, routes: Routes, context: &mut Context<Self>) {
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.session == routes.session) else { return };
        sending.asked = false;
        sending.spent.prefixes(routes.batch.changes.len());
        self.pack(&routes.batch, context);
        let Some(sending) = self.sending.as_mut() else { return };
        sending.syncing.extend(routes.receipts);
        self.hand_over(context);
        self.let_go();
        self.pull(context);
    }

    /// What was to reach the kernel has, if nothing waits.
    pub(super) fn let_go(&mut self) {
        let Some(sending) = self.sending.as_mut().filter(|sending| !sending.syncing.is_empty()) else { return };
        let connection = self.connections.iter().find(|connection| connection.side == sending.side);
        if connection.is_none_or(|connection| connection.outbox.pending() == 0) {
            sending.syncing.clear();
        }
    }

    /// Moves what was packed to the connection.
    pub(super) fn hand_over(&mut self, context: &mut Context<Self>) {
        let Some(sending) = &mut self.sending else { return };
        let (side, frames) = (sending.side, sending.out.split().freeze());
        if frames.is_empty() {
            return;
        }
        self.put(side, &frames, context);
        self.record_sent(&frames);
        self.drive(context);
        self.tell(context);
        self.flush(side, context);
    }

    /// Tells the Supervisor whether the session is Established.
    pub(super) fn stand(&self, established: bool) {
        self.supervisor.do_send(Standing { seat: self.seat, generation: self.generation, established });
    }

    /// Counts what was packed, and reports it where it is wanted.
    fn record_sent(&mut self, frames: &Bytes) {
        let (mut rest, at) = (frames.clone(), now());
        while let Ok(Some(length)) = frame::split(&rest, frame::MAX_EXTENDED) {
            let frame = Frame::new(rest.split_to(length));
            debug_assert!(frame.kind() != Kind::Open.code(), "the session sends OPENs itself");
            trace::message(&self.log, true, &frame);
            self.session.sent(at, &frame);
            if let Some(sending) = &mut self.sending {
                sending.spent.message();
            }
        }
    }
}
