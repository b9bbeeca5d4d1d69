//! The process is ended from outside as a bug in a library would end it: the one that is started in its place takes over, neighbors with
//! Graceful Restart keep its routes meanwhile, and no program of the first one is left.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{fs, os::unix::process::ExitStatusExt as _};

use nix::{sys::signal::Signal, unistd::Pid};
use support::{
    client::Client,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

/// Whether this process runs.
fn runs(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

fn start(lab: &Lab, conf: &str, port: u16) -> Daemon {
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(conf, port).set("tcp_bind", net::DAEMON.to_string());
    launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy()).after("ulimit -c 0").start()
}

#[test]
fn another_one_takes_over() {
    for signal in [Signal::SIGABRT, Signal::SIGSEGV, Signal::SIGKILL] {
        let lab = Lab::new();
        // One ends when nobody talks to it any more, the other when nobody listens.
        let reads = Helper::not_listening(&lab, "reads", "exec cat >>\"$here/heard\"");
        let talks = Helper::not_listening(&lab, "talks", "while echo '# here I am'; do sleep 0.1; done; exit");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let neighbor = Neighbor::of(speaker.profile()).helper(&reads).helper(&talks);
        let neighbor = neighbor.with("capability { graceful-restart 60; }").routes([ROUTE]);
        let conf = Conf::new([&reads, &talks]).neighbor(neighbor).to_string();
        let mut daemon = start(&lab, &conf, port);
        speaker.wait_routes(1, secs(10));
        eventually(secs(5), "both programs", || [&reads, &talks].iter().all(|helper| helper.pids().len() == 1));
        let first = [reads.pids()[0], talks.pids()[0]];

        let pid = Pid::from_raw(daemon.pid().cast_signed());
        eventually(secs(5), "the end of the daemon", || {
            // The first SIGSEGV looks for a stack that has overflown, finds none, and goes back to where a real one would come again.
            daemon.signal(signal);
            !runs(pid)
        });
        assert_eq!(daemon.wait(secs(5)).signal(), Some(signal as i32));
        eventually(secs(5), "the end of the programs", || first.iter().all(|pid| !runs(*pid)));
        eventually(secs(5), "the end of the session", || !speaker.is_up());
        let said = speaker.seen(|record| record.notifications.len());
        assert_eq!(said, 0, "a NOTIFICATION has the neighbor forget our routes");

        // The socket that it has left is in nobody's way.
        let mut next = start(&lab, &conf, port);
        speaker.wait_routes(1, secs(20));
        let again = || [&reads, &talks].iter().all(|helper| helper.pids().len() == 2);
        eventually(secs(5), "both programs", again);
        assert!(!Client::connect(&lab.path("exactix.sock")).told("show neighbor summary").is_empty());
        note(format_args!("{signal}: taken over"));
        next.stop();
    }
}

const ROUTE: &str = "10.0.0.0/24 next-hop 192.0.2.1";
