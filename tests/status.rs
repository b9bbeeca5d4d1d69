//! `exactix status`, as a probe asks it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use nix::sys::signal::Signal;
use serde_json::Value;
use support::{
    door::Door,
    wait::{eventually, secs},
};

fn asked(door: &Door, words: &[&str]) -> (Option<i32>, String) {
    let output = door.run(&[&["status"], words].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_probe_is_told_how_the_daemon_does() {
    let mut door = Door::new();
    let peer = door.speaker.profile().address.to_string();
    let (code, said) = asked(&door, &[]);
    assert!(code == Some(0) && said.starts_with("well: 1 of 1 neighbors up; 5."), "{said}");
    assert_eq!(said.lines().count(), 1);
    let (code, said) = asked(&door, &["--json"]);
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, told["status"].as_str(), told["pid"].as_u64()),
        (Some(0), Some("well"), Some(door.daemon.pid().into()))
    );

    door.speaker.shut_door();
    door.speaker.close(None);
    let said = eventually(secs(5), "the end of the session", || {
        let (code, said) = asked(&door, &[]);
        (code == Some(1)).then_some(said)
    });
    assert!(said.starts_with(&format!("degraded: 0 of 1 neighbors up; down: {peer} ")), "{said}");
    let told: Value = serde_json::from_str(&asked(&door, &["--json"]).1).unwrap();
    assert_eq!(told["neighbors"]["down"][0]["address"].as_str(), Some(peer.as_str()));

    // One that is stopped does not answer.
    door.daemon.signal(Signal::SIGSTOP);
    let (code, said) = asked(&door, &["--timeout", "1"]);
    assert!(code == Some(2) && said.starts_with("unreachable: "), "{code:?} {said}");
    door.daemon.signal(Signal::SIGCONT);
    door.daemon.stop();
    let (code, said) = asked(&door, &["--json"]);
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, told["status"].as_str()), (Some(2), Some("unreachable")));
}
