//! From "let us have a session" to two OPENs that agree: calling, being called, and the collision of both.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use wire::{Frame, Negotiated, Notify, Open};

use crate::capability::{self, GRACEFUL_RESTART};
use crate::collision::{self, Speaker};
use crate::counters::Counters;
use crate::event::{Effect, Endpoints};
use crate::fsm::CEASE;
use crate::link::Link;
use crate::negotiate;
use crate::report::{Cause, Parsed, Report};
use crate::session::Session;
use crate::state::{Side, State};
use crate::timers::Timer;

impl Session {
    pub(crate) fn start(&mut self, now: Instant) {
        self.phase = State::Active;
        self.attempts = 0;
        self.backoff.reset();
        (self.flapped, self.rest, self.resting) = (false, None, false);
        self.since = Some(now);
        if self.settings.passive {
            self.show(State::Active);
        } else {
            self.dial(now);
        }
    }

    /// Calls the peer. ExaBGP shows ACTIVE, then IDLE, until TCP is up.
    pub(crate) fn dial(&mut self, now: Instant) {
        self.phase = State::Connect;
        self.resting = false;
        self.dials = 1;
        self.attempts = self.attempts.saturating_add(1);
        self.show(State::Active);
        self.show(State::Idle);
        self.timers.start(Timer::ConnectRetry, now, self.settings.connect_wait);
        self.effect(Effect::Connect);
    }

    /// The peer did not answer: call it again soon, if this attempt has calls left.
    pub(crate) fn call_failed(&mut self, now: Instant) {
        if self.dials < self.settings.dials {
            self.dials += 1;
            self.timers.start(Timer::Redial, now, REDIAL);
        } else {
            self.end_dial();
            if self.is_missed(now) { self.retry_soon(now) } else { self.retry(now) }
        }
    }

    /// Whether the peer was there a while ago: whoever restarts is back within a minute, most of the time.
    fn is_missed(&self, now: Instant) -> bool {
        let lately = self.since.is_some_and(|since| now.saturating_duration_since(since) < MISSED);
        lately && !self.restarting && !self.settings.passive && self.settings.attempts == 0
    }

    /// As often as once in a second, so that it is noticed within one that the peer is back.
    fn retry_soon(&mut self, now: Instant) {
        if self.phase == State::Active && self.lead().is_none() && self.rest.is_none() {
            let wait = self.backoff.soon();
            self.timers.start(Timer::ConnectRetry, now, wait);
        } else {
            self.retry(now);
        }
    }

    /// The call was answered, or failed.
    pub(crate) fn end_dial(&mut self) {
        self.phase = State::Active;
        self.timers.stop(Timer::Redial);
        self.timers.stop(Timer::ConnectRetry);
    }

    /// The call is given up.
    pub(crate) fn abort_dial(&mut self) {
        if self.phase == State::Connect {
            self.end_dial();
            self.effect(Effect::AbortConnect);
        }
    }

    /// After a failed attempt: wait for the next, or be done with it if there may not be one.
    pub(crate) fn retry(&mut self, now: Instant) {
        if self.phase != State::Active || self.lead().is_some() {
            return;
        }
        if self.settings.attempts != 0 && self.attempts >= self.settings.attempts {
            self.phase = State::Idle;
            self.show(State::Idle);
            self.effect(Effect::Exhausted);
        } else if let Some(rest) = self.rest.take() {
            self.resting = true;
            self.timers.start(Timer::ConnectRetry, now, rest);
        } else if self.settings.passive {
            self.show(State::Active);
        } else {
            let wait = self.backoff.wait();
            self.timers.start(Timer::ConnectRetry, now, wait);
        }
    }

    /// Why an incoming connection can not come in now, as the NOTIFICATION to send on it.
    ///
    /// Ask before [`Input::Connected`](crate::Input::Connected) while there is an incoming connection already, which the new
    /// one would replace.
    #[must_use]
    pub fn refusal(&self, now: Instant) -> Option<Notify> {
        match self.phase {
            State::Idle => Some(Notify::new(CEASE, 5)),
            _ if self.resting => Some(Notify::new(CEASE, 5)),
            _ if self.has_restarted(now) => None,
            _ => self.collides(Side::Incoming, self.lead()),
        }
    }

    /// A TCP connection is up.
    pub(crate) fn admit(&mut self, now: Instant, side: Side, ends: Endpoints) {
        if self.link(side).is_some() {
            self.lost(now, side, Cause::Closed);
        }
        if side == Side::Incoming && self.has_restarted(now) {
            self.effect(Effect::Close(side.other()));
            self.lost(now, side.other(), Cause::Closed);
        }
        if self.phase == State::Idle || self.resting {
            return self.turn_away(side, &Notify::new(CEASE, 5));
        }
        match self.collides(side, self.link(side.other())) {
            Some(notify) => self.turn_away(side, &notify),
            None => self.adopt(now, side, ends),
        }
    }

