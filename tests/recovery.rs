//! How long it takes until all is as it was: sessions that are cut, neighbors that are away for a while, helpers that are
//! killed, threads that hang.
//!
//! Ignored by default, because it takes minutes and only says what it measures; `make recovery` runs it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::time::{Duration, Instant};

use support::{
    client::Client,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

#[test]
#[ignore = "measures for minutes"]
fn sessions_return() {
    for (what, cut) in [("reset", true), ("end of the connection", false)] {
        let mut place = Place::new(RUNS, 20);
        let times = (0..RUNS).map(|index| {
            let speaker = &place.speakers[index as usize];
            let start = Instant::now();
            if cut {
                assert!(speaker.cut());
            } else {
                speaker.close(None);
            }
            place.back(index, start, 20).0
        });
        report(&format!("{what}, until Established"), times.collect());
        place.daemon.stop();
    }
    let times = (0..RUNS).map(|_| {
        // What is cut again and again is damped.
        let mut place = Place::new(1, 65_536);
        let start = Instant::now();
        assert!(place.speakers[0].cut());
        let back = place.back(0, start, 65_536).1;
        place.daemon.stop();
        back
    });
    report("reset, until 65,536 routes are back", times.collect());
}

#[test]
#[ignore = "measures for minutes"]
fn a_thousand_sessions_return() {
    let times = (0..RUNS).map(|_| {
        let mut place = Place::new(1000, 20);
        let start = Instant::now();
        assert!(place.speakers.iter().all(Speaker::cut));
        let times = (0..1000).map(|index| place.back(index, start, 20)).map(|(up, routes)| up.max(routes));
        let last = times.max().unwrap();
        place.daemon.stop();
        last
    });
    report("reset of 1,000, until all are up and have their routes", times.collect());
}

#[test]
#[ignore = "measures for minutes"]
fn neighbors_return() {
    for away in [5, 30] {
        let mut place = Place::new(RUNS, 20);
        for speaker in &place.speakers {
            speaker.shut_door();
            speaker.close(None);
        }
        std::thread::sleep(secs(away));
        let start = Instant::now();
        place.speakers.iter_mut().for_each(Speaker::open_door);
        let times = (0..RUNS).map(|index| place.back(index, start, 20).0).collect();
        report(&format!("away for {away} s, then until Established"), times);
        place.daemon.stop();
    }
}

#[test]
#[ignore = "measures for minutes"]
fn helpers_return() {
    let lab = Lab::new();
    let helpers: Vec<_> = (0..RUNS).map(|index| Helper::new(&lab, &format!("helper{index}"))).collect();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = helpers.iter().fold(Neighbor::of(speaker.profile()), Neighbor::helper);
    let mut daemon = lab.start(&Conf::new(&helpers).neighbor(neighbor).to_string(), port);
    eventually(secs(10), "every helper", || helpers.iter().all(|helper| !helper.pids().is_empty()));
    speaker.wait_up(secs(10));
    let times = helpers.iter().map(|helper| {
        let start = Instant::now();
        helper.kill();
        // It writes its number first thing; to look for that as often as can be is what is exact enough.
        while helper.pids().len() < 2 {
            assert!(start.elapsed() < secs(10), "the helper is not started again");
        }
        start.elapsed()
    });
    report("a helper killed, until it runs again", times.collect());
    for life in 2..=DEATHS {
        eventually(secs(10), "another life", || helpers[0].pids().len() == life);
        helpers[0].kill();
    }
    let resting = || daemon.log().contains("left alone");
    eventually(secs(10), "a helper that is left alone for a while", resting);
    daemon.assert_alive();
    assert!(speaker.is_up());
    note(format_args!("the daemon and its session have outlived {DEATHS} deaths of one helper"));
    daemon.stop();
}

#[test]
#[ignore = "measures for minutes"]
fn peers_of_hung_threads_return() {
    let times = (0..RUNS).map(|_| {
        let mut place = Place::new(20, 20);
        let mut client = Client::connect(&place.lab.path("exactix.sock"));
        let start = Instant::now();
        client.inject("neighbor 127.1.0.1 fault inject hang 6s");
        let last = (0..20).map(|index| place.back(index, start, 20).0).max().unwrap();
        place.daemon.stop();
        last
    });
    report("a thread that hangs, until its 20 peers are Established on another", times.collect());
}

/// A daemon with so many neighbors, each of which has so many routes.
struct Place {
    daemon: Daemon,
    speakers: Vec<Speaker>,
    lab: Lab,
}

impl Place {
    fn new(neighbors: u32, routes: u32) -> Self {
        let lab = Lab::new();
        let (port, speakers) = Speaker::listen((0..neighbors).map(Profile::numbered).collect());
        let route = |route: u32| format!("10.{}.{}.0/24 next-hop 192.0.2.1", route >> 8, route & 0xFF);
        let neighbor = |speaker: &Speaker| {
            let neighbor = Neighbor::of(speaker.profile());
            if routes > 256 {
                return neighbor.routes(["10.0.0.0/8 next-hop 192.0.2.1 split /24".to_owned()]);
            }
            neighbor.routes((0..routes).map(route))
        };
        let conf = speakers.iter().map(neighbor).fold(Conf::new([]), Conf::neighbor);
        let launch = lab.launch(&conf.to_string(), port).faults().set("api_cli", "true");
        let daemon = launch.set("api_socketpath", lab.path("exactix.sock").to_string_lossy()).start();
        for speaker in &speakers {
            speaker.wait_up(secs(30));
            speaker.wait_routes(routes as usize, secs(30));
        }
        Self { daemon, speakers, lab }
    }

    /// From then until this neighbor was Established once more, and until it had its last route.
    fn back(&self, index: u32, start: Instant, routes: usize) -> (Duration, Duration) {
        let speaker = &self.speakers[index as usize];
        eventually(secs(60), "a session with its routes", || {
            speaker.seen(|record| {
                let (since, learned) = (record.since?.checked_duration_since(start)?, record.learned?);
                (record.up && record.len() == routes).then(|| (since, learned.duration_since(start)))
            })
        })
    }
}

/// Says what the middle one and the last one are.
fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    note(format_args!("{what}: {} runs, p50 {:.2?}, p99 {:.2?}, least {:.2?}", times.len(), at(50), at(99), times[0]));
}

/// With so many in a minute a helper is left alone.
const DEATHS: usize = 6;
/// As often is everything measured.
const RUNS: u32 = 20;
