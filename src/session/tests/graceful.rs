//! Sessions that routes outlive: the return of a peer (RFC 4724 section 4.2), NOTIFICATIONs that say which end they mean
//! (RFC 8538), and refreshes with a beginning and an end (RFC 7313).

mod lab;

use lab::{Bench, ends, keepalive, open_frame, quiet, refresh, update};
use session::{Cause, Input, Settings, Side, State, StopReason};
use wire::{Family, Frame, Open};

/// Graceful Restart, with the bit of RFC 8538 or without.
fn graceful(notification: bool) -> Settings {
    Settings { graceful_restart: Some(120), graceful_notification: notification, ..quiet() }
}

/// What a peer with these settings says.
fn peer(settings: Settings) -> Open {
    session::negotiate::open(&Settings { router_id: [10, 0, 0, 2].into(), ..settings }, 65002, false)
}

/// An Established session of ours with that peer.
fn session(ours: Settings, theirs: Settings) -> Bench {
    let mut bench = Bench::brought(ours, State::OpenSent);
    bench.frame(open_frame(&peer(theirs)));
    bench.frame(keepalive());
    assert_eq!(bench.state(), State::Established);
    bench.drain();
    bench
}

#[test]
fn who_calls_again_has_restarted() {
    let mut bench = session(graceful(false), graceful(false));
    bench.seconds(1);
    assert!(bench.session.refusal(bench.now).is_some(), "it may have crossed our call");
    bench.seconds(5);
    bench.drain();
    assert!(bench.session.refusal(bench.now).is_none());
    let side = Side::Incoming;
    bench.input(Input::Connected(side, ends()));
    bench.expect(&["close outgoing", "down closing connection", "incoming open"]);
    bench.input(Input::Frame(side, open_frame(&peer(graceful(false)))));
    bench.input(Input::Frame(side, keepalive()));
    assert_eq!((bench.state(), bench.session.side()), (State::Established, Some(side)));
}

#[test]
fn who_has_agreed_on_nothing_may_not_call_again() {
    for (ours, theirs) in [(graceful(false), quiet()), (quiet(), graceful(false))] {
        let mut bench = session(ours, theirs);
        bench.seconds(6);
        bench.drain();
        assert!(bench.session.refusal(bench.now).is_some());
        bench.input(Input::Connected(Side::Incoming, ends()));
        bench.expect(&["incoming notification 6,7", "close incoming"]);
        assert_eq!(bench.state(), State::Established);
    }
}

#[test]
fn an_end_for_good_is_a_hard_reset() {
    let both = || session(graceful(true), graceful(true));
    for (input, code, down) in [
        (Input::Teardown(2, Some("work".into())), "6,9", "down notification sent (6,9)"),
        (Input::Teardown(3, None), "6,9", "down notification sent (6,9)"),
        (Input::Teardown(4, None), "6,4", "down notification sent (6,4)"),
        (Input::Restart(3), "6,3", "down notification sent (6,3)"),
        (Input::Stop(StopReason::Removed), "6,9", "down stop, message [removed]"),
    ] {
        let mut bench = both();
        bench.input(input.clone());
        assert_eq!(bench.drain()[..3], [&format!("outgoing notification {code}"), "close outgoing", down], "{input:?}");
    }
    let mut bench = both();
    bench.input(Input::Stop(StopReason::Shutdown));
    bench.expect(&["close outgoing", "down stop, message [shutting down]"]);
    // Who does not know it is not told of it.
    for theirs in [graceful(false), quiet()] {
        let mut bench = session(graceful(true), theirs);
        bench.input(Input::Stop(StopReason::Removed));
        assert_eq!(bench.drain()[0], "outgoing notification 6,3");
    }
}

#[test]
fn causes_are_hard_notified_or_neither() {
    for (cause, hard, notified) in [
        (Cause::Closed, false, false),
        (Cause::NotificationReceived(6, 4), false, true),
        (Cause::NotificationSent(4, 0), false, true),
        (Cause::NotificationReceived(6, 9), true, true),
        (Cause::NotificationSent(6, 9), true, true),
        (Cause::NotificationSent(3, 9), false, true),
        (Cause::Stopped(StopReason::Removed), true, false),
        (Cause::Stopped(StopReason::Restarted), false, false),
        (Cause::Internal, false, false),
    ] {
        assert_eq!((cause.is_hard(), cause.is_notified()), (hard, notified), "{cause:?}");
    }
}

#[test]
fn a_refresh_begins_and_ends_in_order_with_updates() {
    let enhanced = || Settings { route_refresh: true, ..quiet() };
    let marked = |bench: &mut Bench| {
        let frames: [Frame; 3] = [refresh(Family::Ipv4Unicast, 1), update(), refresh(Family::Ipv4Unicast, 2)];
        frames.into_iter().for_each(|frame| bench.frame(frame));
        bench.frame(refresh(Family::Ipv6Unicast, 1));
        bench.drain()
    };
    let lines = ["refresh of ipv4 unicast begins", "learn", "refresh of ipv4 unicast ends"];
    assert_eq!(marked(&mut session(enhanced(), enhanced())), lines);
    assert_eq!(marked(&mut session(quiet(), enhanced())), ["learn"], "what was not agreed on means nothing");
    let forgetful = Settings { adj_rib_in: false, ..enhanced() };
    assert!(marked(&mut session(forgetful, enhanced())).is_empty());
}
