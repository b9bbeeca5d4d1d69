//! The session itself: what it holds, and the few calls its owner makes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::{FamilySet, Frame, Negotiated};

use crate::counters::{Counters, Status};
use crate::event::{Effect, Input};
use crate::fsm::{Event, LinkEvent};
use crate::link::Link;
use crate::report::{Interest, Report};
use crate::settings::Settings;
use crate::state::{Direction, Side, State};
use crate::timers::{Backoff, Timer, Timers};

/// One BGP session: the finite state machine of RFC 4271 section 8 for one neighbor, with both its possible connections.
///
/// The owner hands in what happens with [`handle`](Self::handle), wakes it at its [`deadline`](Self::deadline) with
/// [`handle_timeout`](Self::handle_timeout), and after each of these carries out every
/// [`next_effect`](Self::next_effect).
#[derive(Debug)]
pub struct Session {
    pub(crate) settings: Settings,
    /// The state without regard to connections that are up: Idle, Connect or Active.
    pub(crate) phase: State,
    pub(crate) outgoing: Option<Link>,
    pub(crate) incoming: Option<Link>,
    /// Runs the timers of calling; each connection has timers of its own.
    pub(crate) timers: Timers,
    pub(crate) backoff: Backoff,
    pub(crate) attempts: u32,
    /// Calls made in this attempt.
    pub(crate) dials: u32,
    /// Reading is suspended.
    pub(crate) paused: bool,
    /// The last session ended soon after it was established.
    pub(crate) flapped: bool,
    /// How long to rest once the connection is closed.
    pub(crate) rest: Option<Duration>,
    /// Nobody is called or let in until the ConnectRetryTimer expires.
    pub(crate) resting: bool,
    /// Families whose limit is near.
    pub(crate) near_limit: FamilySet,
    /// Not Established since it was made (RFC 4724: Restart State).
    pub(crate) restarting: bool,
    /// The state last told.
    pub(crate) shown: State,
    /// How the last call or connection ended, since there was a session.
    pub(crate) trouble: Option<String>,
    /// Since when it is Established, or not.
    pub(crate) since: Option<Instant>,
    pub(crate) counters: Counters,
    pub(crate) unnegotiated: Arc<Negotiated>,
    effects: VecDeque<Effect>,
}

