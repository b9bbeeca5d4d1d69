//! Neighbors that restart, and what the daemon holds of them meanwhile (RFC 4724, RFC 8538, RFC 9494); and those that send
//! all they have again (RFC 7313).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::time::Instant;

use bytes::BytesMut;
use support::{
    conf::Neighbor,
    helper::Helper,
    place::{Place, message},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};
use wire::{
    AnyCapability, Family, FamilyCode, Notify, RouteRefresh,
    capability::{
        EnhancedRouteRefresh, GracefulRestart, LongLivedGracefulRestart, RouteRefresh as Refreshes, StaleTime,
    },
};

/// Graceful Restart with this time, for IPv4 unicast.
fn restarts(time: u16, flags: u8, forwarding: bool) -> AnyCapability {
    let kept = if forwarding { GracefulRestart::FORWARDING } else { 0 };
    let families = vec![(FamilyCode::from(Family::Ipv4Unicast), kept)];
    AnyCapability::GracefulRestart(GracefulRestart { flags, time, families })
}

fn graceful(index: u32, capabilities: Vec<AnyCapability>) -> Profile {
    Profile { more: capabilities, ..Profile::numbered(index) }
}

fn three_routes(speaker: &Speaker) {
    speaker.announce(["10.1.0.0/16 next-hop 127.1.0.2", "10.2.0.0/16 next-hop 127.1.0.2"]);
    speaker.announce(["2001:db8::/32 next-hop 2001:db8::1"]);
}

fn end_of_rib() -> Vec<u8> {
    message(2, &[0; 4])
}

#[test]
fn who_restarts_finds_its_routes_as_they_were() {
    let words = "capability { graceful-restart 60; }";
    let mut place = Place::alone(vec![(graceful(1, vec![restarts(30, 0, true)]), words)]);
    three_routes(&place.speakers[0]);
    place.wait_held(0, 3, 0, secs(5));
    place.speakers[0].cut();
    eventually(secs(10), "another session", || place.speakers[0].seen(|record| record.sessions == 2 && record.up));
    // IPv6 was not agreed on.
    place.wait_held(0, 2, 2, secs(5));
    place.speakers[0].announce(["10.2.0.0/16 next-hop 127.1.0.2"]);
    place.wait_held(0, 2, 1, secs(5));
    place.speakers[0].send(end_of_rib());
    place.wait_held(0, 1, 0, secs(5));
    // A NOTIFICATION ends it: nobody has said that it does not.
    place.speakers[0].shut_door();
    place.speakers[0].close(Some(Notify::new(6, 4)));
    place.wait_held(0, 0, 0, secs(5));
    place.end();
}

#[test]
fn who_does_not_return_or_never_ends_is_not_waited_for() {
    let words = "capability { graceful-restart 60; }";
    let mut place = Place::alone(vec![(graceful(1, vec![restarts(2, 0, true)]), words)]);
    three_routes(&place.speakers[0]);
    place.wait_held(0, 3, 0, secs(5));
    place.speakers[0].shut_door();
    place.speakers[0].cut();
    place.wait_held(0, 2, 2, secs(1));
    let since = Instant::now();
    place.wait_held(0, 0, 0, secs(5));
    assert!(since.elapsed() >= secs(1), "{:?}", since.elapsed());
    place.speakers[0].open_door();
    place.speakers[0].wait_up(secs(15));
    three_routes(&place.speakers[0]);
    place.wait_held(0, 3, 0, secs(5));
    place.speakers[0].cut();
    eventually(secs(15), "another session", || place.speakers[0].seen(|record| record.sessions == 3 && record.up));
    place.speakers[0].announce(["10.1.0.0/16 next-hop 127.1.0.2"]);
    place.wait_held(0, 1, 0, secs(10));
    place.end();
}

#[test]
fn a_notification_and_a_hard_reset_are_told_apart() {
    let bit = GracefulRestart::NOTIFICATION;
    let words = "capability { graceful-restart 60; graceful-notification; }";
    let mut place = Place::alone(vec![(graceful(1, vec![restarts(30, bit, true)]), words)]);
    three_routes(&place.speakers[0]);
    place.wait_held(0, 3, 0, secs(5));
    place.speakers[0].close(Some(Notify::new(6, 4)));
    eventually(secs(10), "another session", || place.speakers[0].seen(|record| record.sessions == 2 && record.up));
    place.wait_held(0, 2, 2, secs(5));
    place.speakers[0].shut_door();
    place.speakers[0].close(Some(Notify::new(6, 2).hard()));
    place.wait_held(0, 0, 0, secs(5));
    place.speakers[0].open_door();
    // At both ends: what is not established cannot be torn down.
    let up = |speaker: &Speaker| speaker.seen(|record| record.up && !record.end_of_ribs.is_empty());
    eventually(secs(20), "another session", || up(&place.speakers[0]));
    // Ours for good is a hard reset as well; any other is not.
    for (teardown, subcode) in [("teardown 2", 9), ("teardown 4", 4)] {
        let before = place.speakers[0].seen(|record| record.notifications.len());
        place.client.told(&format!("neighbor 127.1.0.2 {teardown}"));
        let speaker = &place.speakers[0];
        let notify = eventually(secs(5), "a NOTIFICATION", || speaker.seen(|it| it.notifications.get(before).cloned()));
        assert_eq!((notify.code, notify.subcode), (6, subcode));
        if subcode == 9 {
            assert_eq!(notify.data[..2], [6, 2]);
        }
        eventually(secs(20), "another session", || up(&place.speakers[0]));
    }
    place.end();
}

