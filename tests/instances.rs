//! Several configurations at once: a process for each, none of which notices what becomes of another.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    conf::{Conf, Neighbor},
    daemon::{Daemon, Launch},
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// Two configurations with a neighbor each.
struct Two {
    speakers: Vec<Speaker>,
    lab: Lab,
    port: u16,
}

impl Two {
    fn new() -> Self {
        let (port, speakers) = Speaker::listen(vec![Profile::numbered(0), Profile::numbered(1)]);
        Self { speakers, lab: Lab::new(), port }
    }

    /// The first one is called exactix.conf, the second one other.conf.
    fn launch(&self) -> Launch {
        let conf = |speaker: &Speaker| Conf::new([]).neighbor(Neighbor::of(speaker.profile())).to_string();
        let [one, other] = &self.speakers[..] else { unreachable!() };
        let other = self.lab.write("other.conf", conf(other));
        self.lab.launch(&conf(one), self.port).argument(other)
    }

    fn wait_up(&self) {
        self.speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    }

    fn sessions(&self) -> Vec<(u32, u32)> {
        self.speakers.iter().map(|speaker| speaker.seen(|record| (record.sessions, record.resets))).collect()
    }
}

/// The processes of an instance so far, as the log tells them.
fn pids(daemon: &Daemon, name: &str) -> Vec<Pid> {
    let pid = |line: &str| Some(Pid::from_raw(line.split(" pid=").nth(1)?.split_whitespace().next()?.parse().ok()?));
    let log = daemon.log();
    log.lines().filter(|line| line.contains("instance started") && line.contains(name)).filter_map(pid).collect()
}

fn runs(process: Pid) -> bool {
    kill(process, None).is_ok()
}

#[test]
fn one_that_is_killed_comes_back_and_the_other_never_notices() {
    let two = Two::new();
    let mut daemon = two.launch().start();
    two.wait_up();
    let victim = pids(&daemon, "exactix.conf")[0];
    kill(victim, Signal::SIGKILL).unwrap();
    eventually(secs(10), "its return", || pids(&daemon, "exactix.conf").len() == 2);
    eventually(secs(10), "its session", || {
        two.speakers[0].is_up() && two.speakers[0].seen(|record| record.sessions == 2)
    });
    assert_eq!(two.sessions()[1], (1, 0));

    let lines = daemon.log();
    for (speaker, name) in two.speakers.iter().zip(["exactix.conf", "other.conf"]) {
        let peer = format!("peer={}", speaker.profile().address);
        let of_peer: Vec<_> = lines.lines().filter(|line| line.contains(&peer)).collect();
        assert!(!of_peer.is_empty(), "{lines}");
        let told = |line: &&str| line.contains("configuration=") && line.contains(name);
        assert!(of_peer.iter().all(told), "{of_peer:?}");
    }

    let running = [pids(&daemon, "exactix.conf")[1], pids(&daemon, "other.conf")[0]];
    assert!(running.into_iter().all(runs));
    daemon.stop();
    assert!(!running.into_iter().any(runs));
}

#[test]
fn signals_reach_all_and_an_interrupt_of_the_first_process_none() {
    let two = Two::new();
    let mut daemon = two.launch().start();
    two.wait_up();
    daemon.signal(Signal::SIGINT);
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "two reloads", || daemon.log().matches("configuration changed").count() == 2);
    assert_eq!(two.sessions(), [(1, 0), (1, 0)]);
    // An end that was asked for is one, of the one instance as of all.
    kill(pids(&daemon, "other.conf")[0], Signal::SIGTERM).unwrap();
    eventually(secs(10), "its end", || daemon.log().contains("instance ended"));
    daemon.assert_alive();
    daemon.signal(Signal::SIGHUP);
    assert_eq!(daemon.wait(secs(10)).code(), Some(0));
    assert_eq!(pids(&daemon, "other.conf").len(), 1);
}

#[test]
fn one_that_is_refused_leaves_the_other_alone() {
    let two = Two::new();
    let launch = two.launch();
    two.lab.write("other.conf", "neighbor 127.1.0.2 { hold-time soon; }");
    let mut daemon = launch.start();
    two.speakers[0].wait_up(secs(10));
    eventually(secs(10), "the refusal", || daemon.log().contains("instance ended"));
    daemon.signal(Signal::SIGTERM);
    assert_eq!(daemon.wait(secs(10)).code(), Some(1));
    assert_eq!((pids(&daemon, "other.conf").len(), two.sessions()[0].0), (1, 1));
}

#[test]
fn they_end_with_the_process_that_watches_them() {
    let two = Two::new();
    let mut daemon = two.launch().start();
    two.wait_up();
    let running = [pids(&daemon, "exactix.conf")[0], pids(&daemon, "other.conf")[0]];
    daemon.signal(Signal::SIGKILL);
    daemon.wait(secs(10));
    eventually(secs(10), "the end of both sessions", || !two.speakers.iter().any(Speaker::is_up));
    eventually(secs(10), "the end of both", || !running.into_iter().any(runs));
}

#[test]
fn the_pid_file_is_of_the_process_that_watches_them() {
    let two = Two::new();
    let file = two.lab.path("exactix.pid");
    let mut daemon = two.launch().set("daemon_pid", file.to_string_lossy()).start();
    two.wait_up();
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), daemon.pid().to_string());
    daemon.stop();
    assert!(!file.exists());
}

#[test]
fn they_cannot_share_a_file() {
    let two = Two::new();
    let log = two.lab.path("shared.log");
    let output = two.launch().set("log_destination", log.to_string_lossy()).command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("several configurations at once need log.destination to be syslog"), "{said}");
    assert!(!log.exists());

    let lab = Lab::new();
    let config = "neighbor 127.1.0.1 { local-address 127.0.0.1; local-as 65000; peer-as 65001; passive; }";
    let output = lab.launch(config, net::free_port(net::DAEMON)).argument("-").command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("has to be the only one"));
}
