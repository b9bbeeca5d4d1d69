//! Disconnects, the waits between attempts, and how many there may be.

mod lab;

use std::time::Duration;

use lab::{Bench, ends, keepalive, notification, peer_open, quiet};
use session::{Input, PrefixLimit, Settings, Side, State};
use wire::Family;

/// How long the next attempt is waited for.
fn wait(bench: &Bench) -> Duration {
    bench.session.deadline().map_or(Duration::MAX, |deadline| deadline - bench.now)
}

/// Fails the attempt in progress, waits for the next, and returns how long that took.
fn fail(bench: &mut Bench) -> Duration {
    bench.input(Input::ConnectFailed("connection refused".into()));
    let wait = wait(bench);
    bench.pass(wait);
    bench.expect(&["connect"]);
    wait
}

fn bring_up(bench: &mut Bench) {
    bench.input(Input::Connected(Side::Outgoing, ends()));
    bench.frame(peer_open());
    bench.frame(keepalive());
    assert_eq!(bench.state(), State::Established);
    bench.drain();
}

#[test]
fn attempts_get_rarer() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    for seconds in [0, 1, 2, 3, 4, 5, 7, 9, 11, 14] {
        let (wait, least) = (fail(&mut bench), Duration::from_secs(seconds));
        assert!(wait >= least && wait <= least.mul_f32(1.1), "{wait:?} for {seconds}");
    }
}

#[test]
fn established_forgets_past_failures() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    (0..5).for_each(|_| {
        fail(&mut bench);
    });
    bring_up(&mut bench);
    bench.input(Input::Disconnected(Side::Outgoing));
    bench.expect(&["down closing connection"]);
    assert_eq!(bench.session.deadline(), Some(bench.now));
    bench.seconds(0);
    bench.expect(&["connect"]);
}

#[test]
fn who_was_there_is_called_once_in_a_second_for_a_minute() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    bring_up(&mut bench);
    bench.input(Input::Disconnected(Side::Outgoing));
    bench.seconds(0);
    bench.drain();
    let (begun, within) = (bench.now, Duration::from_secs(1));
    while bench.now - begun < Duration::from_secs(60) {
        let wait = fail(&mut bench);
        assert!(wait <= within && wait >= within / 2, "{wait:?} after {:?}", bench.now - begun);
    }
    let later: Vec<Duration> = (0..4).map(|_| fail(&mut bench)).collect();
    assert!(later.last().is_some_and(|wait| *wait > 2 * within), "{later:?}");
}

#[test]
fn established_rests_after_an_error_but_not_after_a_cease() {
    for (code, least) in [(3, 1), (6, 0), (1, 1)] {
        let mut bench = Bench::started(quiet());
        bench.drain();
        bring_up(&mut bench);
        bench.frame(notification(code, 2));
        bench.drain();
        let (wait, least) = (wait(&bench), Duration::from_secs(least));
        assert!(wait >= least && wait <= least.mul_f32(1.1), "{wait:?} after {code}");
        bench.pass(wait);
        bench.expect(&["connect"]);
    }
}

#[test]
fn a_session_that_does_not_last_is_called_ever_later_from_the_second_time_on() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    let mut cut = |lasting: u64, least: u64| {
        bring_up(&mut bench);
        bench.seconds(lasting);
        bench.drain();
        bench.input(Input::Disconnected(Side::Outgoing));
        let (wait, least) = (wait(&bench), Duration::from_secs(least));
        assert!(wait >= least && wait <= least.mul_f32(1.1), "{wait:?} for {least:?}");
        bench.pass(wait);
        bench.drain();
    };
    for least in [0, 1, 2, 3, 4, 5, 7] {
        cut(5, least);
    }
    for (lasting, least) in [(30, 0), (5, 0), (5, 1)] {
        cut(lasting, least);
    }
}

#[test]
fn an_order_is_no_failure() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    for order in [Input::Teardown(4, None), Input::Restart(3), Input::Teardown(2, None)] {
        bring_up(&mut bench);
        bench.input(order);
        assert_eq!(wait(&bench), Duration::ZERO);
        bench.seconds(0);
        bench.drain();
    }
}

#[test]
fn who_announces_too_much_is_left_alone_for_a_while() {
    let limit = PrefixLimit { most: 1000, warn: 750, idle: Duration::from_secs(60) };
    for passive in [false, true] {
        let mut bench = Bench::started(Settings { prefix_limit: Some(limit), passive, ..quiet() });
        let side = if passive { Side::Incoming } else { Side::Outgoing };
        bench.input(Input::Connected(side, ends()));
        bench.input(Input::Frame(side, peer_open()));
        bench.input(Input::Frame(side, keepalive()));
        bench.drain();
        for (held, expected) in [(749, &[][..]), (750, &["near limit"]), (1000, &[])] {
            bench.input(Input::Held(Family::Ipv4Unicast, held));
            bench.expect(expected);
        }
        bench.input(Input::Held(Family::Ipv4Unicast, 1001));
        assert!(bench.drain().contains(&format!("{side} notification 6,1")));
        assert_eq!(wait(&bench), Duration::from_secs(60));
        bench.seconds(59);
        assert!(bench.session.refusal(bench.now).is_some());
        bench.input(Input::Connected(Side::Incoming, ends()));
        bench.expect(&["incoming notification 6,5", "close incoming"]);
        bench.seconds(1);
        bench.expect(if passive { &[] } else { &["connect"] });
        assert!(bench.session.refusal(bench.now).is_none());
    }
}