impl Session {
    /// A session that waits for [`Input::Start`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            phase: State::Idle,
            outgoing: None,
            incoming: None,
            timers: Timers::default(),
            backoff: Backoff::new(settings.seed),
            attempts: 0,
            dials: 0,
            paused: false,
            flapped: false,
            rest: None,
            resting: false,
            near_limit: FamilySet::new(),
            restarting: true,
            shown: State::Idle,
            trouble: None,
            since: None,
            counters: Counters::default(),
            unnegotiated: unnegotiated(&settings),
            effects: VecDeque::new(),
            settings,
        }
    }

    /// Something happened.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.since.get_or_insert(now);
        match input {
            Input::Start => self.event(now, Event::ManualStart),
            Input::Stop(reason) => self.stop(now, reason),
            Input::Connected(side, ends) => self.event(now, Event::TcpConnectionConfirmed(side, ends)),
            Input::ConnectFailed(why) => {
                self.trouble = Some(why);
                self.event(now, Event::TcpConnectionFails);
            }
            Input::Disconnected(side) => self.link_event(now, side, LinkEvent::TcpConnectionFails),
            Input::Frame(side, frame) => self.link_event(now, side, LinkEvent::Message(&frame)),
            Input::Garbled(side, notify) => self.link_event(now, side, LinkEvent::BgpHeaderErr(notify)),
            Input::Writing(side) => self.writing(now, side, true),
            Input::Written(side) => self.writing(now, side, false),
            Input::Held(family, count) => self.held(now, family, count),
            Input::Paused(paused) => self.pause(now, paused),
            Input::Teardown(subcode, text) => self.teardown(now, subcode, text.as_deref()),
            Input::Restart(subcode) => self.restart(now, subcode),
            Input::Signal(code, name) => self.signal(code, name),
        }
    }

    /// The [`deadline`](Self::deadline) may have come. Calling it early does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        for side in Side::BOTH {
            while let Some(timer) = self.link_mut(side).and_then(|link| link.timers.take_due(now)) {
                self.link_event(now, side, LinkEvent::Expires(timer));
            }
        }
        // Last, for the end of a connection may have made it due.
        while let Some(timer) = self.timers.take_due(now) {
            self.event(now, if timer == Timer::Redial { Event::Redial } else { Event::ConnectRetryTimerExpires });
        }
    }

    /// The next thing to be done.
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let links = self.links().filter_map(|link| link.timers.next());
        links.chain(self.timers.next()).min()
    }

    /// The state: of the connection that is furthest, or else whether one is made or awaited.
    #[must_use]
    pub fn state(&self) -> State {
        self.lead().map_or(self.phase, |link| link.state)
    }

    /// What was agreed on, while Established.
    #[must_use]
    pub fn negotiated(&self) -> Option<&Arc<Negotiated>> {
        self.link(self.side()?)?.negotiated.as_ref()
    }

    /// The connection that is Established.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.link(*side).is_some_and(|link| link.state == State::Established))
    }

    /// The longest message this connection may carry now (RFC 8654 section 4).
    #[must_use]
    pub fn limit(&self, side: Side) -> usize {
        let agreed = self.link(side).and_then(|link| link.negotiated.as_ref());
        agreed.unwrap_or(&self.unnegotiated).message_size()
    }

    /// What was counted in this session, or in the last one.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What the session runs with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How the session is doing.
    #[must_use]
    pub fn status(&self, now: Instant) -> Status {
        let lead = self.lead();
        Status {
            state: self.shown,
            since: self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since)),
            counters: self.counters,
            negotiated: lead.and_then(|link| link.negotiated.clone()),
            local_open: lead.and_then(|link| link.local_open.clone()),
            remote_open: lead.and_then(|link| link.remote_open.clone()),
            attempts: self.attempts,
            trouble: self.trouble.clone().filter(|_| self.shown != State::Established),
        }
    }

    /// The owner packed this message and wrote it to the Established connection: an UPDATE, ROUTE-REFRESH or OPERATIONAL.
    ///
    /// The KeepaliveTimer is left alone, as ExaBGP does; the time is an argument so that this could change.
    pub fn sent(&mut self, _now: Instant, frame: &Frame) {
        self.counters.message(Direction::Send, frame.kind());
        self.tell_packed(frame);
    }

    /// Takes the new settings: the interest at once, all else from the next OPEN or connection on. To make that happen now,
    /// follow it with [`Input::Restart`].
    pub fn reconfigure(&mut self, settings: Settings) {
        self.unnegotiated = unnegotiated(&settings);
        self.backoff = Backoff::new(settings.seed);
        self.settings = settings;
    }

    /// Reports this from now on.
    pub const fn set_interest(&mut self, interest: Interest) {
        self.settings.interest = interest;
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    pub(crate) fn link(&self, side: Side) -> Option<&Link> {
        match side {
            Side::Outgoing => self.outgoing.as_ref(),
            Side::Incoming => self.incoming.as_ref(),
        }
    }

    pub(crate) fn link_mut(&mut self, side: Side) -> Option<&mut Link> {
        self.slot(side).as_mut()
    }

    pub(crate) const fn slot(&mut self, side: Side) -> &mut Option<Link> {
        match side {
            Side::Outgoing => &mut self.outgoing,
            Side::Incoming => &mut self.incoming,
        }
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = &Link> {
        self.outgoing.iter().chain(&self.incoming)
    }

    /// The connection that is furthest.
    pub(crate) fn lead(&self) -> Option<&Link> {
        self.links().max_by_key(|link| link.state)
    }

    /// A peer that we do not read from is not silent: the timers of its silence stand still, and start anew afterwards.
    fn pause(&mut self, now: Instant, paused: bool) {
        let (was, wait) = (std::mem::replace(&mut self.paused, paused), self.settings.open_wait);
        for link in self.outgoing.iter_mut().chain(&mut self.incoming).filter(|_| was != paused) {
            if paused { link.ignore() } else { link.listen(now, wait) }
        }
    }

    fn writing(&mut self, now: Instant, side: Side, begins: bool) {
        let time = self.settings.send_hold_time;
        match self.link_mut(side) {
            Some(link) if begins => link.restart_send_hold(now, time),
            Some(link) => link.timers.stop(Timer::SendHold),
            None => {}
        }
    }

    fn signal(&mut self, code: i32, name: &'static str) {
        if self.settings.interest.signal {
            self.effect(Effect::Tell(Report::Signal { code, name }));
        }
    }
}

fn unnegotiated(settings: &Settings) -> Arc<Negotiated> {
    Arc::new(Negotiated { quirks: settings.quirks, ..Negotiated::unnegotiated() })
}
