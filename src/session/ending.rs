//! Established, and every way out of a connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use wire::{FamilySet, Frame, Notify, Open};

use crate::capability;
use crate::collision;
use crate::event::Effect;
use crate::fsm::CEASE;
use crate::report::{Cause, Parsed, Report, StopReason};
use crate::session::Session;
use crate::state::{Side, State};
use crate::timers::Timer;

impl Session {
    /// KeepAliveMsg in OpenConfirm: the session is Established, and nothing else is tried any more.
    pub(crate) fn up(&mut self, now: Instant, side: Side) {
        self.abort_dial();
        self.end(now, side.other(), collision::farewell());
        let Some(link) = self.link_mut(side) else { return };
        link.state = State::Established;
        let Some(agreed) = link.negotiated.clone() else { return };
        (self.restarting, self.trouble) = (false, None);
        self.near_limit = FamilySet::new();
        if !self.flapped {
            self.backoff.reset();
        }
        self.since = Some(now);
        self.show_lead();
        self.tell_change(Report::Up);
        self.effect(Effect::Up(agreed));
    }

    pub(crate) fn send_keepalive(&mut self, now: Instant, side: Side) {
        self.send(side, Frame::new(wire::keepalive()), Parsed::Keepalive);
        if let Some(link) = self.link_mut(side) {
            link.restart_keepalive(now);
        }
    }

    /// Ends a connection with a NOTIFICATION (RFC 4271 section 6).
    pub(crate) fn end(&mut self, now: Instant, side: Side, notify: Notify) {
        if self.link(side).is_none() {
            return;
        }
        let cause = Cause::NotificationSent(notify.code, notify.subcode);
        self.send_notification(side, notify);
        self.effect(Effect::Close(side));
        self.lost(now, side, cause);
    }

    /// A connection is gone. The session is over when it was the last.
    pub(crate) fn lost(&mut self, now: Instant, side: Side, cause: Cause) {
        let Some(link) = self.slot(side).take() else { return };
        self.trouble = Some(cause.to_string());
        if link.state == State::Established {
            self.damp(now, cause);
            self.since = Some(now);
            self.effect(Effect::Down(cause));
        }
        if self.lead().is_some() {
            self.show_lead();
            return;
        }
        if !matches!(self.shown, State::Idle | State::Active) {
            self.tell_change(Report::Down(cause));
        }
        self.show(State::Idle);
        self.retry(now);
    }

    /// DampPeerOscillations (RFC 4271 section 8.1.1): a session that does not last is called again at once the first time,
    /// and ever later when that repeats. Whoever refuses what it is told will be told the same again: it is given a rest
    /// from the first time on.
    fn damp(&mut self, now: Instant, cause: Cause) {
        let lasted = self.since.is_some_and(|since| now.saturating_duration_since(since) >= STABLE);
        if lasted {
            self.backoff.reset();
        }
        self.flapped = !lasted;
        if cause.is_refusal() {
            self.backoff.rest();
        }
    }

    /// ManualStop. A peer that will keep our routes over a restart is left in silence (RFC 4724 section 5).
    pub(crate) fn stop(&mut self, now: Instant, reason: StopReason) {
        self.abort_dial();
        self.phase = State::Idle;
        self.timers.stop(Timer::ConnectRetry);
        let (subcode, silent) = match reason {
            StopReason::Shutdown => (SHUTDOWN, self.settings.graceful_restart.is_some()),
            StopReason::Removed => (DECONFIGURED, false),
            StopReason::Restarted => (RESET, self.settings.graceful_restart.is_some()),
        };
        for side in Side::BOTH {
            let cease = (!silent).then(|| self.meant(side, Notify::new(CEASE, subcode)));
            self.leave(now, side, cease, Cause::Stopped(reason));
        }
        self.show(State::Idle);
    }

    /// The API's teardown, which is for Established sessions only.
    pub(crate) fn teardown(&mut self, now: Instant, subcode: u8, text: Option<&str>) {
        if let Some(side) = self.side() {
            self.backoff.reset();
            let cease =
                text.map_or_else(|| Notify::new(CEASE, subcode), |text| Notify::with_text(CEASE, subcode, text));
            let cease = self.meant(side, cease);
            self.cease(now, side, cease);
            self.flapped = false;
        }
    }

    /// Ends whatever there is and starts again at once.
    pub(crate) fn restart(&mut self, now: Instant, subcode: u8) {
        if self.phase == State::Idle {
            return;
        }
        self.abort_dial();
        self.timers.stop(Timer::ConnectRetry);
        self.backoff.reset();
        (self.rest, self.resting) = (None, false);
        let connections = self.links().count();
        for side in Side::BOTH {
            self.cease(now, side, Notify::new(CEASE, subcode));
        }
        self.flapped = false;
        if connections == 0 {
            self.retry(now);
        }
    }

    /// An administrative shutdown or a neighbor that is no longer configured is for good: nothing of ours is to be kept
    /// (RFC 8538 section 3.1), if the peer tells that from other ends.
    fn meant(&self, side: Side, cease: Notify) -> Notify {
        if matches!(cease.subcode, SHUTDOWN | DECONFIGURED) && self.survives_notifications(side) {
            return cease.hard();
        }
        cease
    }

    /// Both OPENs say that a NOTIFICATION does not end the keeping of routes (RFC 8538 section 2).
    fn survives_notifications(&self, side: Side) -> bool {
        let keeps = |open: &Option<Arc<Open>>| open.as_deref().is_some_and(capability::keeps_after_notification);
        self.link(side).is_some_and(|link| keeps(&link.local_open) && keeps(&link.remote_open))
    }

    fn cease(&mut self, now: Instant, side: Side, cease: Notify) {
        let established = self.link(side).is_some_and(|link| link.state == State::Established);
        if self.survives_notifications(side) {
            let cause = Cause::NotificationSent(CEASE, cease.subcode);
            self.leave(now, side, Some(cease), cause);
        } else if established && self.settings.graceful_restart.is_some() {
            self.leave(now, side, None, Cause::GracefulRestart);
        } else {
            let cause = Cause::NotificationSent(CEASE, cease.subcode);
            self.leave(now, side, Some(cease), cause);
        }
    }

    fn leave(&mut self, now: Instant, side: Side, notify: Option<Notify>, cause: Cause) {
        if self.link(side).is_none() {
            return;
        }
        if let Some(notify) = notify {
            self.send_notification(side, notify);
        }
        self.effect(Effect::Close(side));
        self.lost(now, side, cause);
    }

    fn send_notification(&mut self, side: Side, notify: Notify) {
        let mut bytes = BytesMut::new();
        notify.encode(&mut bytes);
        self.send(side, Frame::new(bytes.freeze()), Parsed::Notification(notify));
    }
}

/// Administrative Shutdown, Peer De-configured and Administrative Reset (RFC 4486).
const SHUTDOWN: u8 = 2;
const DECONFIGURED: u8 = 3;
const RESET: u8 = 4;
/// A session that lasted so long is no part of a row of failures.
const STABLE: Duration = Duration::from_secs(30);
