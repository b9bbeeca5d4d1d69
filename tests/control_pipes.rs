//! Clients of ExaBGP talk through two FIFOs; they are opened if both are there, and opened anew when they fail.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fs;

use nix::{sys::stat::Mode, unistd::mkfifo};
use support::{
    door::{Door, PipeClient, text},
    lab::Lab,
    wait::{eventually, secs},
};

fn fifo(lab: &Lab, name: &str) {
    mkfifo(&lab.path(name), Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
}

#[test]
fn a_client_comes_and_goes_and_another_one_comes() {
    let mut door = Door::piped();
    let mut client = PipeClient::open(&door.lab);
    client.say("announce route 10.9.0.0/24 next-hop 192.0.2.9\nversion\nnonsense\n");
    let heard = client.hear("error\n");
    let lines: Vec<_> = heard.lines().collect();
    assert!(matches!(lines[..], ["done", version, "done", "error"] if version.starts_with("exabgp ")), "{heard}");
    door.speaker.wait_routes(2, secs(5));
    // This one leaves in the middle of a line, and what it asked is answered to nobody.
    client.say("version\nshow neigh");
    drop(client);
    let mut client = PipeClient::open(&door.lab);
    client.hear("done\n");
    client.say("bor summary\n");
    let heard = client.hear("done\n");
    assert!(heard.contains("\nPeer ") || heard.starts_with("Peer "), "{heard}");
    door.daemon.stop();
}

#[test]
fn both_are_needed() {
    let mut door = Door::with(|lab| fifo(lab, "exabgp.in"), &[]);
    let log = door.daemon.log();
    assert!(log.contains("there are no control pipes") && log.contains("mkfifo -m 600"), "{log}");
    let refused = door.run(&["run", "--pipe", "version"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains(&*door.lab.directory().to_string_lossy()), "{refused:?}");
    door.daemon.stop();
}

#[test]
fn a_daemon_that_ends_says_so_and_is_not_waited_for() {
    let mut door = Door::piped();
    let mut client = PipeClient::open(&door.lab);
    client.say("version\n");
    client.hear("done\n");
    door.daemon.stop();
    client.hear("shutdown\n");
    drop(client);
    let gone = door.run(&["run", "--pipe", "version"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(text(&gone.stderr).contains("it is not running"), "{gone:?}");
}

#[test]
fn a_line_without_an_end_has_them_opened_anew() {
    let mut door = Door::piped();
    let mut client = PipeClient::open(&door.lab);
    let long = "a".repeat(4096);
    let mut left = 1024 * 1024 / 4096 + 16;
    eventually(secs(30), "the end of a long line", || {
        while left > 0 && client.try_say(&long) {
            left -= 1;
        }
        door.daemon.log().contains("the control pipes are opened anew")
    });
    drop(client);
    let mut client = PipeClient::open(&door.lab);
    client.say("\nversion\n");
    assert!(client.hear("done\n").contains("exabgp "));
    door.daemon.stop();
}

#[test]
fn pipes_that_were_replaced_are_found_again() {
    let mut door = Door::piped();
    for name in ["exabgp.in", "exabgp.out"] {
        fs::remove_file(door.lab.path(name)).unwrap();
        fifo(&door.lab, name);
    }
    let mut client = eventually(secs(20), "the new pipes", || PipeClient::try_open(&door.lab));
    client.say("version\n");
    assert!(client.hear("done\n").starts_with("exabgp "));
    door.daemon.stop();
}

#[test]
fn run_talks_through_them() {
    let mut door = Door::piped();
    let mut other = PipeClient::open(&door.lab);
    // An answer that was left behind is none of ours.
    other.say("help\n");
    eventually(secs(5), "an answer nobody reads", || other.is_answered());
    drop(other);
    for words in [["run", "--pipe", "version"], ["cli", "--pipe", "version"]] {
        let version = door.run(&words);
        assert!(text(&version.stdout).starts_with("exabgp "), "{version:?}");
        assert_eq!((version.status.code(), version.stderr.len()), (Some(0), 0), "{version:?}");
    }
    // Several at once wait for each other.
    let children: Vec<_> = (0..4)
        .map(|number| {
            let route = format!("announce route 10.8.{number}.0/24 next-hop 192.0.2.8");
            door.command(&["run", "--strict", "--pipe", &route]).spawn().unwrap()
        })
        .collect();
    children.into_iter().for_each(|mut child| assert!(child.wait().unwrap().success()));
    door.speaker.wait_routes(5, secs(5));
    door.daemon.stop();
}