#[test]
fn a_call_of_the_peer_ends_the_wait() {
    let mut bench = Bench::started(quiet());
    bench.drain();
    (0..8).for_each(|_| {
        fail(&mut bench);
    });
    bench.input(Input::ConnectFailed(String::new()));
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.input(Input::Disconnected(Side::Incoming));
    let wait = wait(&bench);
    assert!(wait >= Duration::from_secs(1) && wait <= Duration::from_millis(1100), "{wait:?}");
}

#[test]
fn restart_starts_again_at_once_in_any_state() {
    for state in [State::Connect, State::Active, State::OpenSent, State::OpenConfirm, State::Established] {
        let mut bench = Bench::brought(quiet(), state);
        bench.input(Input::Restart(3));
        bench.seconds(0);
        let lines = bench.drain();
        assert_eq!(lines.last().map(String::as_str), Some("connect"), "{state}: {lines:?}");
        assert_eq!(lines.contains(&"outgoing notification 6,3".to_owned()), state > State::Active);
    }
}

#[test]
fn attempts_are_limited() {
    let mut bench = Bench::started(Settings { attempts: 2, ..quiet() });
    bench.drain();
    fail(&mut bench);
    bench.input(Input::ConnectFailed(String::new()));
    bench.expect(&["exhausted"]);
    assert_eq!((bench.state(), bench.session.deadline()), (State::Idle, None));
    assert!(bench.session.refusal(bench.now).is_some());
    bench.input(Input::Start);
    bench.expect(&["connect"]);
}

#[test]
fn one_attempt_may_be_several_calls() {
    let mut bench = Bench::started(Settings { attempts: 1, dials: 3, ..quiet() });
    for _ in 0..2 {
        bench.expect(&["connect"]);
        bench.input(Input::ConnectFailed(String::new()));
        bench.pass(Duration::from_millis(99));
        bench.expect(&[]);
        bench.pass(Duration::from_millis(1));
    }
    bench.expect(&["connect"]);
    bench.input(Input::ConnectFailed(String::new()));
    bench.expect(&["exhausted"]);

    let mut bench = Bench::started(Settings { attempts: 1, dials: 1000, ..quiet() });
    for _ in 0..300 {
        bench.input(Input::ConnectFailed(String::new()));
        bench.pass(Duration::from_millis(100));
    }
    assert_eq!(bench.drain().last().map(String::as_str), Some("exhausted"));
}

#[test]
fn a_session_uses_one_attempt() {
    let mut bench = Bench::started(Settings { attempts: 1, ..quiet() });
    bench.drain();
    bring_up(&mut bench);
    bench.input(Input::Teardown(4, None));
    let lines = ["outgoing notification 6,4", "close outgoing", "down notification sent (6,4)", "exhausted"];
    bench.expect(&lines);

    let mut bench = Bench::started(Settings { attempts: 1, passive: true, ..quiet() });
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.input(Input::Disconnected(Side::Incoming));
    bench.expect(&["incoming open", "exhausted"]);
}

#[test]
fn a_new_call_of_the_peer_replaces_its_old_one() {
    let mut bench = Bench::brought(Settings { passive: true, ..quiet() }, State::Active);
    bench.input(Input::Connected(Side::Incoming, ends()));
    assert_eq!(bench.session.refusal(bench.now), None);
    bench.input(Input::Connected(Side::Incoming, ends()));
    bench.expect(&["incoming open", "incoming open"]);
    bench.input(Input::Frame(Side::Incoming, peer_open()));
    bench.input(Input::Frame(Side::Incoming, keepalive()));
    bench.expect(&["incoming keepalive", "up"]);
    assert!(bench.session.refusal(bench.now).is_some());
}

#[test]
fn new_settings_hold_from_the_next_open_on() {
    let mut bench = Bench::started(quiet());
    bring_up(&mut bench);
    bench.session.reconfigure(Settings { hold_time: 30, ..quiet() });
    assert_eq!(bench.session.negotiated().unwrap().hold_time, 90);
    bench.input(Input::Restart(6));
    bench.seconds(0);
    bring_up(&mut bench);
    assert_eq!(bench.session.negotiated().unwrap().hold_time, 30);
}

#[test]
fn counters_and_time_belong_to_a_session() {
    let mut bench = Bench::started(quiet());
    bench.seconds(10);
    bring_up(&mut bench);
    bench.seconds(20);
    let status = bench.session.status(bench.now);
    assert_eq!((status.state, status.since), (State::Established, Duration::from_secs(20)));
    assert_eq!((status.counters.sent[1], status.counters.received[4]), (1, 1));
    assert_eq!(status.remote_open.unwrap().asn(), 65002);
    bench.input(Input::Disconnected(Side::Outgoing));
    bench.seconds(0);
    bring_up(&mut bench);
    assert_eq!(bench.session.counters().sent, [0, 1, 0, 0, 1, 0, 0]);
    assert_eq!(bench.session.status(bench.now).attempts, 2);
}

#[test]
fn why_it_is_down_is_known_until_it_is_up() {
    let mut bench = Bench::started(quiet());
    let trouble = |bench: &Bench| bench.session.status(bench.now).trouble;
    assert_eq!(trouble(&bench), None);
    bench.drain();
    fail(&mut bench);
    assert_eq!(trouble(&bench).as_deref(), Some("connection refused"));
    bring_up(&mut bench);
    assert_eq!(trouble(&bench), None);
    bench.frame(notification(6, 4));
    assert_eq!(trouble(&bench).as_deref(), Some("notification received (6,4)"));
}
