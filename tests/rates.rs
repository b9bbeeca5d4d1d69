//! Limits of what goes to a neighbor and of what is read from a helper: they are kept, by nobody else, and whoever grants them.
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
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// Messages a second to the first neighbor.
const MESSAGES: u64 = 40;
/// Prefixes a second to the second one.
const PREFIXES: u64 = 100;
/// Commands a second of the slow helper.
const COMMANDS: u64 = 100;

/// What came at a neighbor meanwhile has to be as much as its rate says: so much may have been saved up, and the machine may
/// have had other things to do.
fn kept(what: &str, rate: u64, saved: u64, came: u64, during: Duration) {
    let (came, rate) = (came as f64, rate as f64);
    let (most, least) = (rate * during.as_secs_f64() * 1.1 + saved as f64, rate * during.as_secs_f64() * 0.6 - 2.0);
    assert!((least..=most).contains(&came), "{what}: {came} in {during:?}, not {least} to {most}");
}

/// What has come at the two limited neighbors.
fn counts(speakers: &[Speaker]) -> [u64; 2] {
    [speakers[0].seen(|record| record.updates), speakers[1].seen(|record| record.announced)]
}

/// Measures for so long.
fn measured(what: &str, speakers: &[Speaker], saved: bool, during: Duration) {
    let (start, before) = (Instant::now(), counts(speakers));
    eventually(during + secs(5), "the time", || start.elapsed() >= during);
    let (after, took) = (counts(speakers), start.elapsed());
    for (index, (rate, at_once)) in [(MESSAGES, MESSAGES), (PREFIXES, PREFIXES / 10)].into_iter().enumerate() {
        let saved = if saved { rate + at_once } else { at_once };
        kept(what, rate, saved, after[index] - before[index], took);
    }
}

#[test]
fn neighbors_have_limits_of_their_own() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speakers) = Speaker::listen((0..3).map(Profile::numbered).collect());
    let limits = [format!("rate-limit {MESSAGES};"), format!("prefix-rate-limit {PREFIXES};"), String::new()];
    let neighbors = speakers.iter().zip(limits);
    let neighbors = neighbors.map(|(speaker, limit)| Neighbor::of(speaker.profile()).helper(&helper).with(&limit));
    let conf = neighbors.fold(Conf::new([&helper]), Conf::neighbor).to_string();
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&conf, port).faults().set("api_cli", "true");
    let mut daemon = launch.set("api_socketpath", socket.to_string_lossy()).start();
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    let mut client = Client::connect(&socket);

    let line =
        |index: u32| format!("announce route 10.1.{}.{}/32 next-hop 192.0.2.1 med {index}", index >> 8, index & 255);
    helper.say((0..1500).map(line));
    let start = Instant::now();
    speakers[2].wait_routes(1500, secs(5));
    assert!(start.elapsed() < secs(2), "{:?}", start.elapsed());
    measured("with what was saved up", &speakers, true, secs(2));
    measured("later", &speakers, false, secs(2));
    client.inject("fault inject rate-limiter panic");
    measured("when who grants has failed once", &speakers, false, secs(2));
    for _ in 0..6 {
        // One that is not there cannot be struck; it is back soon, until it has failed too often.
        client.ask("fault inject rate-limiter panic");
    }
    eventually(secs(5), "that it is left alone", || daemon.log().contains("nobody grants rates for now"));
    measured("when nobody grants", &speakers, false, secs(2));
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| record.resets == 0)));
    daemon.stop();
}

#[test]
fn messages_are_counted_and_not_what_is_in_them() {
    let lab = Lab::new();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let routes = (0..1000).map(|index| format!("10.1.{}.{}/32 next-hop 192.0.2.1", index >> 8, index & 255));
    let neighbor = Neighbor::of(speaker.profile()).with("rate-limit 50;").routes(routes);
    let mut daemon = lab.start(&Conf::new([]).neighbor(neighbor).to_string(), port);
    speaker.wait_up(secs(10));
    let start = Instant::now();
    speaker.wait_routes(1000, secs(10));
    // At a prefix a message these take 19 seconds.
    assert!(start.elapsed() < secs(5), "{:?}", start.elapsed());
    daemon.stop();
}

#[test]
fn what_a_helper_has_said_before_it_ended_is_heard_at_its_rate() {
    let lab = Lab::new();
    let lines: String = (0..60).map(|index| format!("announce route 10.1.0.{index}/32 next-hop 192.0.2.1\n")).collect();
    lab.write("lines", &lines);
    let brief = Helper::acting(&lab, "brief", "[ $lives = 1 ] && cat \"$here/../lines\" && exit");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&brief]).neighbor(Neighbor::of(speaker.profile()).helper(&brief)).to_string();
    let mut daemon = lab.start(&conf.replacen("encoder json;", "encoder json; rate-limit 20;", 1), port);
    speaker.wait_up(secs(10));
    // Three seconds of lines, of a program that has ended at once.
    speaker.wait_routes(60, secs(10));
    eventually(secs(5), "its next life", || brief.pids().len() == 2);
    daemon.stop();
}

#[test]
fn a_helper_that_says_too_much_waits_alone() {
    let lab = Lab::new();
    let (slow, fast) = (Helper::new(&lab, "slow"), Helper::new(&lab, "fast"));
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).helper(&slow).helper(&fast);
    let conf = Conf::new([&slow, &fast]).neighbor(neighbor).to_string();
    let conf = conf.replacen("encoder json;", &format!("encoder json; rate-limit {COMMANDS};"), 1);
    let mut daemon = lab.start(&conf, port);
    speaker.wait_up(secs(10));
    let announce = |second: u8, count: u32| {
        (0..count).map(move |index| {
            format!("announce route 10.{second}.{}.{}/32 next-hop 192.0.2.1", index >> 8, index & 255)
        })
    };
    let seen = |second: u8| {
        let start = format!("10.{second}.");
        u64::try_from(speaker.table().keys().filter(|prefix| prefix.starts_with(&start)).count()).unwrap()
    };
    slow.say(announce(1, 500));
    eventually(secs(5), "the first of them", || seen(1) > 0);
    let (start, before) = (Instant::now(), seen(1));
    fast.say(announce(2, 500));
    eventually(secs(2), "all of the other", || seen(2) == 500);
    eventually(secs(3), "the time", || start.elapsed() >= secs(2));
    let (came, took) = (seen(1) - before, start.elapsed());
    kept("commands", COMMANDS, COMMANDS + COMMANDS / 10, came, took);
    eventually(secs(10), "all of them", || seen(1) == 500);
    daemon.stop();
}
