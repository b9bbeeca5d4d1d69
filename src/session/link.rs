//! One TCP connection on its way to being a session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::{Negotiated, Open};

use crate::event::Endpoints;
use crate::state::State;
use crate::timers::{Timer, Timers};

/// One TCP connection, and how far its session got.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Connect until our OPEN is sent, then OpenSent, OpenConfirm, Established.
    pub(crate) state: State,
    pub(crate) endpoints: Endpoints,
    pub(crate) timers: Timers,
    pub(crate) local_open: Option<Arc<Open>>,
    pub(crate) remote_open: Option<Arc<Open>>,
    pub(crate) negotiated: Option<Arc<Negotiated>>,
    /// What is needed to read our own messages, made when the first of them is told.
    mirrored: Option<Arc<Negotiated>>,
}

impl Link {
    /// The large HoldTimer of OpenSent (RFC 4271 section 8.2.2).
    pub(crate) const LARGE_HOLD: Duration = Duration::from_secs(240);

    /// A connection that has just come up.
    pub(crate) fn new(now: Instant, endpoints: Endpoints, open_wait: Duration) -> Self {
        let mut link = Self {
            state: State::Connect,
            endpoints,
            timers: Timers::default(),
            local_open: None,
            remote_open: None,
            negotiated: None,
            mirrored: None,
        };
        link.listen(now, open_wait);
        link
    }

    /// From now on silence of the peer counts.
    pub(crate) fn listen(&mut self, now: Instant, open_wait: Duration) {
        if self.negotiated.is_some() {
            return self.restart_hold(now);
        }
        self.timers.start(Timer::OpenWait, now, open_wait);
        self.timers.start(Timer::Hold, now, Self::LARGE_HOLD);
    }

    /// Nothing is read from the peer: its silence proves nothing.
    pub(crate) fn ignore(&mut self) {
        self.timers.stop(Timer::OpenWait);
        self.timers.stop(Timer::Hold);
    }

    /// Both OPENs are agreed on: from now on the negotiated times hold (RFC 4271 section 4.2).
    pub(crate) fn agree(&mut self, now: Instant, negotiated: Arc<Negotiated>) {
        self.state = State::OpenConfirm;
        self.negotiated = Some(negotiated);
        self.ignore();
        self.restart_hold(now);
        self.restart_keepalive(now);
    }

    /// The peer was heard of. A hold time of zero means no HoldTimer (RFC 4271 section 4.4).
    pub(crate) fn restart_hold(&mut self, now: Instant) {
        if let Some(hold) = self.negotiated.as_ref().map(|agreed| agreed.hold_time).filter(|hold| *hold > 0) {
            self.timers.start(Timer::Hold, now, Duration::from_secs(hold.into()));
        }
    }

    /// A KEEPALIVE was sent; when is the next?
    pub(crate) fn restart_keepalive(&mut self, now: Instant) {
        if let Some(keepalive) = self.negotiated.as_ref().map(|agreed| agreed.keepalive).filter(|wait| *wait > 0) {
            self.timers.start(Timer::Keepalive, now, Duration::from_secs(keepalive.into()));
        }
    }

    /// Something is being written: the peer has `time` in seconds to take it in, or the time of RFC 9687 section 4.
    pub(crate) fn restart_send_hold(&mut self, now: Instant, time: Option<u16>) {
        let hold = self.negotiated.as_ref().map_or(0, |agreed| agreed.hold_time);
        let time = time.map_or_else(|| SEND_HOLD.max(u64::from(hold) * 2), u64::from);
        if time > 0 {
            self.timers.start(Timer::SendHold, now, Duration::from_secs(time));
        }
    }

    /// What was agreed on, seen from the peer: what we may send, it may receive.
    pub(crate) fn mirrored(&mut self) -> Option<Arc<Negotiated>> {
        if self.mirrored.is_none() {
            let agreed = self.negotiated.as_ref()?;
            let mut mirrored = Negotiated::clone(agreed);
            mirrored.add_path_receive = agreed.add_path_send;
            mirrored.add_path_send = agreed.add_path_receive;
            self.mirrored = Some(Arc::new(mirrored));
        }
        self.mirrored.clone()
    }
}

/// The least SendHoldTime advised, in seconds (RFC 9687 section 4).
const SEND_HOLD: u64 = 480;
