//! Each state and each event of RFC 4271 section 8.2.2, and ExaBGP's order of what is told.

mod lab;

use lab::{Bench, ends, keepalive, notification, open, open_frame, peer_open, quiet, raw, refresh, settings, update};
use session::{Flow, Input, Interest, Settings, Side, State, StopReason};
use wire::{Family, Frame, Notify};

/// The session was ended by a NOTIFICATION of ours, and told so in order.
#[track_caller]
fn refused(bench: &mut Bench, code: &str) {
    let lines = bench.drain();
    let lines: Vec<_> = lines.iter().filter(|line| !line.starts_with("tell received")).collect();
    let (first, down) = (format!("outgoing notification {code}"), format!("down notification sent ({code})"));
    let mut expected = vec![first, "tell sent notification".into(), "close outgoing".into()];
    expected.extend(lines.contains(&&down).then(|| down.clone()));
    expected.extend([format!("tell {down}"), "tell fsm IDLE".into()]);
    assert_eq!(lines, expected.iter().collect::<Vec<_>>());
    assert_eq!(bench.state(), State::Active);
}

#[test]
fn a_session_is_told_in_the_order_of_exabgp() {
    let mut bench = Bench::started(settings());
    bench.expect(&["tell fsm ACTIVE", "tell fsm IDLE", "connect"]);
    bench.input(Input::Connected(Side::Outgoing, ends()));
    bench.expect(&["tell connected", "tell fsm CONNECT", "outgoing open", "tell sent open", "tell fsm OPENSENT"]);
    bench.frame(peer_open());
    bench.expect(&[
        "tell received open",
        "tell negotiated",
        "tell fsm OPENCONFIRM",
        "outgoing keepalive",
        "tell sent keepalive",
    ]);
    bench.frame(keepalive());
    bench.expect(&["tell received keepalive", "tell fsm ESTABLISHED", "tell up", "up"]);
    bench.input(Input::Teardown(4, None));
    bench.expect(&[
        "outgoing notification 6,4",
        "tell sent notification",
        "close outgoing",
        "down notification sent (6,4)",
        "tell down notification sent (6,4)",
        "tell fsm IDLE",
    ]);
}

#[test]
fn nothing_is_told_that_nobody_wants() {
    let mut bench = Bench::started(quiet());
    bench.expect(&["connect"]);
    bench.input(Input::Connected(Side::Outgoing, ends()));
    bench.frame(peer_open());
    bench.frame(keepalive());
    bench.expect(&["outgoing open", "outgoing keepalive", "up"]);
    bench.input(Input::Signal(10, "SIGUSR1"));
    bench.expect(&[]);
}

#[test]
fn idle_refuses_connections_and_waits_for_start() {
    let mut bench = Bench::at(State::Idle);
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.expect(&["incoming notification 6,5", "close incoming"]);
    bench.input(Input::ConnectFailed(String::new()));
    bench.input(Input::Disconnected(Side::Outgoing));
    bench.input(Input::Teardown(2, None));
    bench.input(Input::Restart(2));
    bench.expect(&[]);
    assert_eq!(bench.session.deadline(), None);
}

#[test]
fn connect_gives_up_when_tcp_takes_too_long() {
    let mut bench = Bench::at(State::Connect);
    bench.seconds(29);
    bench.expect(&[]);
    bench.seconds(1);
    bench.expect(&["abort", "tell fsm ACTIVE", "tell fsm IDLE", "connect"]);
}

#[test]
fn active_waits_for_the_peer_when_passive() {
    let mut bench = Bench::started(Settings { passive: true, ..settings() });
    bench.expect(&["tell fsm ACTIVE"]);
    assert_eq!(bench.session.deadline(), None);
    bench.input(Input::Connected(Side::Incoming, ends()));
    let lines = ["tell fsm IDLE", "tell connected", "tell fsm CONNECT", "incoming open", "tell sent open"];
    bench.expect(&[&lines[..], &["tell fsm OPENSENT"]].concat());
    bench.input(Input::Disconnected(Side::Incoming));
    bench.expect(&["tell down closing connection", "tell fsm IDLE", "tell fsm ACTIVE"]);
}

#[test]
fn a_late_success_of_a_call_given_up_is_closed() {
    let mut bench = Bench::at(State::Active);
    bench.input(Input::Connected(Side::Outgoing, ends()));
    bench.expect(&["close outgoing"]);
}

