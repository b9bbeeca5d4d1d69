//! Helpers that cannot be started, that say what is no line, that hear nothing: neighbors do not notice, what waits is bounded, and all
//! is told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{fs::OpenOptions, time::Duration};

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    place::Place,
    speaker::{Profile, Speaker},
    town::Town,
    wait::{eventually, note, secs},
};

/// One neighbor, of which these helpers hear, and which they command.
fn place(helpers: impl FnOnce(&Lab) -> Vec<Helper>) -> (Place, Vec<Helper>) {
    let (place, helpers) = Place::new(vec![(Profile::numbered(1).hold_time(HOLD), "")], Vec::new(), helpers);
    place.speakers[0].wait_up(secs(10));
    (place, helpers)
}

/// So many UPDATEs, of one route each.
fn flood(speaker: &Speaker, count: usize) {
    for index in 0..count {
        speaker.announce([format!("10.{}.{}.0/24 next-hop 127.1.0.2", 100 + index / 250, index % 250)]);
    }
}

/// Has the neighbor announce something, and waits until the helper hears of it.
fn hears(speaker: &Speaker, helper: &Helper, third: u32, within: Duration) {
    let prefix = format!("10.60.{third}.0/24");
    speaker.announce([format!("{prefix} next-hop 127.1.0.2")]);
    let has = || helper.with_events(|events| events.iter().rev().any(|event| event.to_string().contains(&prefix)));
    eventually(within, &format!("the event about {prefix}"), has);
}

/// The numbers of the events about routes that a helper has heard.
fn numbers(helper: &Helper) -> Vec<u64> {
    helper.with_events(|events| events.iter().filter_map(|event| event["counter"].as_u64()).collect())
}

/// That a route which the helper announces gets to the neighbor.
fn commands(helper: &Helper, speaker: &Speaker, third: u32) {
    let prefix = format!("10.61.{third}.0/24");
    helper.say([format!("announce route {prefix} next-hop 192.0.2.1")]);
    eventually(secs(5), "a route of the helper", || speaker.table().contains_key(&prefix));
}

fn told(place: &Place, what: &str, within: Duration) {
    eventually(within, &format!("{what:?} in the log"), || place.daemon.log().contains(what));
}

#[test]
fn who_closes_its_input_holds_nobody_up_and_commands_on() {
    let (place, helpers) = place(|lab| {
        let close = "until [ -e \"$here/close\" ]; do sleep 0.05; done\nexec <&-";
        vec![Helper::not_listening(lab, "closing", close), Helper::new(lab, "other")]
    });
    let (closing, other, speaker) = (&helpers[0], &helpers[1], &place.speakers[0]);
    hears(speaker, other, 0, secs(5));
    // More than its pipe and its queue hold: the neighbor has to wait for it.
    flood(speaker, FLOOD);
    speaker.announce(["10.62.0.0/24 next-hop 127.1.0.2"]);
    let last = || other.with_events(|events| events.iter().any(|event| event.to_string().contains("10.62.0.0/24")));
    support::wait::always(Duration::from_millis(700), "the neighbor waits", || !last());
    place.lab.write("closing/close", "");
    eventually(secs(2), "all events at the other one", last);
    told(&place, "helper closed its input", secs(1));
    assert!(!place.daemon.log().contains("helper does not read its input"), "there is nobody who could read");

    commands(closing, speaker, 0);
    for round in 1..=3 {
        flood(speaker, FLOOD);
        hears(speaker, other, round, secs(4));
        commands(closing, speaker, round);
    }
    assert_eq!(place.daemon.log().matches("helper closed its input").count(), 1);
    assert_eq!(closing.pids().len(), 1, "it was started anew");
    assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
    place.end();
}

#[test]
fn who_was_stopped_hears_on_and_can_tell_what_it_has_missed() {
    let (place, helpers) = place(|lab| vec![Helper::new(lab, "stopped")]);
    let (stopped, speaker) = (&helpers[0], &place.speakers[0]);
    hears(speaker, stopped, 0, secs(5));
    let before = place.daemon.memory().now;
    stopped.signal(Signal::SIGSTOP);
    flood(speaker, FLOOD);
    // Its neighbors wait for it, for a while.
    told(&place, "helper does not read its input: its events are dropped until it does", secs(10));
    flood(speaker, FLOOD);
    told(&place, "events were dropped: the helper does not read its input", secs(5));
    let grown = place.daemon.memory().now.saturating_sub(before);
    assert!(grown <= 16 << 20, "{grown} octets more");

    stopped.signal(Signal::SIGCONT);
    let last = *numbers(stopped).last().unwrap();
    eventually(secs(5), "what was kept", || numbers(stopped).last().is_some_and(|number| *number > last + 100));
    hears(speaker, stopped, 1, secs(5));
    let heard = numbers(stopped);
    assert!(heard.is_sorted_by(|one, two| one < two), "events came out of order");
    let gaps: Vec<u64> = heard.windows(2).map(|pair| pair[1] - pair[0] - 1).filter(|gap| *gap > 0).collect();
    note(format_args!("{} events heard of {}, gaps of {gaps:?}", heard.len(), heard.last().unwrap()));
    assert!(!gaps.is_empty(), "none of them is missing, of {}", heard.len());
    commands(stopped, speaker, 0);
    assert_eq!((stopped.pids().len(), speaker.seen(|record| (record.sessions, record.resets))), (1, (1, 0)));
    place.end();
}

