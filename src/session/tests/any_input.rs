//! Whatever comes in whatever order: nothing panics, and what must always hold holds.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test that panics has failed")]

mod lab;

use std::time::{Duration, Instant};

use bytes::Bytes;
use lab::{ends, keepalive, notification, open, open_frame, quiet, raw, refresh, settings, update};
use proptest::prelude::*;
use session::{Cause, Effect, Input, Report, Session, Settings, Side, State, StopReason};
use wire::{Family, Frame, Notify};

/// One step: an input, or time passing.
#[derive(Clone, Debug)]
enum Step {
    Input(Input),
    Pass(u64),
    Sent(Frame),
    Reconfigure(Box<Settings>),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Outgoing), Just(Side::Incoming)]
}

fn frame() -> impl Strategy<Value = Frame> {
    let plausible = prop_oneof![
        (1..4u8, prop_oneof![Just(0u16), Just(2), Just(9), Just(90)])
            .prop_map(|(id, hold)| open_frame(&open(id, hold))),
        Just(keepalive()),
        Just(update()),
        Just(refresh(Family::Ipv4Unicast, 0)),
        (0..9u8, 0..9u8).prop_map(|(code, subcode)| notification(code, subcode)),
    ];
    let body = prop::collection::vec(any::<u8>(), 0..64);
    let random = (any::<u8>(), body.clone()).prop_map(|(kind, body)| raw(kind % 8, &body));
    let stump = body.prop_map(|bytes| Frame::new(Bytes::from(bytes)));
    prop_oneof![8 => plausible, 2 => random, 1 => stump]
}

fn step() -> impl Strategy<Value = Step> {
    let input = prop_oneof![
        3 => Just(Input::Start),
        1 => prop_oneof![Just(StopReason::Shutdown), Just(StopReason::Removed)].prop_map(Input::Stop),
        6 => side().prop_map(|side| Input::Connected(side, ends())),
        2 => Just(Input::ConnectFailed("no".into())),
        2 => side().prop_map(Input::Disconnected),
        20 => (side(), frame()).prop_map(|(side, frame)| Input::Frame(side, frame)),
        1 => side().prop_map(|side| Input::Garbled(side, Notify::new(1, 1))),
        1 => side().prop_map(Input::Writing),
        1 => side().prop_map(Input::Written),
        1 => (0..5000_usize).prop_map(|held| Input::Held(Family::Ipv4Unicast, held)),
        1 => any::<bool>().prop_map(Input::Paused),
        1 => any::<u8>().prop_map(|subcode| Input::Teardown(subcode, None)),
        1 => any::<u8>().prop_map(Input::Restart),
        1 => Just(Input::Signal(1, "SIGHUP")),
    ];
    prop_oneof![
        20 => input.prop_map(Step::Input),
        6 => (0..100_000u64).prop_map(Step::Pass),
        2 => frame().prop_map(Step::Sent),
        1 => any_settings().prop_map(|settings| Step::Reconfigure(Box::new(settings))),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let flags = prop::collection::vec(any::<bool>(), 9);
    (flags, 0..4u32, prop_oneof![Just(0u16), Just(3), Just(90)]).prop_map(|(flags, attempts, hold_time)| Settings {
        local_as: flags[0].then_some(65001),
        peer_as: flags[1].then_some(65002),
        passive: flags[2],
        adj_rib_in: flags[3],
        graceful_restart: flags[4].then_some(120),
        route_refresh: flags[5],
        asn4: flags[6],
        multisession: flags[7],
        attempts,
        dials: attempts,
        hold_time,
        ..if flags[8] { settings() } else { quiet() }
    })
}

/// What was seen of the effects so far.
#[derive(Default)]
struct Seen {
    up: bool,
    told_up: bool,
    told_connected: bool,
}

impl Seen {
    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Up(_) => assert!(!std::mem::replace(&mut self.up, true), "up twice"),
            Effect::Down(_) => assert!(std::mem::replace(&mut self.up, false), "down without up"),
            Effect::Send(_, bytes) => assert!(bytes.len() >= 19),
            Effect::Learn(_) | Effect::Refreshing(..) | Effect::Resend(_) | Effect::NearLimit(..) => {
                assert!(self.up, "routes of a session that is not up");
            }
            Effect::Tell(report) => self.report(report),
            Effect::Connect | Effect::AbortConnect | Effect::Close(_) | Effect::Exhausted => {}
        }
    }

    fn report(&mut self, report: &Report) {
        match report {
            Report::Connected => self.told_connected = true,
            Report::Up => self.told_up = true,
            Report::Down(cause) => {
                assert_ne!(*cause, Cause::Internal);
                (self.told_up, self.told_connected) = (false, false);
            }
            Report::Message(message) => assert!(message.frame.is_some() || message.parsed.is_some()),
            Report::Fsm(_) | Report::Negotiated(_) | Report::Signal { .. } => {}
        }
    }
}

fn check(session: &Session, seen: &Seen, now: Instant) {
    assert_eq!(session.state() == State::Established, seen.up);
    assert_eq!(session.negotiated().is_some(), seen.up);
    assert_eq!(session.side().is_some(), seen.up);
    let status = session.status(now);
    if matches!(session.state(), State::OpenSent | State::OpenConfirm | State::Established) {
        assert_eq!(status.state, session.state(), "what is told is what is");
    } else {
        assert!(status.state <= State::Active, "{}", status.state);
    }
}

fn run(settings: Settings, steps: Vec<Step>) {
    let mut session = Session::new(settings);
    let (mut now, mut seen) = (Instant::now(), Seen::default());
    for step in steps {
        match step {
            Step::Input(input) => session.handle(now, input),
            Step::Pass(time) => {
                now += Duration::from_millis(time);
                session.handle_timeout(now);
                let next = session.deadline();
                assert!(next.is_none_or(|next| next > now), "a deadline that was handled is in the future");
            }
            Step::Sent(frame) => session.sent(now, &frame),
            Step::Reconfigure(settings) => session.reconfigure(*settings),
        }
        while let Some(effect) = session.next_effect() {
            seen.effect(&effect);
        }
        check(&session, &seen, now);
    }
    session.handle(now, Input::Stop(StopReason::Shutdown));
    while let Some(effect) = session.next_effect() {
        seen.effect(&effect);
    }
    assert!(!seen.up && session.deadline().is_none() && session.state() == State::Idle);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_in_any_order(settings in any_settings(), steps in prop::collection::vec(step(), 0..60)) {
        run(settings, steps);
    }

    #[test]
    fn a_started_session_in_the_hands_of_a_peer(settings in any_settings(), frames in prop::collection::vec(frame(), 0..30)) {
        let opening = [Input::Start, Input::Connected(Side::Outgoing, ends())];
        let handshake = [open_frame(&open(2, 90)), keepalive()];
        let inputs = handshake.into_iter().chain(frames).map(|frame| Input::Frame(Side::Outgoing, frame));
        run(settings, opening.into_iter().chain(inputs).map(Step::Input).collect());
    }
}
