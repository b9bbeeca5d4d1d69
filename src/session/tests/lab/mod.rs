//! One session on a bench: inputs are given by hand, effects are written down as short lines.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use session::{Direction, Effect, Endpoints, Input, Interest, Report, Session, Settings, Side, State};
use wire::{Family, Frame, Kind, Message, Negotiated, Notify, Open, RouteRefresh, frame};

/// A session under test, with the clock in hand.
pub(crate) struct Bench {
    pub(crate) session: Session,
    pub(crate) now: Instant,
}

impl Bench {
    /// A started session.
    pub(crate) fn started(settings: Settings) -> Self {
        let mut bench = Self { session: Session::new(settings), now: Instant::now() };
        bench.input(Input::Start);
        bench
    }

    /// A session of AS 65001 with a peer of AS 65002 that got as far as this state; what led there is forgotten.
    pub(crate) fn at(state: State) -> Self {
        Self::brought(settings(), state)
    }

    /// The same with these settings.
    pub(crate) fn brought(settings: Settings, state: State) -> Self {
        let passive = settings.passive;
        let mut bench = Self { session: Session::new(settings), now: Instant::now() };
        if state > State::Idle {
            bench.input(Input::Start);
        }
        if state == State::Active && !passive {
            bench.input(Input::ConnectFailed("refused".into()));
        }
        if state > State::Active {
            bench.input(Input::Connected(Side::Outgoing, ends()));
        }
        if state > State::OpenSent {
            bench.frame(peer_open());
        }
        if state > State::OpenConfirm {
            bench.frame(keepalive());
        }
        assert_eq!(bench.session.state(), state);
        bench.drain();
        bench
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.session.handle(self.now, input);
    }

    /// A message of the peer on the outgoing connection.
    pub(crate) fn frame(&mut self, frame: Frame) {
        self.input(Input::Frame(Side::Outgoing, frame));
    }

    /// Time passes; the session is woken whenever it asked for it.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.session.handle_timeout(self.now);
        }
        self.now = until;
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// The effects since last asked, a line each.
    pub(crate) fn drain(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.session.next_effect()).map(|effect| line(&effect)).collect()
    }

    /// Are these the effects since last asked?
    #[track_caller]
    pub(crate) fn expect(&mut self, lines: &[&str]) {
        assert_eq!(self.drain(), lines);
    }

    pub(crate) fn state(&self) -> State {
        self.session.state()
    }
}

/// AS 65001 speaking to AS 65002, with every helper's wish.
pub(crate) fn settings() -> Settings {
    Settings { interest: Interest::everything(), hold_time: 90, ..quiet() }
}

/// The same with nobody listening.
pub(crate) fn quiet() -> Settings {
    Settings::new(Some(65001), Some(65002), Ipv4Addr::new(10, 0, 0, 1), [192, 0, 2, 2].into())
}

pub(crate) fn ends() -> Endpoints {
    Endpoints { local: ([192, 0, 2, 1], 40000).into(), peer: ([192, 0, 2, 2], 179).into() }
}

/// The OPEN of AS 65002 with identifier 10.0.0.`id`.
pub(crate) fn open(id: u8, hold_time: u16) -> Open {
    let peer = Settings { hold_time, ..Settings::new(Some(65002), None, Ipv4Addr::new(10, 0, 0, id), [0; 4].into()) };
    session::negotiate::open(&peer, 65002, false)
}

pub(crate) fn peer_open() -> Frame {
    open_frame(&open(2, 90))
}

pub(crate) fn open_frame(open: &Open) -> Frame {
    built(|out| open.encode(out))
}

pub(crate) fn keepalive() -> Frame {
    Frame::new(wire::keepalive())
}

pub(crate) fn notification(code: u8, subcode: u8) -> Frame {
    built(|out| Notify::new(code, subcode).encode(out))
}

pub(crate) fn refresh(family: Family, subtype: u8) -> Frame {
    built(|out| RouteRefresh { family: family.into(), subtype }.encode(out))
}

/// End-of-RIB of IPv4 unicast, the smallest UPDATE there is.
pub(crate) fn update() -> Frame {
    raw(2, &[0, 0, 0, 0])
}

pub(crate) fn raw(kind: u8, body: &[u8]) -> Frame {
    built(|out| frame::write(out, kind, |out| out.extend_from_slice(body)))
}

fn built(write: impl FnOnce(&mut BytesMut)) -> Frame {
    let mut out = BytesMut::new();
    write(&mut out);
    Frame::new(out.freeze())
}

/// An effect as a line.
pub(crate) fn line(effect: &Effect) -> String {
    match effect {
        Effect::Connect => "connect".into(),
        Effect::AbortConnect => "abort".into(),
        Effect::Close(side) => format!("close {side}"),
        Effect::Send(side, bytes) => format!("{side} {}", message(bytes)),
        Effect::Tell(report) => format!("tell {}", told(report)),
        Effect::Up(_) => "up".into(),
        Effect::Down(cause) => format!("down {cause}"),
        Effect::Learn(_) => "learn".into(),
        Effect::NearLimit(..) => "near limit".into(),
        Effect::Refreshing(family, begins) => {
            format!("refresh of {family} {}", if *begins { "begins" } else { "ends" })
        }
        Effect::Resend(family) => format!("resend {family}"),
        Effect::Exhausted => "exhausted".into(),
    }
}

fn message(bytes: &Bytes) -> String {
    let frame = Frame::new(bytes.clone());
    match Message::decode(&frame, &Negotiated::unnegotiated()) {
        Ok(Message::Notification(notify)) => format!("notification {},{}", notify.code, notify.subcode),
        Ok(message) => message.kind().name().into(),
        Err(_) => Kind::from_code(frame.kind()).map_or("?", Kind::name).into(),
    }
}

fn told(report: &Report) -> String {
    match report {
        Report::Connected => "connected".into(),
        Report::Up => "up".into(),
        Report::Down(cause) => format!("down {cause}"),
        Report::Fsm(state) => format!("fsm {state}"),
        Report::Negotiated(_) => "negotiated".into(),
        Report::Signal { code, name } => format!("signal {code} {name}"),
        Report::Message(message) => {
            let arrow = if message.direction == Direction::Send { "sent" } else { "received" };
            let bare = if message.parsed.is_none() { " unread" } else { "" };
            format!("{arrow} {}{bare}", message.kind.name())
        }
    }
}
