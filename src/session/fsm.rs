//! The finite state machine (RFC 4271 section 8.2.2): one function a state, in the RFC's order, with the RFC's events.
//!
//! Idle, Connect and Active belong to the session; from Connect (with TCP up) to Established they belong to a connection.

use std::sync::Arc;
use std::time::Instant;

use wire::{Frame, Kind, Message, Notify, Refresh, RouteRefresh, Update};

use crate::event::{Effect, Endpoints};
use crate::report::{Cause, Parsed};
use crate::session::Session;
use crate::state::{Direction, Side, State};
use crate::timers::Timer;

/// An event that concerns the session before it has a connection.
#[derive(Debug)]
pub(crate) enum Event {
    ManualStart,
    TcpConnectionConfirmed(Side, Endpoints),
    TcpConnectionFails,
    ConnectRetryTimerExpires,
    /// Not of the RFC: within one attempt the peer is called again.
    Redial,
}

/// An event of one connection.
#[derive(Debug)]
pub(crate) enum LinkEvent<'a> {
    TcpConnectionFails,
    BgpHeaderErr(Notify),
    Message(&'a Frame),
    Expires(Timer),
}

impl Session {
    pub(crate) fn event(&mut self, now: Instant, event: Event) {
        match self.phase {
            State::Idle => self.idle(now, event),
            State::Connect => self.connect(now, event),
            _ => self.active(now, event),
        }
    }

    fn idle(&mut self, now: Instant, event: Event) {
        match event {
            Event::ManualStart => self.start(now),
            Event::TcpConnectionConfirmed(side, _) => self.turn_away(side, &Notify::new(CEASE, 5)),
            Event::TcpConnectionFails | Event::ConnectRetryTimerExpires | Event::Redial => {}
        }
    }

    fn connect(&mut self, now: Instant, event: Event) {
        match event {
            Event::ManualStart => {}
            Event::TcpConnectionConfirmed(Side::Outgoing, ends) => {
                self.end_dial();
                self.admit(now, Side::Outgoing, ends);
            }
            Event::TcpConnectionConfirmed(side, ends) => self.admit(now, side, ends),
            Event::TcpConnectionFails => self.call_failed(now),
            Event::Redial => self.effect(Effect::Connect),
            Event::ConnectRetryTimerExpires => {
                self.abort_dial();
                self.retry(now);
            }
        }
    }

    fn active(&mut self, now: Instant, event: Event) {
        match event {
            Event::TcpConnectionConfirmed(Side::Incoming, ends) => self.admit(now, Side::Incoming, ends),
            // It was given up before word of its success came.
            Event::TcpConnectionConfirmed(side, _) if self.link(side).is_none() => self.effect(Effect::Close(side)),
            Event::ConnectRetryTimerExpires if self.settings.passive => {
                self.resting = false;
                self.show(State::Active);
            }
            Event::ConnectRetryTimerExpires => self.dial(now),
            Event::ManualStart | Event::TcpConnectionFails | Event::TcpConnectionConfirmed(..) | Event::Redial => {}
        }
    }

    pub(crate) fn link_event(&mut self, now: Instant, side: Side, event: LinkEvent<'_>) {
        if self.link(side).is_none() {
            return;
        }
        match event {
            LinkEvent::TcpConnectionFails => self.lost(now, side, Cause::Closed),
            LinkEvent::BgpHeaderErr(notify) => self.end(now, side, notify),
            LinkEvent::Message(frame) => self.message(now, side, frame),
            LinkEvent::Expires(Timer::OpenWait) => self.end(now, side, Notify::with_text(FSM_ERROR, 1, NO_OPEN)),
            LinkEvent::Expires(Timer::Hold) => self.end(now, side, Notify::new(HOLD_TIMER_EXPIRED, 0)),
            LinkEvent::Expires(Timer::SendHold) => self.end(now, side, Notify::new(SEND_HOLD_TIMER_EXPIRED, 0)),
            LinkEvent::Expires(Timer::Keepalive) => self.send_keepalive(now, side),
            LinkEvent::Expires(Timer::ConnectRetry | Timer::Redial) => {}
        }
    }

    fn message(&mut self, now: Instant, side: Side, frame: &Frame) {
        self.counters.message(Direction::Receive, frame.kind());
        let paused = self.paused;
        let Some(link) = self.link_mut(side) else { return };
        if !paused {
            link.restart_hold(now);
        }
        let state = link.state;
        let outcome = match (Kind::from_code(frame.kind()), state) {
            (None, _) => self.receive(side, frame).map(|_| ()),
            (Some(Kind::Notification), _) => self.notification(now, side, frame),
            (Some(kind), State::Established) => self.established(side, kind, frame),
            (Some(kind), State::OpenConfirm) => self.open_confirm(now, side, kind, frame),
            (Some(kind), _) => self.open_sent(now, side, kind, frame),
        };
        if let Err(notify) = outcome {
            self.end(now, side, notify);
        }
    }

