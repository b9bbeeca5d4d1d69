//! One session: routes go out as they were announced, come in as JSON, and the session ends the way it was told to.

mod support;

use std::net::SocketAddr;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    record::{Path, Table, compare},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// One daemon, one helper, one neighbor that waits for it.
struct Pair {
    daemon: Daemon,
    speaker: Speaker,
    helper: Helper,
    _lab: Lab,
}

impl Pair {
    fn established() -> Self {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
        let daemon = lab.start(&conf.to_string(), port);
        speaker.wait_up(secs(10));
        eventually(secs(5), "the event of the session", || helper.heard_state(PEER, "up"));
        Self { daemon, speaker, helper, _lab: lab }
    }
}

#[test]
fn what_a_helper_announces_is_what_the_neighbor_holds() {
    let pair = Pair::established();
    let mut expected = Table::new();
    let mut lines = Vec::new();
    for index in 0..50 {
        let (prefix, next_hop) = (format!("10.0.{index}.0/24"), format!("192.0.2.{index}"));
        lines.push(format!(
            "announce route {prefix} next-hop {next_hop} as-path [ 65000 {index} ] community [ 65000:{index} ]"
        ));
        let communities = vec![format!("65000:{index}")];
        expected.insert(prefix, Path { next_hop, as_path: vec![65000, index], communities });
        let (prefix, next_hop) =
            (format!("2001:db8:{index:x}::/48").replace(":0::", "::"), format!("2001:db8:ffff::{index:x}"));
        let next_hop = next_hop.replace("::0", "::");
        lines.push(format!("announce ipv6 unicast {prefix} next-hop {next_hop}"));
        expected.insert(prefix, Path { next_hop, as_path: vec![65000], communities: Vec::new() });
    }
    pair.helper.say(&lines);
    let what = "announced routes";
    eventually(secs(10), what, || compare(what, &expected, &pair.speaker.table()));
    eventually(secs(10), "one answer for each command", || pair.helper.answers().len() == lines.len());
    assert!(pair.helper.answers().iter().all(|answer| answer == "done"));

    pair.helper.say(["withdraw route 10.0.7.0/24", "announce route 10.0.8.0/24 next-hop 192.0.2.200"]);
    expected.remove("10.0.7.0/24");
    let replaced = Path { next_hop: "192.0.2.200".to_owned(), as_path: vec![65000], communities: Vec::new() };
    expected.insert("10.0.8.0/24".to_owned(), replaced);
    let what = "the newest state of each route";
    eventually(secs(10), what, || compare(what, &expected, &pair.speaker.table()));
    assert_eq!(pair.speaker.seen(|record| record.complaints.clone()), Vec::<String>::new());
}

#[test]
fn what_the_neighbor_announces_is_told_as_json() {
    let pair = Pair::established();
    pair.speaker.announce([
        "10.1.0.0/24 next-hop 127.1.0.1 as-path [ 65001 65010 ] med 7 community [ 65001:1 no-export ]",
        "2001:db8:1::/48 next-hop 2001:db8::1 as-path [ 65001 ]",
    ]);
    pair.speaker.withdraw(["10.1.0.0/24"]);
    let updates = eventually(secs(5), "three updates", || {
        let events = pair.helper.events().into_iter();
        let updates: Vec<Value> = events
            .filter(|event| event["type"] == "update")
            .map(|event| event["neighbor"]["message"]["update"].clone())
            .filter(|update| !update.is_null())
            .collect();
        if updates.len() < 3 { Err(format!("{updates:?}")) } else { Ok(updates) }
    });
    let attribute = &updates[0]["attribute"];
    assert_eq!((&attribute["origin"], &attribute["med"]), (&json!("igp"), &json!(7)));
    assert_eq!(attribute["as-path"]["0"], json!({"element": "as-sequence", "value": [65001, 65010]}));
    assert_eq!(attribute["community"], json!([[65001, 1], [65535, 65281]]));
    assert_eq!(updates[0]["announce"]["ipv4 unicast"]["127.1.0.1"], json!([{"nlri": "10.1.0.0/24"}]));
    assert_eq!(updates[1]["announce"]["ipv6 unicast"]["2001:db8::1"], json!([{"nlri": "2001:db8:1::/48"}]));
    assert_eq!(updates[2]["withdraw"]["ipv4 unicast"], json!([{"nlri": "10.1.0.0/24"}]));
}

#[test]
fn a_teardown_ends_the_session_which_comes_back_with_its_routes() {
    let pair = Pair::established();
    pair.helper.say(["announce route 10.0.0.0/24 next-hop 192.0.2.1"]);
    pair.speaker.wait_routes(1, secs(5));
    pair.helper.say([format!("neighbor {PEER} teardown 4")]);
    eventually(secs(5), "the end of the session", || pair.speaker.seen(|record| record.resets == 1));
    let notify = pair.speaker.seen(|record| record.notifications.clone());
    assert_eq!(notify.iter().map(|notify| (notify.code, notify.subcode)).collect::<Vec<_>>(), [(6, 4)]);
    eventually(secs(5), "the event of the end", || pair.helper.heard_state(PEER, "down"));
    eventually(secs(20), "another session", || pair.speaker.seen(|record| record.sessions == 2));
    pair.speaker.wait_routes(1, secs(5));
    eventually(secs(5), "the event of the new session", || pair.helper.count_states(PEER, "up") == 2);
}

#[test]
fn a_lost_connection_is_told_and_made_anew() {
    let pair = Pair::established();
    pair.speaker.close(None);
    eventually(secs(5), "the event of the end", || pair.helper.heard_state(PEER, "down"));
    eventually(secs(20), "another session", || pair.speaker.seen(|record| record.sessions == 2));
}

#[test]
fn sigterm_says_goodbye_to_neighbor_and_helper() {
    let mut pair = Pair::established();
    pair.daemon.stop();
    eventually(secs(5), "the end of the session", || pair.speaker.seen(|record| record.resets == 1));
    let notify = pair.speaker.seen(|record| record.notifications.clone());
    assert_eq!(notify.iter().map(|notify| notify.code).collect::<Vec<_>>(), [6], "{notify:?}");
    assert!(pair.helper.heard_state(PEER, "down"));
    for pid in pair.helper.pids() {
        eventually(secs(5), "the end of the helper", || nix::sys::signal::kill(pid, None::<Signal>).is_err());
    }
}

#[test]
fn a_neighbor_that_calls_us_is_let_in() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let speaker = Speaker::connect(Profile::numbered(0), SocketAddr::new(net::DAEMON, port));
    let neighbor = Neighbor::of(speaker.profile()).with("passive true;").helper(&helper);
    let conf = Conf::new([&helper]).neighbor(neighbor.routes(["10.0.0.0/24 next-hop self"]));
    let launch = lab.launch(&conf.to_string(), port).set("tcp_bind", net::DAEMON.to_string());
    let mut daemon = launch.start();
    speaker.wait_up(secs(10));
    speaker.wait_routes(1, secs(5));
    assert_eq!(speaker.table()["10.0.0.0/24"].next_hop, net::DAEMON.to_string());
    daemon.stop();
}

const PEER: &str = "127.1.0.1";
