//! MD5 signatures (RFC 2385) and TTL security (RFC 5082), between two daemons: who has the key, or is near, is let in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use nix::sys::signal::Signal;
use support::{
    client::Client,
    helper::Helper,
    lab::Lab,
    net,
    wait::{always, eventually, secs},
};

/// One neighbor, by what each side has configured of it.
struct Case {
    address: &'static str,
    waiting: &'static str,
    calling: &'static str,
}

const SAME_KEY: Case =
    Case { address: "127.1.0.1", waiting: "md5-password \"a secret\";", calling: "md5-password \"a secret\";" };
const OTHER_KEY: Case = Case { address: "127.1.0.2", waiting: "md5-password secret;", calling: "md5-password other;" };
const NO_KEY: Case = Case { address: "127.1.0.3", waiting: "md5-password secret;", calling: "" };
const BASE64: Case =
    Case { address: "127.1.0.4", waiting: "md5-password c2VjcmV0; md5-base64 true;", calling: "md5-password secret;" };
const NEAR: Case = Case { address: "127.1.0.5", waiting: "incoming-ttl 255;", calling: "outgoing-ttl 255;" };
const FAR: Case = Case { address: "127.1.0.6", waiting: "incoming-ttl 255;", calling: "outgoing-ttl 254;" };
const CASES: [&Case; 6] = [&SAME_KEY, &OTHER_KEY, &NO_KEY, &BASE64, &NEAR, &FAR];

#[test]
fn who_has_the_key_or_is_near_is_let_in() {
    let (lab, callers) = (Lab::new(), Lab::new());
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let configuration = |other_key: &str| {
        let cases =
            CASES.map(|case| (case.address, if case.address == OTHER_KEY.address { other_key } else { case.waiting }));
        waiting(&helper, &cases)
    };
    let daemon = lab.launch(&configuration(OTHER_KEY.waiting), port).set("tcp_bind", net::DAEMON.to_string()).start();
    let _callers = callers.start(&calling(&CASES), port);
    for case in [&SAME_KEY, &BASE64, &NEAR] {
        eventually(secs(10), case.address, || helper.heard_state(case.address, "up"));
    }
    always(secs(1), "the others stay outside", || {
        [&OTHER_KEY, &NO_KEY, &FAR].iter().all(|case| !helper.heard_state(case.address, "up"))
    });

    // A new key counts from the reload on, and the sessions of the others stay.
    lab.write("exactix.conf", configuration(OTHER_KEY.calling));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(30), "the session with the new key", || helper.heard_state(OTHER_KEY.address, "up"));
    for case in [&SAME_KEY, &BASE64, &NEAR] {
        assert_eq!(helper.count_states(case.address, "down"), 0, "{}", case.address);
    }
}

#[test]
fn a_key_that_is_put_right_lets_the_peer_in() {
    let (lab, callers) = (Lab::new(), Lab::new());
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let configuration =
        |key: &str| waiting(&helper, &[(OTHER_KEY.address, OTHER_KEY.waiting), (SAME_KEY.address, key)]);
    let waiting =
        lab.launch(&configuration("md5-password late;"), port).set("tcp_bind", net::DAEMON.to_string()).start();
    let socket = callers.path("exactix.sock");
    let launch = callers.launch(&calling(&[&OTHER_KEY, &SAME_KEY]), port).set("api_cli", "true");
    let caller = launch.set("api_socketpath", socket.to_string_lossy()).start();
    // Who has another key is told nothing: that is all the caller knows, and it says so.
    let mut client = Client::connect(&socket);
    let reasons = |client: &mut Client| {
        let lines = client.told("show neighbor extensive");
        lines.iter().filter(|line| line.contains("last failure") && line.contains("another key")).count()
    };
    eventually(secs(10), "the reasons", || reasons(&mut client) == 2);
    assert!(client.told("show neighbor json")[0].contains("\"last-failure\": \"127.0.0.1:"));

    // One is put right where the call comes from, the other where it goes to.
    let calling = calling(&[&OTHER_KEY, &SAME_KEY]).replace(OTHER_KEY.calling, OTHER_KEY.waiting);
    callers.write("exactix.conf", calling);
    lab.write("exactix.conf", configuration(SAME_KEY.waiting));
    [&caller, &waiting].into_iter().for_each(|daemon| daemon.signal(Signal::SIGUSR1));
    for case in [&OTHER_KEY, &SAME_KEY] {
        eventually(secs(5), case.address, || helper.heard_state(case.address, "up"));
    }
    eventually(secs(5), "no reason any more", || reasons(&mut client) == 0);
}

fn waiting(helper: &Helper, cases: &[(&str, &str)]) -> String {
    let mut text = format!("process {} {{ run {}; encoder json; }}\n", helper.name(), helper.script().display());
    for (address, statements) in cases {
        writeln!(
            text,
            "neighbor {address} {{ local-address {}; local-as 65000; peer-as 65001; passive; family {{ ipv4 unicast; }} \
             api {{ processes [ {} ]; neighbor-changes; }} {statements} }}",
            net::DAEMON,
            helper.name()
        )
        .unwrap();
    }
    text
}

fn calling(cases: &[&Case]) -> String {
    let mut text = String::new();
    for case in cases {
        writeln!(
            text,
            "neighbor {} {{ local-address {}; router-id 10.0.0.9; local-as 65001; peer-as 65000; \
             family {{ ipv4 unicast; }} {} }}",
            net::DAEMON,
            case.address,
            case.calling
        )
        .unwrap();
    }
    text
}