#[test]
fn what_returns_changed_keeps_nothing_of_what_it_was() {
    let words = "passive true; capability { graceful-restart 60; }";
    for after in [Vec::new(), vec![restarts(30, 0, false)]] {
        let profile = graceful(1, Vec::new());
        let neighbor = Neighbor::of(&profile).with(words);
        let mut place = Place::new(Vec::new(), vec![neighbor], |_| Vec::new()).0;
        let call = |place: &mut Place, more: Vec<AnyCapability>| {
            place.speakers.clear();
            place.speakers.push(Speaker::connect(graceful(1, more), place.at));
            place.speakers[0].wait_up(secs(10));
        };
        call(&mut place, vec![restarts(30, 0, true)]);
        three_routes(&place.speakers[0]);
        place.wait_held(0, 3, 0, secs(5));
        call(&mut place, after);
        place.wait_held(0, 0, 0, secs(5));
        place.end();
    }
}

#[test]
fn routes_are_stale_for_long() {
    let family = FamilyCode::from(Family::Ipv4Unicast);
    let long = LongLivedGracefulRestart(vec![StaleTime { family, forwarding: true, time: 60 }]);
    let capabilities = vec![restarts(1, 0, true), AnyCapability::LongLivedGracefulRestart(long)];
    let words = "capability { graceful-restart 60; long-lived-graceful-restart 0; }";
    let mut place = Place::alone(vec![(graceful(1, capabilities), words)]);
    three_routes(&place.speakers[0]);
    place.speakers[0].announce(["10.3.0.0/16 next-hop 127.1.0.2 community [ 65535:7 ]"]);
    place.wait_held(0, 4, 0, secs(5));
    place.speakers[0].shut_door();
    place.speakers[0].cut();
    place.wait_held(0, 2, 2, secs(5));
    eventually(secs(5), "LLGR_STALE", || place.held(0).iter().all(|line| line.contains("65535:6")));
    place.end();
}

#[test]
fn refreshes_are_answered_one_at_a_time_and_end() {
    let offered =
        vec![AnyCapability::RouteRefresh(Refreshes), AnyCapability::EnhancedRouteRefresh(EnhancedRouteRefresh)];
    let words = "capability { route-refresh; }";
    let (mut place, helpers) =
        Place::new(vec![(graceful(1, offered), words)], Vec::new(), |lab| vec![Helper::new(lab, "helper")]);
    place.speakers[0].wait_up(secs(10));
    let routes =
        |third: u32| (0..250).map(move |fourth| format!("announce route 10.{third}.{fourth}.0/24 next-hop 192.0.2.1"));
    (0..8).for_each(|third| helpers[0].say(routes(third)));
    place.speakers[0].wait_routes(2000, secs(10));
    let ask = |subtype| {
        let mut out = BytesMut::new();
        RouteRefresh { family: Family::Ipv4Unicast.into(), subtype }.encode(&mut out);
        out.to_vec()
    };
    let (before, memory) = (place.speakers[0].seen(|record| record.announced), place.daemon.memory().now);
    place.speakers[0].send(ask(0).repeat(3000));
    let ends =
        |speaker: &Speaker| speaker.seen(|it| it.refreshes.iter().filter(|refresh| refresh.subtype == 2).count());
    eventually(secs(10), "the end of an answer", || ends(&place.speakers[0]) > 0);
    helpers[0].say(["announce route 10.99.0.0/24 next-hop 192.0.2.1"]);
    place.speakers[0].wait_routes(2001, secs(20));
    let sent = place.speakers[0].seen(|record| record.announced) - before;
    assert!(sent < 3000 * 200, "{sent} announcements for 3,000 requests");
    assert!(place.daemon.memory().now <= memory + (32 << 20));
    let subtypes: Vec<u8> = place.speakers[0].seen(|record| record.refreshes.iter().map(|it| it.subtype).collect());
    assert!(subtypes.chunks(2).all(|pair| pair[0] == 1 && pair.get(1).is_none_or(|end| *end == 2)), "{subtypes:?}");

    // The other way round: what a refresh leaves out is gone.
    three_routes(&place.speakers[0]);
    place.wait_held(0, 3, 0, secs(5));
    place.speakers[0].send(ask(1));
    place.speakers[0].announce(["10.2.0.0/16 next-hop 127.1.0.2"]);
    place.wait_held(0, 3, 1, secs(5));
    place.speakers[0].send(ask(2));
    place.wait_held(0, 2, 0, secs(5));
    place.end();
}