#[test]
fn the_first_message_must_be_an_open() {
    for (frame, name) in
        [(keepalive(), "KEEPALIVE"), (update(), "UPDATE"), (refresh(Family::Ipv4Unicast, 0), "ROUTE_REFRESH")]
    {
        let mut bench = Bench::brought(quiet(), State::OpenSent);
        bench.frame(frame);
        let text = format!("The first packet received is not an open message ({name})");
        let session::Effect::Send(_, bytes) = bench.session.next_effect().unwrap() else { panic!() };
        assert_eq!(&bytes[19..21], &[5, 1]);
        assert_eq!(&bytes[21..], text.as_bytes());
    }
}

#[test]
fn open_sent_does_not_wait_for_ever() {
    let mut bench = Bench::at(State::OpenSent);
    bench.seconds(59);
    bench.expect(&[]);
    bench.seconds(1);
    let lines = bench.drain();
    assert_eq!(lines[0], "outgoing notification 5,1");

    let mut bench =
        Bench::brought(Settings { open_wait: std::time::Duration::from_secs(9999), ..quiet() }, State::OpenSent);
    bench.seconds(240);
    assert_eq!(bench.drain()[0], "outgoing notification 4,0");
}

#[test]
fn open_sent_refuses_a_bad_open() {
    let mut bench = Bench::at(State::OpenSent);
    bench.frame(open_frame(&open(2, 1)));
    refused(&mut bench, "2,6");
    let mut bench = Bench::at(State::OpenSent);
    bench.frame(raw(1, &[3, 0, 1, 0, 90, 1, 1, 1, 1, 0]));
    refused(&mut bench, "2,1");
}

#[test]
fn open_confirm_wants_a_keepalive() {
    for frame in [update(), peer_open(), refresh(Family::Ipv4Unicast, 0)] {
        let mut bench = Bench::at(State::OpenConfirm);
        bench.frame(frame);
        refused(&mut bench, "5,2");
    }
}

#[test]
fn the_hold_timer_runs_in_open_confirm_and_established() {
    for state in [State::OpenConfirm, State::Established] {
        let mut bench = Bench::brought(quiet(), state);
        bench.seconds(89);
        assert!(bench.drain().iter().all(|line| line == "outgoing keepalive"));
        bench.seconds(1);
        assert!(bench.drain().contains(&"outgoing notification 4,0".to_owned()));
    }
}

#[test]
fn who_takes_nothing_in_is_let_go() {
    let mut bench = Bench::brought(Settings { send_hold_time: Some(20), ..quiet() }, State::Established);
    bench.input(Input::Writing(Side::Outgoing));
    bench.seconds(19);
    bench.input(Input::Written(Side::Outgoing));
    bench.seconds(60);
    bench.frame(keepalive());
    bench.input(Input::Writing(Side::Outgoing));
    bench.seconds(19);
    assert!(bench.drain().iter().all(|line| line == "outgoing keepalive"));
    bench.seconds(1);
    assert!(bench.drain().contains(&"outgoing notification 8,0".to_owned()));
}

/// RFC 9687 section 4: eight minutes, or twice the hold time.
#[test]
fn the_send_hold_time_follows_the_hold_time_unless_it_is_said() {
    for (said, hold_time, expected) in [(None, 0, Some(480)), (None, 300, Some(600)), (Some(0), 0, None)] {
        let mut bench = Bench::at(State::Idle);
        bench.session.reconfigure(Settings { send_hold_time: said, hold_time, ..quiet() });
        bench.input(Input::Start);
        bench.input(Input::Connected(Side::Outgoing, ends()));
        bench.frame(open_frame(&open(2, hold_time)));
        bench.frame(keepalive());
        bench.input(Input::Paused(true));
        bench.input(Input::Writing(Side::Outgoing));
        bench.drain();
        bench.seconds(expected.unwrap_or(100_000) - 1);
        assert!(!bench.drain().contains(&"outgoing notification 8,0".to_owned()), "{expected:?}");
        bench.seconds(1);
        assert_eq!(bench.drain().contains(&"outgoing notification 8,0".to_owned()), expected.is_some());
    }
}

#[test]
fn established_refuses_an_open() {
    let mut bench = Bench::at(State::Established);
    bench.frame(peer_open());
    refused(&mut bench, "5,3");
}