    /// Closes a connection that never became ours: nobody is told.
    pub(crate) fn turn_away(&mut self, side: Side, notify: &Notify) {
        let mut bytes = BytesMut::new();
        notify.encode(&mut bytes);
        self.effect(Effect::Send(side, bytes.freeze()));
        self.effect(Effect::Close(side));
    }

    fn adopt(&mut self, now: Instant, side: Side, ends: Endpoints) {
        let first = self.lead().is_none();
        if first && side == Side::Incoming && self.phase == State::Active {
            self.attempts = self.attempts.saturating_add(1);
            self.timers.stop(Timer::ConnectRetry);
            self.backoff.reset_to_one();
        }
        let mut link = Link::new(now, ends, self.settings.open_wait);
        if self.paused {
            link.ignore();
        }
        *self.slot(side) = Some(link);
        if first {
            self.counters = Counters::default();
            self.show(State::Idle);
            self.tell_change(Report::Connected);
            self.show(State::Connect);
        }
        if let Some(local_as) = self.settings.local_as {
            self.send_open(side, local_as);
        }
    }

    fn send_open(&mut self, side: Side, local_as: u32) {
        let open = Arc::new(negotiate::open(&self.settings, local_as, self.restarting));
        let mut bytes = BytesMut::new();
        open.encode(&mut bytes);
        self.send(side, Frame::new(bytes.freeze()), Parsed::Open(Arc::clone(&open)));
        if let Some(link) = self.link_mut(side) {
            link.local_open = Some(open);
            link.state = State::OpenSent;
        }
        self.show_lead();
    }

    /// BGPOpen: judge it, settle which connection stays, agree, confirm.
    pub(crate) fn bgp_open(&mut self, now: Instant, side: Side, remote: Arc<Open>) -> Result<(), Notify> {
        if self.link(side).is_some_and(|link| link.local_open.is_none()) {
            self.send_open(side, remote.asn());
        }
        let Some(link) = self.link_mut(side) else { return Ok(()) };
        link.remote_open = Some(Arc::clone(&remote));
        let (ends, local) = (link.endpoints, link.local_open.clone());
        let Some(local) = local else { return Ok(()) };
        negotiate::validate(&self.settings, &local, &remote)?;
        if self.settle(now, side) == Some(side) {
            return Ok(());
        }
        let agreed = Arc::new(negotiate::negotiate(&self.settings, &ends, &local, &remote));
        if self.settings.interest.negotiated {
            self.effect(Effect::Tell(Report::Negotiated(Arc::clone(&agreed))));
        }
        self.confirm(now, side, agreed);
        Ok(())
    }

    fn confirm(&mut self, now: Instant, side: Side, agreed: Arc<Negotiated>) {
        let paused = self.paused;
        if let Some(link) = self.link_mut(side) {
            link.agree(now, agreed);
            if paused {
                link.ignore();
            }
        }
        self.show_lead();
        self.send_keepalive(now, side);
    }

    /// Two connections, and the OPEN of one came: the loser is closed and returned.
    ///
    /// The other is looked at in OpenSent too, as RFC 4271 section 6.8 allows: the peer's identifier is known now, and both
    /// ends then come to the same end whichever OPEN arrives first.
    fn settle(&mut self, now: Instant, side: Side) -> Option<Side> {
        self.link(side.other())?;
        let loser = self.survivor(side)?.other();
        self.end(now, loser, collision::farewell());
        Some(loser)
    }

    /// Which connection stays, as far as the OPEN received on one of them can tell.
    fn survivor(&self, side: Side) -> Option<Side> {
        let link = self.link(side)?;
        let (local, remote) = (link.local_open.as_ref()?, link.remote_open.as_ref()?);
        let speaker = |open: &Open| Speaker { router_id: open.router_id, asn: open.asn() };
        Some(collision::survivor(speaker(local), speaker(remote)))
    }

    /// The peer of an Established session calls. Where Graceful Restart was agreed on that means that it has restarted, and the
    /// session is over (RFC 4724 section 4.2); but not right after both have called one another.
    fn has_restarted(&self, now: Instant) -> bool {
        let agreed =
            |open: &Option<Arc<Open>>| open.as_ref().is_some_and(|open| capability::has(open, GRACEFUL_RESTART));
        let settled = self.since.is_some_and(|since| now.saturating_duration_since(since) >= SETTLED);
        let session = self.lead().filter(|link| settled && link.state == State::Established);
        session.is_some_and(|link| agreed(&link.local_open) && agreed(&link.remote_open))
    }

    fn collides(&self, newcomer: Side, present: Option<&Link>) -> Option<Notify> {
        collision::refusal(newcomer, present?.state, self.survivor(newcomer.other()))
    }
}

/// So long after a session has begun a call that crossed ours may still come.
const SETTLED: Duration = Duration::from_secs(5);
/// Between two calls of one attempt.
const REDIAL: Duration = Duration::from_millis(100);
/// For how long a peer whose session has ended is called once in a second.
const MISSED: Duration = Duration::from_secs(60);
