//! Each fault that can be injected is, into a daemon with neighbors and a helper: all is well again by itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use support::{
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    oracle::{Oracle, Outcome},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// What is injected, how long all may take, and what becomes of the victim's session.
type Scenario = (&'static str, Duration, Outcome);

/// How each fault is tried. One that is not here fails the test.
fn scenario(kind: &str) -> Scenario {
    use Outcome::{Anew, Kept};
    match kind {
        "corrupt-marker" => ("corrupt-marker", secs(6), Anew),
        "bad-length" => ("bad-length", secs(6), Anew),
        "unknown-type" => ("unknown-type", secs(6), Anew),
        "truncate" => ("truncate", secs(6), Anew),
        "duplicate" => ("duplicate for 1s", secs(4), Kept),
        "reorder" => ("reorder for 1s", secs(5), Kept),
        "bad-attribute" => ("bad-attribute for 500ms", secs(5), Kept),
        "drop-keepalives" => ("drop-keepalives for 4s", secs(9), Anew),
        "late-keepalives" => ("late-keepalives 500ms for 2s", secs(5), Kept),
        "mute" => ("mute for 4s", secs(10), Anew),
        "reset" => ("reset", secs(3), Anew),
        "half-open" => ("half-open", secs(3), Anew),
        "refuse-connect" => ("refuse-connect for 2s", secs(8), Anew),
        "slow-drain" => ("slow-drain 100ms for 1s", secs(4), Kept),
        "freeze-timers" => ("freeze-timers for 4s", secs(10), Anew),
        "panic" => ("panic", secs(4), Anew),
        "stop" => ("stop", secs(4), Anew),
        "hang" => ("hang 300ms", secs(3), Kept),
        "kill-helper" => ("kill-helper", secs(3), Kept),
        "stall-helper" => ("stall-helper 300ms", secs(3), Kept),
        "deny-grants" => ("deny-grants for 1s", secs(5), Kept),
        other => panic!("{other} has no scenario"),
    }
}

#[test]
fn every_fault_is_recovered_from() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let profiles = (0..3).map(|index| Profile::numbered(index).hold_time(if index == 0 { 3 } else { 9 }));
    let (port, mut speakers) = Speaker::listen(profiles.collect());
    let mut daemon = lab.start(&configuration(&helper, &speakers), port);
    let victim = speakers.remove(0);
    let all = || std::iter::once(&victim).chain(&speakers);
    all().for_each(|speaker| speaker.wait_up(secs(10)));
    helper.say((0..ROUTES).map(route));
    all().for_each(|speaker| speaker.wait_routes(usize::from(ROUTES), secs(10)));

    for kind in fault::FAULTS {
        let (words, budget, outcome) = scenario(kind.name());
        settle(&victim, &helper);
        let oracle = Oracle::new(&daemon, &victim, &speakers);
        let since = Instant::now();
        helper.say([format!("neighbor {} fault inject {words}", victim.profile().address)]);
        provoke(kind.name(), &victim, &helper, &daemon);
        eventually(secs(10), "the end of the fault", || since.elapsed() >= lasting(words));
        oracle.judge(words, &mut daemon, &helper, budget, outcome);
    }
    daemon.stop();
}

/// How long a fault lasts, by its words.
fn lasting(words: &str) -> Duration {
    words.split_once(" for ").map_or(Duration::ZERO, |(_, time)| config::duration(time).unwrap())
}

/// A session that is ended by order is no failure: that of the victim does not wait for those of earlier faults.
fn settle(victim: &Speaker, helper: &Helper) {
    let sessions = victim.seen(|record| record.sessions);
    helper.say([format!("neighbor {} teardown 4", victim.profile().address)]);
    eventually(secs(10), "another session", || victim.seen(|record| record.sessions > sessions));
    victim.wait_routes(usize::from(ROUTES), secs(10));
}

/// Some faults need something to strike at.
fn provoke(kind: &str, victim: &Speaker, helper: &Helper, daemon: &Daemon) {
    let address = victim.profile().address;
    match kind {
        "refuse-connect" => {
            let sessions = victim.seen(|record| record.sessions);
            helper.say([format!("neighbor {address} teardown 4")]);
            eventually(secs(2), "the end of the session", || !victim.is_up());
            assert_eq!(victim.seen(|record| record.sessions), sessions);
        }
        "kill-helper" => {
            let pids = helper.pids().len();
            eventually(secs(3), "another life of the helper", || helper.pids().len() > pids);
        }
        "corrupt-marker" | "bad-length" | "unknown-type" | "truncate" => {
            helper.say([format!("neighbor {address} flush adj-rib out")]);
        }
        "deny-grants" | "duplicate" | "reorder" | "bad-attribute" | "slow-drain" => {
            let before = daemon.log().matches("injected fault strikes").count();
            helper.say([format!("neighbor {address} announce route 10.9.0.0/24 next-hop 192.0.2.9")]);
            helper.say([format!("neighbor {address} withdraw route 10.9.0.0/24")]);
            helper.say([format!("neighbor {address} flush adj-rib out")]);
            if kind != "deny-grants" {
                eventually(secs(3), "the strike", || daemon.log().matches("injected fault strikes").count() > before);
            }
        }
        _ => {}
    }
}

fn route(index: u8) -> String {
    format!("announce route 10.0.{index}.0/24 next-hop 192.0.2.1 med {index}")
}

fn configuration(helper: &Helper, speakers: &[Speaker]) -> String {
    let (name, run) = (helper.name(), helper.script());
    let mut text = format!("(faults: true, processes: [(name: {name:?}, run: [{run:?}])], neighbors: [\n");
    for (index, profile) in speakers.iter().map(Speaker::profile).enumerate() {
        let (address, asn, hold) = (profile.address, profile.asn, profile.hold_time);
        let local = format!("local_address: \"{}\", local_as: 65000, hold_time: {hold}", net::DAEMON);
        let rest = "families: [\"ipv4 unicast\"], capability: (route_refresh: true), rate_limit: 1000";
        let api = format!("apis: [(name: \"a{index}\", processes: [{name:?}], neighbor_changes: true)]");
        writeln!(text, "(peer_address: \"{address}\", peer_as: {asn}, {local}, {rest}, {api}),").unwrap();
    }
    text + "])"
}

const ROUTES: u8 = 100;