#[test]
fn any_message_restarts_the_hold_timer_and_none_the_keepalive_timer() {
    let mut bench = Bench::brought(quiet(), State::Established);
    for _ in 0..9 {
        bench.seconds(80);
        bench.frame(update());
        bench.session.sent(bench.now, &update());
    }
    let lines = bench.drain();
    assert_eq!(lines.iter().filter(|line| *line == "outgoing keepalive").count(), 720 / 30);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_hold_time_of_zero_means_no_timers() {
    let mut bench = Bench::brought(quiet(), State::OpenSent);
    bench.frame(open_frame(&open(2, 0)));
    bench.frame(keepalive());
    bench.frame(keepalive());
    bench.drain();
    assert_eq!(bench.session.deadline(), None);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_notification_is_never_answered() {
    for state in [State::OpenSent, State::OpenConfirm, State::Established] {
        let mut bench = Bench::brought(quiet(), state);
        bench.frame(notification(6, 2));
        let lines = bench.drain();
        assert_eq!(lines[0], "close outgoing");
        assert!(!lines.iter().any(|line| line.contains("notification") && line.starts_with("outgoing")));
        assert_eq!(bench.state(), State::Active);
    }
}

#[test]
fn what_can_not_be_read_ends_the_session() {
    let mut bench = Bench::at(State::Established);
    bench.frame(raw(255, &[]));
    refused(&mut bench, "1,3");
    let mut bench = Bench::at(State::Established);
    bench.input(Input::Garbled(Side::Outgoing, Notify::new(1, 1)));
    refused(&mut bench, "1,1");
    let mut bench = Bench::at(State::Established);
    bench.frame(raw(5, &[0, 1, 9]));
    assert!(bench.drain().contains(&"tell received refresh unread".to_owned()));
    let mut bench = Bench::at(State::Established);
    bench.frame(raw(5, &[0, 1, 9, 1]));
    assert_eq!(bench.state(), State::Established, "a refresh of an unknown subtype is ignored (RFC 7313 section 5)");
}

#[test]
fn only_a_request_is_a_request() {
    let mut bench = Bench::brought(Settings { route_refresh: true, ..quiet() }, State::Established);
    bench.frame(refresh(Family::Ipv4Unicast, 1));
    bench.frame(refresh(Family::Ipv6Unicast, 0));
    bench.expect(&[]);
    bench.frame(refresh(Family::Ipv4Unicast, 0));
    bench.expect(&["resend ipv4 unicast"]);
}

#[test]
fn updates_are_read_only_if_someone_cares() {
    let garbage = || raw(2, &[0, 99, 0, 0]);
    let mut bench = Bench::brought(Settings { adj_rib_in: false, ..quiet() }, State::Established);
    bench.frame(garbage());
    bench.expect(&[]);
    assert_eq!(bench.session.counters().received[2], 1);

    let mut bench = Bench::brought(quiet(), State::Established);
    bench.frame(update());
    bench.expect(&["learn"]);
    bench.frame(garbage());
    assert_eq!(bench.drain()[0], "outgoing notification 3,1");
}

#[test]
fn packed_messages_are_told_and_counted() {
    let mut bench = Bench::at(State::Established);
    bench.session.sent(bench.now, &update());
    bench.expect(&["tell sent update"]);
    assert_eq!(bench.session.counters().sent, [0, 1, 1, 0, 1, 0, 0]);

    let packets = Interest { send: Flow { packets: true, kinds: [true; 6], ..Flow::default() }, ..Interest::default() };
    let mut bench = Bench::brought(Settings { interest: packets, ..quiet() }, State::Established);
    bench.session.sent(bench.now, &update());
    bench.expect(&["tell sent update unread"]);
}

#[test]
fn a_pause_freezes_the_hold_timer() {
    let mut bench = Bench::brought(quiet(), State::Established);
    bench.input(Input::Paused(true));
    bench.seconds(500);
    assert_eq!(bench.state(), State::Established);
    bench.input(Input::Paused(false));
    bench.seconds(89);
    assert_eq!(bench.state(), State::Established);
    bench.seconds(1);
    assert_eq!(bench.state(), State::Connect);
}

#[test]
fn late_timers_go_by_when_messages_came() {
    let mut bench = Bench::brought(Settings { hold_time: 90, ..quiet() }, State::Established);
    let (start, second) = (bench.now, std::time::Duration::from_secs(1));
    let mut late = |at: u32, message: bool| {
        bench.now = start + at * second;
        if message {
            bench.frame(keepalive());
        } else {
            bench.session.handle_timeout(bench.now);
        }
        (bench.drain(), bench.state())
    };
    assert_eq!(late(88, true), (Vec::new(), State::Established));
    // Due at 30, 60 and 90: it is said once that we are there.
    assert_eq!(late(92, false), (vec!["outgoing keepalive".to_owned()], State::Established));
    assert_eq!(late(93, false), (Vec::new(), State::Established));
    assert_eq!(late(124, false), (vec!["outgoing keepalive".to_owned()], State::Established));
    assert_eq!(late(177, false), (vec!["outgoing keepalive".to_owned()], State::Established));
    let (lines, _) = late(180, false);
    assert_eq!(lines.iter().filter(|line| line.contains("notification 4,0")).count(), 1, "{lines:?}");
}

#[test]
fn stop_says_why() {
    for (reason, code, text) in [
        (StopReason::Shutdown, "6,2", "shutting down"),
        (StopReason::Removed, "6,3", "removed"),
        (StopReason::Restarted, "6,4", "restarting"),
    ] {
        let mut bench = Bench::brought(quiet(), State::Established);
        bench.input(Input::Stop(reason));
        let down = format!("down stop, message [{text}]");
        bench.expect(&[&format!("outgoing notification {code}"), "close outgoing", &down]);
        assert_eq!((bench.state(), bench.session.deadline()), (State::Idle, None));
    }
}

#[test]
fn graceful_restart_leaves_in_silence() {
    let graceful = || Settings { graceful_restart: Some(120), ..quiet() };
    let mut bench = Bench::brought(graceful(), State::Established);
    bench.input(Input::Teardown(4, None));
    let text = "down graceful restarted negotiated, closing without sending any notification";
    bench.expect(&["close outgoing", text]);
    let mut bench = Bench::brought(graceful(), State::Established);
    bench.input(Input::Stop(StopReason::Shutdown));
    bench.expect(&["close outgoing", "down stop, message [shutting down]"]);
}

#[test]
fn an_automatic_as_mirrors_the_peer() {
    let auto = Settings { local_as: None, peer_as: None, ..settings() };
    let mut bench = Bench::started(auto);
    bench.input(Input::Connected(Side::Outgoing, ends()));
    bench.expect(&["tell fsm ACTIVE", "tell fsm IDLE", "connect", "tell connected", "tell fsm CONNECT"]);
    bench.frame(peer_open());
    let lines = ["tell received open", "outgoing open", "tell sent open", "tell fsm OPENSENT", "tell negotiated"];
    bench.expect(&[&lines[..], &["tell fsm OPENCONFIRM", "outgoing keepalive", "tell sent keepalive"]].concat());
    bench.frame(keepalive());
    let agreed = bench.session.negotiated().unwrap();
    assert_eq!((agreed.local_as, agreed.peer_as), (65002, 65002));
}

#[test]
fn the_lesser_speaker_gives_up_its_own_call() {
    let mut bench = Bench::brought(quiet(), State::OpenSent);
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.expect(&["incoming open"]);
    bench.input(Input::Frame(Side::Incoming, peer_open()));
    bench.expect(&["outgoing notification 6,7", "close outgoing", "incoming keepalive"]);
    bench.input(Input::Frame(Side::Incoming, keepalive()));
    bench.expect(&["up"]);
    assert_eq!(bench.session.side(), Some(Side::Incoming));
}

#[test]
fn the_greater_speaker_refuses_the_other_call() {
    let greater = Settings { router_id: [10, 0, 0, 3].into(), ..quiet() };
    let mut bench = Bench::brought(greater, State::OpenConfirm);
    assert_eq!(bench.session.refusal(bench.now).map(|notify| (notify.code, notify.subcode)), Some((6, 7)));
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.expect(&["incoming notification 6,7", "close incoming"]);
    assert_eq!(bench.state(), State::OpenConfirm);
}

#[test]
fn an_established_session_is_not_disturbed_by_a_call() {
    let mut bench = Bench::brought(quiet(), State::Established);
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.expect(&["incoming notification 6,7", "close incoming"]);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn established_ends_the_call_that_is_still_being_made() {
    let mut bench = Bench::brought(quiet(), State::Connect);
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.input(Input::Frame(Side::Incoming, peer_open()));
    bench.input(Input::Frame(Side::Incoming, keepalive()));
    bench.expect(&["incoming open", "incoming keepalive", "abort", "up"]);
}

#[test]
fn frames_on_a_connection_that_is_gone_are_nothing() {
    let mut bench = Bench::at(State::Active);
    bench.frame(Frame::new(bytes::Bytes::new()));
    bench.frame(keepalive());
    bench.expect(&[]);
}
