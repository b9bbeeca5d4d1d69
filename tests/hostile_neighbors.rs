//! Neighbors that are hostile within the letter of the protocol: each gets the answer it deserves, and the others do not notice.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    place::{Place, message, notifications, open},
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};
use wire::{AnyCapability, Family, Notify, capability::AddPath, frame, keepalive};

#[test]
fn thousands_who_say_nothing_or_little_go_again() {
    let range = Neighbor::new(net::address(5000).into(), 65001).with("passive true; family { ipv4 unicast; }");
    let place = Place::new(Vec::new(), vec![range], |_| Vec::new()).0;
    let before = place.daemon.descriptors();
    let from = IpAddr::V4(net::address(5000));
    let silent: Vec<TcpStream> = (0..1000).map(|_| net::connect(from, place.at)).collect();
    eventually(secs(1), "all but a few are cut", || match place.daemon.descriptors() {
        few if few <= before + 24 => Ok(()),
        many => Err(format!("{many} descriptors in place of {before}")),
    });
    drop(silent);
    // An OPEN that never comes to its end, an octet after the other.
    let mut slow = net::connect(from, place.at);
    let open = open(|_| ());
    let since = Instant::now();
    slow.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    let notify = eventually(secs(10), "the end of patience", || {
        let at = usize::try_from(since.elapsed().as_millis() / 400).unwrap();
        let _ = slow.write_all(&open[at.min(open.len() - 2)..=at.min(open.len() - 2)]);
        notifications(&mut slow).pop()
    });
    assert_eq!((notify.code, notify.subcode), (5, 1));
    assert!(since.elapsed() < secs(5), "{:?}", since.elapsed());
    drop(slow);
    eventually(secs(5), "descriptors as before", || match place.daemon.descriptors() {
        few if few <= before => Ok(()),
        many => Err(format!("{many} descriptors in place of {before}")),
    });
    place.end();
}

#[test]
fn what_comes_at_the_wrong_time_is_an_error_of_the_state_machine() {
    let passive = Neighbor::new(net::address(5000).into(), 65001).with("passive true; family { ipv4 unicast; }");
    let place = Place::new(Vec::new(), vec![passive], |_| Vec::new()).0;
    let (update, open) = (message(2, &[0; 4]), open(|_| ()));
    for (name, bytes, expected) in [
        ("a KEEPALIVE in OpenSent", keepalive().to_vec(), (5, 1)),
        ("an UPDATE in OpenSent", update.clone(), (5, 1)),
        ("an UPDATE in OpenConfirm", [open.clone(), update].concat(), (5, 2)),
        ("two OPENs", [open.clone(), open.clone()].concat(), (5, 2)),
        ("an OPEN in Established", [open.clone(), keepalive().to_vec(), open].concat(), (5, 3)),
        ("type 0", message(0, &[]), (1, 3)),
        ("type 255", message(255, &[]), (1, 3)),
    ] {
        let mut stream = net::connect(net::address(5000).into(), place.at);
        stream.write_all(&bytes).unwrap();
        stream.set_read_timeout(Some(secs(5))).unwrap();
        let found = notifications(&mut stream).pop().map(|notify| (notify.code, notify.subcode));
        assert_eq!(found, Some(expected), "{name}");
    }
    place.end();
}

#[test]
fn a_hold_time_of_zero_needs_no_keepalives() {
    let place = Place::alone(vec![(Profile::numbered(1).hold_time(0), "")]);
    place.speakers[0].silent(true);
    always(secs(4), "the session", || place.speakers[0].is_up());
    place.end();
}

#[test]
fn who_refuses_is_called_less_often_and_at_once_when_that_changes() {
    let place = Place::alone(vec![(Profile::numbered(1), "")]);
    let speaker = &place.speakers[0];
    speaker.turn_away(Some(Notify::new(2, 2)));
    speaker.cut();
    eventually(secs(15), "some attempts", || speaker.connections() >= 5);
    let (before, wait) = (speaker.connections(), secs(3));
    always(wait, "the daemon waits", || speaker.connections() <= before + 2);
    speaker.turn_away(None);
    let (first, second) = place.conf.split_at(place.conf.find("neighbor 127.1.0.2").unwrap());
    let changed = format!("{first}{}", second.replace("hold-time 180;", "hold-time 179;"));
    std::fs::write(place.lab.path("exactix.conf"), changed).unwrap();
    place.daemon.signal(Signal::SIGUSR1);
    speaker.wait_up(secs(2));
    place.end();
}

