//! `exactix watch` prints events of neighbors that have no helper; a watcher that does not read holds nobody up.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdout, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use support::{
    door::Door,
    wait::{eventually, secs},
};

/// A watcher that runs.
struct Watcher {
    program: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Watcher {
    fn start(door: &Door, words: &[&str]) -> Self {
        let mut program = door.command(words).stdout(Stdio::piped()).spawn().unwrap();
        let out: ChildStdout = program.stdout.take().unwrap();
        let (tell, lines) = channel();
        thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { program, lines, seen: Vec::new() }
    }

    fn sees(&mut self, what: &str) {
        eventually(secs(10), what, || {
            self.seen.extend(self.lines.try_iter());
            if self.seen.iter().any(|line| line.contains(what)) { Ok(()) } else { Err(self.seen.join("\n")) }
        });
    }
}

/// Until the daemon knows of the watcher, what happens is not told: one thing after another is made to happen.
fn announce_until_seen(door: &Door, watcher: &mut Watcher) {
    let mut number = 0;
    eventually(secs(10), "an update", || {
        number += 1;
        let route = format!("announce route 10.8.{}.0/24 next-hop 192.0.2.8", number % 250);
        assert!(door.run(&["run", "--strict", &route]).status.success());
        watcher.seen.extend(watcher.lines.try_iter());
        watcher.seen.iter().any(|line| line.contains("10.8."))
    });
}

#[test]
fn events_are_printed_as_they_come() {
    let mut door = Door::new();
    let mut all = Watcher::start(&door, &["watch"]);
    let mut updates = Watcher::start(&door, &["watch", "--neighbor", "127.1.0.1", "--type", "update,send", "--json"]);
    let mut other = Watcher::start(&door, &["watch", "--neighbor", "127.9.9.9", "--type", "all"]);
    announce_until_seen(&door, &mut all);
    announce_until_seen(&door, &mut updates);
    assert!(door.run(&["run", "--strict", "neighbor 127.1.0.1 teardown 4"]).status.success());
    all.sees("neighbor 127.1.0.1 down");
    all.sees("neighbor 127.1.0.1 receive open");
    all.sees("neighbor 127.1.0.1 up");
    for line in &updates.seen {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&event["type"], &event["neighbor"]["direction"]), (&"update".into(), &"send".into()), "{line}");
    }
    door.daemon.stop();
    for watcher in [&mut all, &mut updates, &mut other] {
        assert_eq!(eventually(secs(10), "its end", || watcher.program.try_wait().unwrap()).code(), Some(0));
    }
    other.seen.extend(other.lines.try_iter());
    assert!(other.seen.is_empty(), "{:?}", other.seen);
}

#[test]
fn one_that_does_not_read_loses_events_and_is_told() {
    let mut door = Door::new();
    let mut watcher = door.connect();
    watcher.write_all(b"watch update json\n").unwrap();
    let mut done = [0; 5];
    watcher.read_exact(&mut done).unwrap();
    assert_eq!(&done, b"done\n");
    let count = 20_000;
    let mut route = door.connect();
    for number in 0..count {
        let (high, low) = (number / 250, number % 250);
        writeln!(route, "announce route 10.{high}.{low}.0/24 next-hop 192.0.2.8 med {number}").unwrap();
    }
    door.speaker.wait_routes(count, secs(30));
    watcher.write_all(b"watch update json\n").unwrap();
    let mut events = BufReader::new(watcher);
    events.get_ref().set_read_timeout(Some(secs(10))).unwrap();
    let (mut told, mut line) = (0, String::new());
    let lost = loop {
        line.clear();
        events.read_line(&mut line).unwrap();
        if line == "done\n" {
            continue;
        }
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["type"] == "lost" {
            break event["events"].as_u64().unwrap();
        }
        told += 1;
    };
    assert!(told > 0 && lost > 0, "{told} told, {lost} lost");
    door.daemon.stop();
}

#[test]
fn only_a_client_of_the_socket_can_watch() {
    let mut door = Door::piped();
    let refused = door.run(&["run", "--pipe", "--strict", "watch"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let unknown = door.run(&["watch", "--type", "everything"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let mut watcher = Watcher::start(&door, &["watch", "--type", "state"]);
    kill(Pid::from_raw(i32::try_from(watcher.program.id()).unwrap()), Signal::SIGTERM).unwrap();
    watcher.program.wait().unwrap();
    assert!(door.run(&["run", "--strict", "announce route 10.8.0.0/24 next-hop 192.0.2.8"]).status.success());
    door.speaker.wait_routes(2, secs(5));
    door.daemon.stop();
}
