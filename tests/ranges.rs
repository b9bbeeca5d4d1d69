//! A range of neighbors: whoever calls from it gets a session of its own, as long as he stays.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::net::SocketAddr;

use nix::sys::signal::Signal;
use support::{
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

#[test]
fn who_calls_from_the_range_is_a_neighbor_while_he_stays() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let launch = lab.launch(&configuration(&helper, "127.1.0.0/28"), port).set("tcp_bind", net::DAEMON.to_string());
    let mut daemon = launch.start();
    eventually(secs(10), "the listener", || daemon.log().contains("listening"));
    let call = |index: u32| Speaker::connect(Profile::numbered(index), SocketAddr::new(net::DAEMON, port));
    let (first, second, outside) = (call(0), call(1), call(40));
    first.wait_up(secs(10));
    second.wait_up(secs(10));
    first.wait_routes(1, secs(5));
    eventually(secs(10), "a refusal", || outside.seen(|record| !record.notifications.is_empty()));
    assert_eq!(outside.seen(|record| (record.notifications[0].code, record.notifications[0].subcode)), (6, 3));
    drop(outside);

    helper.say([
        "announce route 10.1.0.0/24 next-hop 192.0.2.9",
        "neighbor 127.1.0.2 announce route 10.2.0.0/24 next-hop 192.0.2.9",
    ]);
    second.wait_routes(3, secs(5));
    first.wait_routes(2, secs(5));

    drop(second);
    eventually(secs(10), "the end of the member", || daemon.log().contains("neighbor removed"));
    helper.say(["neighbor 127.1.0.2 announce route 10.3.0.0/24 next-hop 192.0.2.9"]);
    eventually(secs(5), "three answers", || helper.answers().len() == 3);
    assert_eq!(helper.answers()[2], "error");

    // Who comes back is new.
    let second = call(1);
    second.wait_up(secs(10));
    second.wait_routes(1, secs(5));
    assert_eq!(first.seen(|record| (record.sessions, record.resets)), (1, 0));

    // The range is told from the rest of the configuration as a neighbor is: other routes, then no range.
    lab.write("exactix.conf", configuration(&helper, "127.1.0.0/28").replace("10.0.0.0/24", "10.9.0.0/24"));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the other route", || {
        [&first, &second].iter().all(|one| one.table().contains_key("10.9.0.0/24"))
    });
    assert!(!first.table().contains_key("10.0.0.0/24"));
    lab.write("exactix.conf", configuration(&helper, "127.1.0.128/28"));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the end of the sessions", || {
        [&first, &second].iter().all(|one| one.seen(|record| record.resets == 1))
    });
    daemon.assert_alive();
    daemon.stop();
}

#[test]
fn who_comes_back_as_somebody_else_is_somebody_else() {
    for (peer_as, other) in [("auto", None), ("65001", Some((2, 2)))] {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let port = net::free_port(net::DAEMON);
        let text = configuration(&helper, "127.1.0.0/28").replace("peer-as 65001", &format!("peer-as {peer_as}"));
        let mut daemon = lab.launch(&text, port).set("tcp_bind", net::DAEMON.to_string()).start();
        eventually(secs(10), "the listener", || daemon.log().contains("listening"));
        let call = |index: u32, asn: u32| {
            Speaker::connect(Profile { asn, ..Profile::numbered(index) }, SocketAddr::new(net::DAEMON, port))
        };
        let up = |speaker: &Speaker| {
            speaker.wait_up(secs(10));
            speaker.wait_routes(1, secs(5));
        };
        let (witness, member) = (call(0, 65001), call(1, 65001));
        [&witness, &member].into_iter().for_each(up);
        // A route for this member alone goes with it.
        helper.say(["neighbor 127.1.0.2 announce route 10.2.0.0/24 next-hop 192.0.2.9"]);
        member.wait_routes(2, secs(5));
        drop(member);

        // At another address, while the old one is just gone, and in another AS.
        let moved = call(2, 65001);
        up(&moved);
        eventually(secs(10), "the end of the member", || daemon.log().matches("neighbor removed").count() == 1);
        let changed = call(1, 65002);
        match other {
            None => up(&changed),
            Some(reason) => eventually(secs(10), "a refusal", || {
                changed.seen(|record| record.notifications.iter().any(|it| (it.code, it.subcode) == reason))
            }),
        }
        drop(changed);
        eventually(secs(20), "its end", || daemon.log().matches("neighbor removed").count() >= 2);
        let sessions = if other.is_none() { 2 } else { 1 };
        eventually(secs(5), "word of its sessions", || helper.count_states("127.1.0.2", "up") == sessions);
        for speaker in [&witness, &moved] {
            assert_eq!(speaker.seen(|record| (record.sessions, record.resets, record.len())), (1, 0, 1));
        }
        daemon.assert_alive();
        daemon.stop();
    }
}

#[test]
fn the_environment_may_make_a_range_passive() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let text = configuration(&helper, "127.1.0.0/28").replace("passive; ", "");
    let launch = lab.launch(&text, port).set("tcp_bind", net::DAEMON.to_string()).set("bgp_passive", "true");
    let mut daemon = launch.start();
    eventually(secs(10), "the listener", || daemon.log().contains("listening"));
    let speaker = Speaker::connect(Profile::numbered(0), SocketAddr::new(net::DAEMON, port));
    speaker.wait_routes(1, secs(10));
    daemon.stop();
}

fn configuration(helper: &Helper, range: &str) -> String {
    format!(
        "process {name} {{ run {script}; encoder json; }}\n\
         neighbor {range} {{ local-address {us}; router-id 10.0.0.1; local-as 65000; peer-as 65001; passive; \
         family {{ ipv4 unicast; ipv6 unicast; }} api {{ processes [ {name} ]; neighbor-changes; }} \
         static {{ route 10.0.0.0/24 next-hop 192.0.2.1; }} }}\n",
        name = helper.name(),
        script = helper.script().display(),
        us = net::DAEMON,
    )
}
