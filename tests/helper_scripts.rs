//! The helpers of config/helpers do the same under ExaBGP 5.0.15 and under us, as far as ExaBGP can: the same routes at the
//! far end, and the same events in a log.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use support::{
    daemon::Launch,
    interop::{self, Program},
    lab::{Lab, program},
    net,
    record::Table,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A helper at work: its directory, and the far end.
struct Bench {
    lab: Lab,
    speaker: Speaker,
    _daemon: Program,
}

impl Bench {
    /// Starts the daemon with one helper. `DIR` in its arguments is the directory of the test.
    fn new(daemon: &Path, script: &str, arguments: &str, prepare: impl Fn(&Lab)) -> Self {
        let (lab, (port, speaker)) = (Lab::new(), Speaker::listen_alone(Profile::numbered(0)));
        prepare(&lab);
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/helpers");
        let arguments = arguments.replace("DIR", &lab.directory().display().to_string());
        let conf = format!(
            "process helper {{ run {}/{script} {arguments}; encoder json; }}\nneighbor {} {{ local-address {us}; \
             router-id {us}; local-as 65000; peer-as 65001; family {{ ipv4 unicast; }}\n\
             api {{ processes [ helper ]; receive {{ parsed; update; }} }}\n\
             static {{ route 10.50.0.0/24 next-hop 192.0.2.50 watchdog group withdraw; }} }}\n",
            scripts.display(),
            speaker.profile().address,
            us = net::DAEMON
        );
        let conf = lab.write("helper.conf", conf);
        let mut command = Launch::new(daemon, lab.directory(), &conf).set("tcp_port", port.to_string()).command();
        let daemon = Program::start(&lab, "daemon", &mut command);
        speaker.wait_up(secs(20));
        Self { lab, speaker, _daemon: daemon }
    }

    /// The table once there are so many routes in it.
    fn routes(&self, count: usize) -> Table {
        self.speaker.wait_routes(count, secs(20));
        self.speaker.table()
    }
}

/// Has both daemons do the same, and compares what comes of it. `None` where there is no ExaBGP.
fn same<T: PartialEq + std::fmt::Debug>(test: &str, act: impl Fn(&Path) -> T) -> Option<T> {
    let ours = act(&program());
    let reference = interop::exabgp();
    let [exabgp]: [PathBuf; 1] = interop::programs(test, [&*reference.to_string_lossy()])?;
    assert_eq!(ours, act(&exabgp));
    Some(ours)
}

#[test]
fn a_blocklist_follows_its_file() {
    same("a_blocklist_follows_its_file", |daemon| {
        let first = |lab: &Lab| drop(lab.write("list", "192.0.2.1 # one\n198.51.100.0/24\nnonsense\n"));
        let bench = Bench::new(daemon, "blocklist.py", "DIR/list 192.0.2.66", first);
        let before = bench.routes(2);
        bench.lab.write("list", "198.51.100.0/24\n");
        (before, bench.routes(1))
    });
}

#[test]
fn a_feed_arrives_whole() {
    same("a_feed_arrives_whole", |daemon| Bench::new(daemon, "feed.py", "192.0.2.1 2500", |_| ()).routes(2500));
}

#[test]
fn each_answer_is_waited_for() {
    same("each_answer_is_waited_for", |daemon| {
        Bench::new(daemon, "acks.py", "192.0.2.1 10.0.0.0/24 10.0.1.0/24 10.0.2.0/24", |_| ()).routes(3)
    });
}

#[test]
fn a_watchdog_obeys_a_file() {
    same("a_watchdog_obeys_a_file", |daemon| {
        let bench = Bench::new(daemon, "watchdog.py", "group DIR/works", |_| ());
        bench.lab.write("works", "");
        let there = bench.routes(1);
        fs::remove_file(bench.lab.path("works")).unwrap();
        (there, bench.routes(0))
    });
}

#[test]
fn a_relay_announces_what_it_hears() {
    same("a_relay_announces_what_it_hears", |daemon| {
        let bench = Bench::new(daemon, "relay.py", "65000:9 192.0.2.9", |_| ());
        bench.speaker.announce(["10.7.0.0/24 next-hop 127.1.0.1", "10.8.0.0/24 next-hop 127.1.0.1"]);
        let both = bench.routes(2);
        bench.speaker.withdraw(["10.7.0.0/24"]);
        (both, bench.routes(1))
    });
}

#[test]
fn a_logger_keeps_every_event() {
    same("a_logger_keeps_every_event", |daemon| {
        let bench = Bench::new(daemon, "logger.py", "DIR/events", |_| ());
        bench.speaker.announce(["10.7.0.0/24 next-hop 127.1.0.1"]);
        eventually(secs(20), "the event of the route", || {
            let text = fs::read_to_string(bench.lab.path("events")).unwrap_or_default();
            let line = text.lines().find(|line| line.contains("10.7.0.0/24")).map(str::to_owned)?;
            let event: Value = serde_json::from_str(&line).ok()?;
            Some(event["neighbor"]["message"].clone())
        })
    });
}

/// ExaBGP has no leases.
#[test]
fn a_lease_is_renewed() {
    let bench = Bench::new(&program(), "lease.py", "10.9.0.0/24 10.9.1.0/24", |_| ());
    assert!(bench.routes(2).contains_key("10.9.1.0/24"));
}