    /// OpenSent; and Connect with TCP up, when our AS number is the peer's and so its OPEN comes first.
    fn open_sent(&mut self, now: Instant, side: Side, kind: Kind, frame: &Frame) -> Result<(), Notify> {
        let parsed = self.receive(side, frame);
        let Kind::Open = kind else { return Err(first_is_not_open(kind)) };
        match parsed? {
            Parsed::Open(open) => self.bgp_open(now, side, open),
            _ => Ok(()),
        }
    }

    fn open_confirm(&mut self, now: Instant, side: Side, kind: Kind, frame: &Frame) -> Result<(), Notify> {
        let parsed = self.receive(side, frame);
        let Kind::Keepalive = kind else { return Err(Notify::new(FSM_ERROR, 2)) };
        parsed?;
        self.up(now, side);
        Ok(())
    }

    fn established(&mut self, side: Side, kind: Kind, frame: &Frame) -> Result<(), Notify> {
        if kind == Kind::Update && !self.wants_updates() {
            return Ok(());
        }
        match self.receive(side, frame)? {
            Parsed::Open(_) => Err(Notify::new(FSM_ERROR, 3)),
            Parsed::Update(update) => {
                self.update_msg(update);
                Ok(())
            }
            Parsed::Refresh(refresh) => {
                self.route_refresh(&refresh);
                Ok(())
            }
            Parsed::Keepalive | Parsed::Operational(_) | Parsed::Notification(_) => Ok(()),
        }
    }

    /// NotifMsg, in any state: never answered (RFC 4271 section 6.4).
    fn notification(&mut self, now: Instant, side: Side, frame: &Frame) -> Result<(), Notify> {
        if let Parsed::Notification(notify) = self.receive(side, frame)? {
            self.effect(Effect::Close(side));
            self.lost(now, side, Cause::NotificationReceived(notify.code, notify.subcode));
        }
        Ok(())
    }

    fn wants_updates(&self) -> bool {
        self.settings.adj_rib_in || self.settings.interest.receive.wants(Kind::Update)
    }

    fn update_msg(&mut self, update: Arc<Update>) {
        self.counters.prefixes(&update);
        if self.settings.adj_rib_in {
            self.effect(Effect::Learn(update));
        }
    }

    /// A request is answered; begin and end mark an answer, for those who speak of it (RFC 7313 section 4).
    fn route_refresh(&mut self, refresh: &RouteRefresh) {
        let Some(agreed) = self.negotiated() else { return };
        let marked = agreed.refresh == Refresh::Enhanced && self.settings.adj_rib_in;
        let Some(family) = refresh.family.family().filter(|family| agreed.has(*family)) else { return };
        match refresh.subtype {
            RouteRefresh::REQUEST => self.effect(Effect::Resend(family)),
            RouteRefresh::BEGIN if marked => self.effect(Effect::Refreshing(family, true)),
            RouteRefresh::END if marked => self.effect(Effect::Refreshing(family, false)),
            _ => {}
        }
    }

    /// Reads a message in the light of what its connection agreed on, and tells of it. What can not be read is told as bytes.
    fn receive(&mut self, side: Side, frame: &Frame) -> Result<Parsed, Notify> {
        let with = self.link(side).and_then(|link| link.negotiated.as_ref()).unwrap_or(&self.unnegotiated).clone();
        let parsed = Message::decode(frame, &with).map(Parsed::from);
        self.tell_message(Direction::Receive, frame, parsed.as_ref().ok(), with);
        parsed
    }
}

fn first_is_not_open(kind: Kind) -> Notify {
    let name = match kind {
        Kind::Refresh => "ROUTE_REFRESH".to_owned(),
        _ => kind.name().to_uppercase(),
    };
    Notify::with_text(FSM_ERROR, 1, &format!("The first packet received is not an open message ({name})"))
}

const NO_OPEN: &str = "waited for open too long, we do not like stuck in active";

pub(crate) const HOLD_TIMER_EXPIRED: u8 = 4;
/// Finite State Machine Error; the subcode is the state (RFC 6608).
const FSM_ERROR: u8 = 5;
pub(crate) const CEASE: u8 = 6;
/// The subcode of a Cease that nothing outlives (RFC 8538 section 3).
pub(crate) const HARD_RESET: u8 = 9;
/// RFC 9687 section 3.
const SEND_HOLD_TIMER_EXPIRED: u8 = 8;
