//! A thread that hangs costs its sessions two seconds, and nobody else anything; a Supervisor that hangs costs the process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use support::{
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

/// A daemon with helpers and speakers, all of them established.
struct Scene {
    helper: Helper,
    other: Helper,
    speakers: Vec<Speaker>,
    daemon: Daemon,
    _lab: Lab,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let (helper, other) = (Helper::new(&lab, "helper"), Helper::new(&lab, "other"));
        let (port, speakers) =
            Speaker::listen((0..PEERS).map(|index| Profile::numbered(index).hold_time(HOLD)).collect());
        let daemon = lab.start(&configuration([&helper, &other], &speakers), port);
        helper.say((0..ROUTES).map(|index| format!("announce route 10.0.{index}.0/24 next-hop 192.0.2.1")));
        speakers.iter().for_each(|speaker| speaker.wait_up(secs(20)));
        speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES as usize, secs(20)));
        Self { helper, other, speakers, daemon, _lab: lab }
    }

    /// A command, by the helper that is not meant.
    fn order(&self, command: &str) {
        self.other.say([command]);
    }

    fn sessions(&self) -> Vec<(u32, u32)> {
        self.speakers.iter().map(|speaker| speaker.seen(|record| (record.sessions, record.resets))).collect()
    }
}

#[test]
fn peers_of_a_thread_that_hangs_are_seated_on_another() {
    let mut scene = Scene::new();
    let before = scene.speakers[0].table();
    let start = Instant::now();
    scene.order(&format!("neighbor {} fault inject hang 10s", scene.speakers[0].profile().address));
    let stranded = || {
        let fallen = scene.speakers.iter().filter(|speaker| speaker.seen(|record| record.sessions) >= 2);
        let back = fallen.clone().filter(|speaker| speaker.is_up() && speaker.table() == before).count();
        if back > 0 && back == fallen.count() { Some(back) } else { None }
    };
    let took = |what| {
        eventually(secs(9), what, || scene.speakers[0].seen(|record| record.sessions) >= 2);
        start.elapsed()
    };
    let took = took("the return of the peer that hangs");
    let back = eventually(secs(2), "the return of all others", stranded);
    note(format_args!("{back} of {PEERS} peers were established on a new thread {took:?} after the hang began"));
    assert!(took <= LIMIT, "{took:?}");
    assert!(scene.speakers.iter().all(|speaker| speaker.seen(|record| record.notifications.is_empty())));

    scene.helper.say(["announce route 10.1.0.0/24 next-hop 192.0.2.1"]);
    scene.speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES as usize + 1, secs(2)));
    let sessions = scene.sessions();
    eventually(secs(12), "the end of the thread", || scene.daemon.log().contains("an abandoned thread has ended"));
    assert_eq!(scene.sessions(), sessions, "a peer that was given up came back");
    assert!(scene.speakers.iter().all(Speaker::is_up));
    scene.daemon.stop();
}

#[test]
fn helpers_of_a_thread_that_hangs_are_started_anew() {
    let mut scene = Scene::new();
    let before = (scene.helper.pids(), scene.other.pids());
    let start = Instant::now();
    scene.order("fault inject process helper hang 10s");
    eventually(secs(9), "new programs", || {
        let now = (scene.helper.pids(), scene.other.pids());
        now.0.len() > before.0.len() && now.1.len() > before.1.len()
    });
    let took = start.elapsed();
    note(format_args!("helpers ran again {took:?} after the hang began"));
    assert!(took <= LIMIT, "{took:?}");
    scene.helper.say(["announce route 10.1.0.0/24 next-hop 192.0.2.1"]);
    scene.speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES as usize + 1, secs(5)));
    assert!(scene.sessions().iter().all(|session| *session == (1, 0)));
    scene.daemon.stop();
}

#[test]
fn a_supervisor_that_hangs_ends_the_process() {
    let mut scene = Scene::new();
    scene.order("fault inject rate-limiter hang 10s");
    let status = scene.daemon.wait(secs(9));
    assert_eq!(status.code(), Some(70), "{}", scene.daemon.log());
    assert!(scene.daemon.log().contains("the thread of the Supervisor hangs"), "{}", scene.daemon.log());
}

#[test]
fn the_daemon_ends_in_time_whoever_hangs() {
    let mut scene = Scene::new();
    scene.order("neighbor * fault inject hang 10s");
    eventually(secs(2), "the hang", || scene.daemon.log().contains("does not answer"));
    scene.daemon.signal(Signal::SIGTERM);
    let start = Instant::now();
    let status = scene.daemon.wait(secs(9));
    let took = start.elapsed();
    note(format_args!("peers hung, SIGTERM: over after {took:?} with {status}"));
    assert!(took <= secs(5), "{took:?}");
}

fn configuration(helpers: [&Helper; 2], speakers: &[Speaker]) -> String {
    let mut text = "(faults: true,\n processes: [".to_owned();
    for helper in helpers {
        write!(text, "(name: \"{}\", run: [\"{}\"]), ", helper.name(), helper.script().display()).unwrap();
    }
    text.push_str("],\n neighbors: [\n");
    let common = format!("local_address: \"{}\", local_as: 65000, hold_time: {HOLD}", net::DAEMON);
    let names = helpers.map(|helper| format!("\"{}\"", helper.name())).join(", ");
    for speaker in speakers {
        let (address, asn) = (speaker.profile().address, speaker.profile().asn);
        let more = format!("families: [\"ipv4 unicast\"], apis: [(processes: [{names}])]");
        writeln!(text, "  (peer_address: \"{address}\", peer_as: {asn}, {common}, {more}),").unwrap();
    }
    text + " ])\n"
}

const PEERS: u32 = 20;
const ROUTES: u32 = 100;
const HOLD: u16 = 9;
/// From the beginning of the hang until all is as it was.
const LIMIT: Duration = Duration::from_secs(3);
