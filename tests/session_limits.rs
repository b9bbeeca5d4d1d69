//! What a neighbor may do to a session, and for how long: announce too much, take nothing in, come and go.

mod support;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

#[test]
fn who_announces_too_much_is_sent_away_for_a_while() {
    let lab = Lab::new();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let limit = "prefix-limit 10; prefix-limit-warning 50; prefix-limit-idle 2;";
    let neighbor = Neighbor::of(speaker.profile()).with(limit).with("adj-rib-in false;");
    let mut daemon = lab.start(&Conf::new([]).neighbor(neighbor).to_string(), port);
    speaker.wait_up(secs(10));
    speaker.announce((0..4).map(|third| format!("10.0.{third}.0/24 next-hop 127.1.0.1")));
    speaker.announce((0..6).map(|third| format!("2001:db8:{third}::/48 next-hop 2001:db8::1")));
    eventually(secs(5), "a warning", || daemon.log().contains("comes near its prefix limit"));
    assert!(speaker.is_up());
    speaker.announce((0..11).map(|third| format!("10.0.{third}.0/24 next-hop 127.1.0.1")));
    eventually(secs(5), "the end of the session", || !speaker.is_up());
    let ended = Instant::now();
    let notification = speaker.seen(|record| record.notifications[0].clone());
    assert_eq!((notification.code, notification.subcode), (6, 1));
    // AFI 1, SAFI 1, ten routes (RFC 4486 section 4).
    assert_eq!(&notification.data[..], [0, 1, 1, 0, 0, 0, 10]);
    speaker.wait_up(secs(10));
    // Its end was noticed a moment late.
    assert!(ended.elapsed() >= secs(2) - Duration::from_millis(100), "{:?}", ended.elapsed());
    daemon.stop();
}

#[test]
fn who_takes_nothing_in_is_let_go() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let deaf = Profile { receive_buffer: Some(4096), ..Profile::numbered(0) };
    let (port, speakers) = Speaker::listen(vec![deaf, Profile::numbered(1)]);
    let neighbors = speakers.iter().map(|speaker| {
        Neighbor::of(speaker.profile()).helper(&helper).with("send-hold-time 2;").with("group-updates false;")
    });
    let conf = neighbors.fold(Conf::new([&helper]), Conf::neighbor);
    let mut daemon = lab.start(&conf.to_string(), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    speakers[0].read(false);
    let (descriptors, routes) = (daemon.descriptors(), 100_000);
    let line = |index: u32| {
        format!("announce route 10.{}.{}.{}/32 next-hop 192.0.2.1", index >> 16, index >> 8 & 255, index & 255)
    };
    (0..routes / 500).for_each(|batch| helper.say((batch * 500..batch * 500 + 500).map(line)));
    let peer = speakers[0].profile().address.to_string();
    eventually(secs(20), "the end of the session", || helper.heard_state(&peer, "down"));
    eventually(secs(20), "its return, with every route", || {
        speakers[0].seen(|record| record.sessions > 1 && record.len() == 100_000)
    });
    speakers[1].wait_routes(100_000, secs(20));
    assert_eq!(speakers[1].seen(|record| record.resets), 0);
    eventually(secs(5), "the old connection closed", || daemon.descriptors() <= descriptors);
    daemon.stop();
}

#[test]
fn end_of_rib_waits_for_helpers_and_not_for_ever() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).helper(&helper).with("eor-within 2;");
    let mut daemon = lab.start(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
    speaker.wait_up(secs(10));
    let markers = || speaker.seen(|record| record.end_of_ribs.iter().map(ToString::to_string).collect::<Vec<_>>());
    always(secs(1), "no marker", || markers().is_empty());
    assert_eq!(helper.ask("announce eor ipv4 unicast"), ["done"]);
    eventually(secs(1), "that marker", || markers() == ["ipv4 unicast"]);
    eventually(secs(5), "the other one, and it alone", || markers() == ["ipv4 unicast", "ipv6 unicast"]);
    speaker.close(None);
    eventually(secs(10), "both on the next session, which nobody has to wait for", || {
        speaker.seen(|record| record.sessions == 2 && record.end_of_ribs.len() == 2)
    });
    daemon.stop();
}

#[test]
fn who_calls_and_says_nothing_takes_no_room_of_others() {
    let lab = Lab::new();
    let port = net::free_port(net::DAEMON);
    let peer = Profile::numbered(0);
    let range = Neighbor::of(&peer).with("passive true; range-limit 3;");
    let conf = Conf::new([]).neighbor(range).to_string().replace("neighbor 127.1.0.1 ", "neighbor 127.1.0.0/16 ");
    let mut daemon = lab.launch(&conf, port).set("tcp_bind", net::DAEMON.to_string()).start();
    let to = SocketAddr::new(net::DAEMON, port);
    let call = |index: u32| Speaker::connect(Profile::numbered(index), to);
    let (first, second) = (call(0), call(1));
    first.wait_up(secs(10));
    second.wait_up(secs(10));

    let before = daemon.descriptors();
    let from = |index: u32| IpAddr::V4(Ipv4Addr::from_bits(Ipv4Addr::new(127, 9, 0, 0).to_bits() + index));
    let strangers: Vec<_> = (0..500).map(|index| net::connect(from(index), to)).collect();
    eventually(secs(10), "each of them refused", || daemon.log().matches("connection refused").count() >= 500);
    assert!(daemon.descriptors() <= before + 64, "{} of {before}", daemon.descriptors());
    let silent: Vec<_> = (10..20).map(|index| net::connect(net::address(index).into(), to)).collect();
    let full = |daemon: &Daemon| daemon.log().matches("no room for another member of the range").count();
    eventually(secs(10), "all but one refused", || full(&daemon) == 9);
    assert!(first.is_up() && second.is_up());
    drop((strangers, silent));
    // The silent one has gone, and so there is room again.
    call(2).wait_up(secs(10));
    daemon.stop();
}