#[test]
fn attributes_and_routes_come_and_go_without_a_trace() {
    let (mut place, helpers) =
        Place::new(vec![(Profile::numbered(1), "")], Vec::new(), |lab| vec![Helper::new(lab, "helper")]);
    place.speakers[0].wait_up(secs(10));
    let churn = |place: &Place, rounds: std::ops::Range<u32>| {
        for round in rounds {
            let communities: Vec<String> = (0..20).map(|index| format!("{}:{}", round % 60000, index)).collect();
            let communities = communities.join(" ");
            let route = |index: u32| {
                format!(
                    "10.{}.{}.0/24 next-hop 127.1.0.2 med {} community [ {communities} ]",
                    index / 250,
                    index % 250,
                    index * round
                )
            };
            place.speakers[0].announce((0..600).map(route));
        }
        place.speakers[0].announce([format!("11.0.0.0/24 next-hop 127.1.0.2 med {}", 1_000_000)]);
    };
    churn(&place, 0..30);
    place.wait_held(0, 601, 0, secs(30));
    place.speakers[0].withdraw(["11.0.0.0/24"]);
    place.wait_held(0, 600, 0, secs(30));
    let before = place.daemon.memory().now;
    churn(&place, 30..90);
    place.wait_held(0, 601, 0, secs(60));
    let after = place.daemon.memory().now;
    assert!(after <= before + (24 << 20), "{before} octets, then {after}");

    // One prefix that comes and goes, faster than a helper needs to know.
    let (up, down) =
        (place.speakers[0].announcement(["12.0.0.0/24 next-hop 127.1.0.2"]), message(2, &[0, 4, 24, 12, 0, 0, 0, 0]));
    let flap = [&up[..], &down[..]].concat();
    (0..100).for_each(|_| place.speakers[0].send(flap.repeat(100)));
    place.speakers[0].announce(["13.0.0.0/24 next-hop 127.1.0.2"]);
    place.wait_held(0, 602, 0, secs(30));
    eventually(secs(30), "the last event", || {
        helpers[0]
            .with_events(|events| events.iter().rev().take(50).any(|event| event.to_string().contains("13.0.0.0/24")))
    });
    assert!(place.speakers[0].is_up());
    place.end();
}

#[test]
fn capabilities_change_from_session_to_session() {
    let profile = Profile::numbered(1);
    let routes = ["10.1.0.0/16 next-hop 192.0.2.1 as-path [ 4200000000 65010 ]", "10.2.0.0/16 next-hop 192.0.2.1"];
    let neighbor = Neighbor::of(&profile).with("passive true;").routes(routes);
    let mut place = Place::new(Vec::new(), vec![neighbor], |_| Vec::new()).0;
    for (asn4, extended_message) in [(true, false), (false, true), (false, false), (true, true)] {
        place.speakers.clear();
        place.speakers.push(Speaker::connect(Profile { asn4, extended_message, ..profile.clone() }, place.at));
        place.speakers[0].wait_routes(2, secs(10));
        let path = place.speakers[0].table()["10.1.0.0/16"].as_path.clone();
        // AS4_PATH says what AS_PATH cannot (RFC 6793 section 4.2.3).
        assert_eq!(path, [4_200_000_000, 65010], "four octets: {asn4}");
        assert_eq!(place.speakers[0].seen(|record| record.complaints.clone()), Vec::<String>::new());
    }
    place.end();
}

#[test]
fn paths_and_long_messages_are_not_for_every_session() {
    let profile = Profile::numbered(1);
    let attributes = |path: u32| {
        let communities: Vec<String> = (0..200).map(|index| format!("{path}:{index}")).collect();
        format!("next-hop 192.0.2.{path} path-information {path} community [ {} ]", communities.join(" "))
    };
    // More than fits in a message of 4,096 octets, of either path.
    let routes = (0..1200)
        .flat_map(|index| [1, 2].map(|path| format!("10.{}.{}.0/24 {}", index >> 8, index & 255, attributes(path))));
    let neighbor = Neighbor::of(&profile).with("passive true; capability { add-path send; }").routes(routes);
    let mut place = Place::new(Vec::new(), vec![neighbor], |_| Vec::new()).0;
    let paths = AddPath(vec![(Family::Ipv4Unicast.into(), AddPath::RECEIVES)]);
    let paths = vec![AnyCapability::AddPath(paths)];
    for (more, extended_message) in [(paths.clone(), true), (Vec::new(), false), (paths, false), (Vec::new(), true)] {
        place.speakers.clear();
        let each = if more.is_empty() { 1 } else { 2 };
        place.speakers.push(Speaker::connect(Profile { more, extended_message, ..profile.clone() }, place.at));
        let speaker = &place.speakers[0];
        eventually(secs(10), "the end of the routes", || speaker.seen(|record| record.end_of_ribs.len() == 2));
        assert_eq!(speaker.seen(|record| (record.len(), record.complaints.clone())), (1200 * each, Vec::new()));
        // One message for each path, where it may be that long.
        assert_eq!(speaker.seen(|record| record.updates == 2), extended_message);
        for (nlri, path) in speaker.table() {
            let of = if path.next_hop == "192.0.2.1" { 1 } else { 2 };
            assert_eq!((path.communities.len(), path.communities[0].clone()), (200, format!("{of}:0")), "{nlri}");
            let named = format!(" path-information 0.0.0.{of}");
            assert_eq!(nlri.strip_suffix(&named).is_some(), each == 2, "{nlri} {path}");
        }
    }
    place.end();
}

