//! Everybody stops taking anything in while everybody has much to say: all wait for each other, nobody for ever. Once they go on, all
//! of it arrives, each thing once and in its order.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use support::{
    client::Client,
    helper::Helper,
    place::Place,
    speaker::{Profile, Speaker},
    wait::{always, eventually, note, secs},
};

/// The prefix that a speaker announces as this one of its many.
fn prefix(speaker: usize, index: usize) -> String {
    format!("10.{}.{}.{}/32", 100 + speaker, index / 250, index % 250)
}

/// All prefixes that a helper has heard of from this neighbor, in order, and the numbers of the events.
fn heard(helper: &Helper, speaker: &Speaker) -> (Vec<String>, Vec<u64>) {
    let (mut prefixes, mut numbers) = (Vec::new(), Vec::new());
    let address = speaker.profile().address.to_string();
    helper.with_events(|events| {
        for event in events.iter().filter(|event| event["neighbor"]["address"]["peer"] == *address) {
            numbers.extend(event["counter"].as_u64());
            let announced = &event["neighbor"]["message"]["update"]["announce"]["ipv4 unicast"]["127.1.0.9"];
            let nlris = announced.as_array().into_iter().flatten();
            prefixes.extend(nlris.filter_map(|route| route["nlri"].as_str()).map(str::to_owned));
        }
    });
    (prefixes, numbers)
}

#[test]
fn all_wait_and_all_go_on() {
    let profile = |index| (Profile { receive_buffer: Some(4096), ..Profile::numbered(index) }, "");
    let (mut place, helpers) = Place::new((1..=SPEAKERS).map(profile).collect(), Vec::new(), |lab| {
        vec![Helper::new(lab, "hearing"), Helper::new(lab, "telling")]
    });
    let (hearing, telling, socket) = (&helpers[0], &helpers[1], place.lab.path("exactix.sock"));
    place.speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    telling.ask("enable-sync");
    let before = (telling.answers().len(), place.daemon.memory().now);

    // Nobody takes anything in.
    place.speakers.iter().for_each(|speaker| speaker.read(false));
    // What the neighbors do not read comes first, what waits for it behind.
    let mut client = Client::connect(&socket);
    let filling = "5a".repeat(3500);
    for index in 0..FILLING {
        let prefix = format!("10.{}.{}.0/24", 200 + index / 250, index % 250);
        client.told(&format!("announce route {prefix} next-hop 192.0.2.1 attribute [ 0x63 0xc0 0x{filling} ]"));
    }
    let start = Instant::now();
    hearing.signal(Signal::SIGSTOP);
    for (number, speaker) in place.speakers.iter().enumerate() {
        (0..UPDATES).for_each(|index| speaker.announce([format!("{} next-hop 127.1.0.9", prefix(number, index))]));
    }
    for round in 0..ROUNDS {
        let route = |index| {
            format!("announce route 10.190.{index}.0/24 next-hop 192.0.2.{} community [ 1:{round} ]", 1 + index % 9)
        };
        telling.say((0..COMMANDS).map(route));
    }
    let mut deaf = BufReader::new(UnixStream::connect(&socket).unwrap());
    (0..QUESTIONS).for_each(|_| deaf.get_mut().write_all(b"show adj-rib out extensive\n").unwrap());

    always(Duration::from_millis(1500), "the daemon is at hand", || {
        let asked = Instant::now();
        let answered = !place.client.told("show neighbor summary").is_empty();
        if answered && asked.elapsed() < secs(1) { Ok(()) } else { Err(format!("{:?}", asked.elapsed())) }
    });
    assert!(telling.answers().len() < before.0 + ROUNDS * COMMANDS, "nothing has to wait");
    let waiting = heard(hearing, &place.speakers[0]).0.len();
    assert!(waiting < UPDATES, "nobody has to wait for the helper that was stopped");
    let grown = place.daemon.memory().now.saturating_sub(before.1);
    note(format_args!("all waited after {:?}, with {} MiB more", start.elapsed(), grown >> 20));
    assert!(grown <= 64 << 20, "{} MiB more", grown >> 20);
    assert!(start.elapsed() < secs(5), "events are dropped by now");

    // All go on.
    hearing.signal(Signal::SIGCONT);
    place.speakers.iter().for_each(|speaker| speaker.read(true));
    eventually(secs(20), "every answer", || telling.answers().len() == before.0 + ROUNDS * COMMANDS);
    assert!(telling.answers().iter().all(|answer| answer == "done"));
    let mut ends = 0;
    let mut line = String::new();
    deaf.get_mut().set_read_timeout(Some(secs(10))).unwrap();
    while ends < QUESTIONS {
        line.clear();
        assert!(deaf.read_line(&mut line).unwrap() > 0, "the daemon hung up");
        ends += usize::from(line.trim_end() == "done");
    }
    for (number, speaker) in place.speakers.iter().enumerate() {
        speaker.wait_routes(FILLING + COMMANDS, secs(20));
        let newest = format!("1:{}", ROUNDS - 1);
        let table = speaker.table();
        assert_eq!(table.values().filter(|path| path.communities == [newest.as_str()]).count(), COMMANDS);
        let all: Vec<String> = (0..UPDATES).map(|index| prefix(number, index)).collect();
        for helper in &helpers {
            eventually(secs(20), "the last event", || heard(helper, speaker).0.len() >= UPDATES);
            let (prefixes, numbers) = heard(helper, speaker);
            assert!(prefixes == all, "{} of {UPDATES} events, or in another order", prefixes.len());
            assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "a number is missing");
        }
        assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
    }
    assert!(!place.daemon.log().contains("events were dropped"));
    place.end();
}

const SPEAKERS: u32 = 4;
/// Routes with attributes that fill the sockets.
const FILLING: usize = 1200;
/// UPDATEs of each neighbor.
const UPDATES: usize = 1500;
/// How often each of so many routes is announced by the helper in sync.
const ROUNDS: usize = 10;
const COMMANDS: usize = 100;
/// Questions of a client that does not read the answers, some 40 MB each.
const QUESTIONS: usize = 1;