#[test]
fn who_falls_while_neighbors_wait_for_it_holds_nobody_up() {
    let mut town = Town::new(|_| Vec::new(), (0..2).map(Profile::numbered).collect(), |_, neighbor| neighbor);
    let (watcher, speaker) = (&town.helpers[0], &town.speakers[1]);
    hears(speaker, watcher, 0, secs(5));
    watcher.signal(Signal::SIGSTOP);
    flood(speaker, FLOOD);
    let waits = || town.daemon.log().contains("does not read its input");
    let filled = || {
        let Some(line) = town.client.told("show supervisor").into_iter().find(|line| line.contains(" watcher ")) else {
            return false;
        };
        line.split_whitespace().any(|word| word.parse::<u32>().is_ok_and(|queued| queued > 1000))
    };
    eventually(secs(4), "a queue that is full", filled);
    assert!(!waits(), "its events are dropped already");
    town.client.inject("fault inject process watcher panic");
    eventually(secs(3), "another life", || watcher.pids().len() == 2);
    hears(speaker, watcher, 1, secs(3));
    commands(watcher, speaker, 0);
    town.speakers
        .iter()
        .for_each(|speaker| assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0)));
    town.daemon.stop();
}

#[test]
fn what_is_no_line_takes_no_memory_and_no_log() {
    let script = "case $lives in
1) head -c 67108864 /dev/zero | tr '\\0' x ;;
2) head -c 1048577 /dev/zero; echo ;;
3) printf '\\377\\376 announce\\n' ;;
4) head -c 1048576 /dev/zero; echo ;;
esac";
    let (place, helpers) = place(|lab| vec![Helper::acting(lab, "loud", script)]);
    let (loud, speaker) = (&helpers[0], &place.speakers[0]);
    eventually(secs(20), "a life that goes on", || loud.pids().len() == 4);
    // The last one has said a line that is one, of NUL alone.
    eventually(secs(5), "the answer to it", || loud.answers().iter().any(|answer| answer == "error"));
    commands(loud, speaker, 0);
    let (log, peak) = (place.daemon.log(), place.daemon.memory().peak);
    assert_eq!(log.matches("a line is longer than 1048576 bytes").count(), 2);
    assert!(log.contains("a line holds the byte 0xff, which is not ASCII"), "{log}");
    note(format_args!("{} MiB at most, a log of {} octets", peak >> 20, log.len()));
    assert!(peak <= 64 << 20, "{} MiB", peak >> 20);
    assert!(log.len() <= 64 << 10, "a log of {} octets", log.len());
    assert_eq!((loud.pids().len(), speaker.seen(|record| (record.sessions, record.resets))), (4, (1, 0)));
    place.end();
}

#[test]
fn what_cannot_be_started_yet_is_tried_again() {
    let lab = Lab::new();
    let (busy, long) = (Helper::new(&lab, "busy"), Helper::new(&lab, "long"));
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).helper(&busy).helper(&long).routes([ROUTE]);
    let conf = Conf::new([&busy, &long]).neighbor(neighbor).to_string();
    let (script, words) = (long.script().display().to_string(), "x".repeat(200_000));
    let written = OpenOptions::new().append(true).open(busy.script()).unwrap();
    let launch = lab.launch(&conf.replace(&script, &format!("{script} {words}")), port);
    let policy = "first 200ms max 200ms jitter 0 intensity 1000 window 60s";
    let mut daemon = launch.restarts("process", policy).start();
    speaker.wait_routes(1, secs(10));
    let count = |what: &str| daemon.log().matches(what).count();
    eventually(secs(5), "attempts", || count("Argument list too long") >= 3);
    if !busy.pids().is_empty() {
        return note(
            "SKIPPED what_cannot_be_started_yet_is_tried_again: this system runs programs that are being written",
        );
    }
    assert!(count("Text file busy") >= 2);
    support::wait::always(secs(1), "a bounded number of attempts", || count("Text file busy") <= 20);

    drop(written);
    eventually(secs(5), "the one that is whole now", || busy.pids().len() == 1);
    commands(&busy, &speaker, 0);
    lab.write("exactix.conf", conf);
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(5), "the one with few words", || long.pids().len() == 1);
    commands(&long, &speaker, 1);
    assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
    daemon.stop();
}

const HOLD: u16 = 3;
const FLOOD: usize = 3000;
const ROUTE: &str = "10.0.0.0/24 next-hop 192.0.2.1";