#[test]
fn the_longest_message_is_read() {
    let long = Profile { extended_message: true, ..Profile::numbered(1) };
    let mut place = Place::alone(vec![(long, ""), (Profile::numbered(2), "")]);
    let attributes =
        [&[0x40, 1, 1, 0][..], &[0x40, 2, 6, 2, 1, 0, 0, 0xFD, 0xE9], &[0x40, 3, 4, 127, 1, 0, 2]].concat();
    let mut body = vec![0, 0, 0, u8::try_from(attributes.len()).unwrap()];
    body.extend(attributes);
    let room = frame::MAX_EXTENDED - frame::HEADER - body.len();
    (0..u16::try_from(room / 4).unwrap())
        .for_each(|index| body.extend([24, 10, index.to_be_bytes()[0], index.to_be_bytes()[1]]));
    // What is left is the whole of IPv4 and some of its halves.
    (0..room % 4).for_each(|_| body.push(0));
    let longest = message(2, &body);
    assert_eq!(longest.len(), frame::MAX_EXTENDED);
    place.speakers[0].send(longest);
    place.wait_held(0, room / 4 + (room % 4).min(1), 0, secs(10));
    place.speakers[1].send(message(2, &[0; 4097 - 19]));
    eventually(secs(5), "the NOTIFICATION", || {
        let found = place.speakers[1].seen(|record| record.notifications.first().cloned());
        // The length is the data (RFC 4271 section 6.1).
        found.is_some_and(|it| (it.code, it.subcode, &it.data[..]) == (1, 2, &[0x10, 0x01][..]))
    });
    place.end();
}

#[test]
fn members_of_a_range_come_and_go() {
    let range = Neighbor::of(&Profile::numbered(100)).with("passive true; range-limit 50;");
    let lab_conf = |conf: String| conf.replace("neighbor 127.1.0.101 ", "neighbor 127.2.0.0/16 ");
    let lab = Lab::new();
    let (port, witness) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([]).neighbor(Neighbor::of(witness.profile())).neighbor(range).to_string();
    let mut daemon = lab.launch(&lab_conf(conf), port).set("tcp_bind", net::DAEMON.to_string()).start();
    witness.wait_up(secs(10));
    let at = SocketAddr::new(net::DAEMON, port);
    let member = |index: u32| {
        let address = IpAddr::V4(Ipv4Addr::from_bits(Ipv4Addr::new(127, 2, 0, 1).to_bits() + index));
        let router_id = Ipv4Addr::from_bits(0x0A0B_0000 + index);
        Speaker::connect(Profile { address, router_id, ..Profile::numbered(0) }, at)
    };
    let round = |round: u32| {
        let members: Vec<Speaker> = (0..40).map(|index| member(round * 40 + index)).collect();
        members.iter().for_each(|member| member.wait_up(secs(15)));
    };
    let descriptors = daemon.descriptors();
    let gone = |daemon: &Daemon| eventually(secs(10), "their end", || daemon.descriptors() <= descriptors);
    (0..3).for_each(round);
    gone(&daemon);
    let memory = daemon.memory().now;
    (3..10).for_each(round);
    gone(&daemon);
    assert!(daemon.memory().now <= memory + (16 << 20), "{memory} octets, then {}", daemon.memory().now);
    assert_eq!(witness.seen(|record| (record.sessions, record.resets)), (1, 0));
    daemon.stop();
}

#[test]
fn of_two_calls_that_cross_one_stays() {
    for router_id in [Ipv4Addr::new(9, 0, 0, 1), Ipv4Addr::new(11, 0, 0, 1)] {
        let profile = Profile { router_id, ..Profile::numbered(1) };
        let (place, helpers) =
            Place::new(vec![(profile.clone(), "")], Vec::new(), |lab| vec![Helper::new(lab, "helper")]);
        let called = &place.speakers[0];
        called.wait_up(secs(10));
        let calling = Speaker::connect(profile, place.at);
        let up = || usize::from(called.is_up()) + usize::from(calling.is_up());
        for _ in 0..20 {
            let _ = (called.cut(), calling.cut());
            eventually(secs(10), "one session", || up() == 1);
        }
        // Either end may have thought for a moment that it was the other call.
        let mut since = None;
        eventually(secs(10), "one session that stays", || {
            let alone = up() == 1;
            since = since.filter(|_| alone).or_else(|| alone.then(Instant::now));
            since.is_some_and(|since: Instant| since.elapsed() >= secs(1))
        });
        let peer = called.profile().address.to_string();
        let (ups, downs) = (helpers[0].count_states(&peer, "up"), helpers[0].count_states(&peer, "down"));
        assert!(ups <= downs + 1, "{ups} times up, {downs} times down");
        place.end();
    }
}
