//! What a Peer does when an injected fault strikes: sites and verdicts are all it knows of faults.

use std::{thread, time::Duration};

use actix::{ActorContext as _, AsyncContext as _, Context};
use bytes::Bytes;
use fault::{Moment, Site, Verdict};
use session::{Input, Side};
use slog::{info, warn};
use wire::{Frame, Kind, frame};

use super::Peer;
use crate::{messages::Resend, now};

/// After the last message that a fault has changed or swallowed, routes are sent once more when this has passed.
const MEND: Duration = Duration::from_secs(1);
/// A thread is blocked for no longer: others run on it.
const LONGEST_HANG: Duration = Duration::from_secs(30);

impl Peer {
    /// Shows the plan of faults a place where one may strike.
    pub(super) fn strike(&mut self, site: &Site<'_>) -> Verdict {
        if self.plan.is_empty() {
            return Verdict::Pass;
        }
        let at = Moment { now: now(), state: self.session.state() };
        let before = self.plan.iter().count();
        let verdict = self.plan.strike(at, site);
        if !verdict.is_pass() {
            warn!(self.log, "injected fault strikes"; "site" => site.name(), "verdict" => verdict.name());
        }
        if self.plan.iter().count() < before {
            info!(self.log, "injected fault is over"; "left" => self.plan.iter().count());
        }
        if let Verdict::Panic(text) = &verdict {
            #[expect(clippy::panic, reason = "the fault that was asked for")]
            std::panic::panic_any(text.clone());
        }
        verdict
    }

    /// The same where there is nothing to drop or to change: what concerns the Peer as a whole is carried out.
    pub(super) fn suffer(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        let verdict = self.strike(site);
        match verdict {
            Verdict::Stall(time) => thread::sleep(time.min(LONGEST_HANG)),
            Verdict::Stop => context.stop(),
            // Not from here: whoever asks may be at work on the connection.
            Verdict::Reset => _ = context.run_later(Duration::ZERO, |peer, context| peer.cut(context)),
            Verdict::HalfClose => {
                let lines = self.connections.iter().filter_map(|connection| connection.line.as_ref());
                lines.for_each(crate::lifeline::Lifeline::half_close);
            }
            _ => {}
        }
        verdict
    }

    fn cut(&mut self, context: &mut Context<Self>) {
        for connection in std::mem::take(&mut self.connections) {
            connection.line.iter().for_each(crate::lifeline::Lifeline::reset);
            Self::cut_now(&connection, context);
            let side = connection.side;
            drop(connection);
            self.session.handle(now(), Input::Disconnected(side));
        }
        self.settle(context);
    }

    /// Puts whole messages behind what waits to be written.
    pub(super) fn put(&mut self, side: Side, messages: &Bytes, context: &mut Context<Self>) {
        if self.plan.is_empty() {
            return self.append(side, messages);
        }
        let mut rest = messages.clone();
        while let Ok(Some(length)) = frame::split(&rest, frame::MAX_EXTENDED) {
            let message = Frame::new(rest.split_to(length));
            let verdict = self.suffer(&Site::FrameOut(&message), context);
            let is_route = message.kind() == Kind::Update.code();
            match verdict {
                Verdict::Drop => self.mend_later(is_route, context),
                Verdict::Replace(octets) => {
                    self.mend_later(is_route, context);
                    self.append(side, &octets);
                }
                Verdict::Delay(time) => {
                    let late = message.bytes().clone();
                    context.run_later(time, move |peer, context| {
                        peer.append(side, &late);
                        peer.flush(side, context);
                    });
                }
                _ => self.append(side, message.bytes()),
            }
        }
    }

    fn append(&mut self, side: Side, octets: &[u8]) {
        if let Some(connection) = self.connection_mut(side) {
            connection.outbox.next_mut().extend_from_slice(octets);
        }
    }

    /// The neighbor may hold other routes than it was sent: all of them are sent again once that is over.
    fn mend_later(&mut self, is_route: bool, context: &mut Context<Self>) {
        if !is_route {
            return;
        }
        if let Some(handle) = self.mending.take() {
            context.cancel_future(handle);
        }
        self.mending = Some(context.run_later(MEND, |peer, _| {
            peer.mending = None;
            let generation = peer.generation;
            let families = peer.session.negotiated().map(|agreed| agreed.families.clone());
            families.into_iter().flatten().for_each(|family| peer.rib.do_send(Resend { generation, family }));
        }));
    }
}
