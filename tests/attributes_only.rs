//! Attributes without a route are an UPDATE of their own: those of the configuration on each session, those of a helper once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::process::Command;

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::{self, Lab},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

#[test]
fn attributes_without_a_route_are_sent_and_not_remembered() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, mut speakers) = Speaker::listen(vec![Profile::numbered(0)]);
    let speaker = speakers.pop().unwrap();
    let text = |statements: &str| configuration(&helper, &speaker, statements).to_string();
    let first = "attributes next-hop 192.0.2.1 med 5; route 10.0.0.0/8 next-hop 192.0.2.1;";
    let daemon = lab.start(&text(first), port);
    speaker.wait_up(secs(10));
    speaker.wait_routes(1, secs(10));
    hears(&speaker, &["next-hop 192.0.2.1 med 5"]);

    helper.say(["announce attributes community 65000:1", "withdraw attributes med 5", "show adj-rib out"]);
    hears(&speaker, &["next-hop 192.0.2.1 med 5", "community 65000:1"]);
    eventually(secs(5), "two answers", || helper.answers().len() >= 2);
    assert_eq!(helper.answers()[..2], ["done", "error"]);

    lab.write("exactix.conf", text(&format!("{first} attribute attribute [ 0x63 0xc0 0x01 ];")));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "what is new", || speaker.seen(|record| record.bare.len() == 3));
    helper.say(["neighbor * teardown 4"]);
    eventually(secs(20), "another session", || speaker.seen(|record| record.sessions == 2 && record.bare.len() == 2));
    assert_eq!(speaker.table().len(), 1);
    assert_eq!(speaker.seen(|record| record.complaints.clone()), Vec::<String>::new());
}

#[test]
fn encode_prints_them() {
    let lab = Lab::new();
    let text = "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; \
                static { attributes next-hop self med 5; route 10.0.0.0/8 next-hop self; } }";
    let file = lab.write("encode.conf", text);
    let run = |arguments: &[&str]| {
        let output = Command::new(lab::program()).arg("encode").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let lines = run(&["-c", file.to_str().unwrap(), "--no-header"]);
    // No withdrawn routes; ORIGIN, AS_PATH of one AS, NEXT_HOP, MED; then no NLRI.
    let bare = "0000001B400101004002060201000000014003040A00000280040400000005";
    assert_eq!(lines[0], bare);
    assert_eq!(lines.len(), 2);
    assert!(lines[1].ends_with("080A"), "{lines:?}");
    assert_eq!(run(&["-a", "1", "-z", "2", "--no-header", "attributes next-hop 10.0.0.2 med 5"]), [bare]);
}

/// Fails unless the speaker hears this beside what every UPDATE has, in this order.
fn hears(speaker: &Speaker, expected: &[&str]) {
    eventually(secs(10), "attributes without routes", || {
        let bare = speaker.seen(|record| record.bare.clone());
        let said = |heard: &String, words: &&str| words.split(' ').all(|word| heard.contains(word));
        let all = bare.len() == expected.len() && bare.iter().zip(expected).all(|(heard, words)| said(heard, words));
        if all { Ok(()) } else { Err(format!("{bare:?} instead of {expected:?}")) }
    });
}

fn configuration(helper: &Helper, speaker: &Speaker, statements: &str) -> Conf {
    let neighbor = Neighbor::of(speaker.profile()).with(&format!("static {{ {statements} }}"));
    Conf::new([helper]).neighbor(neighbor.helper(helper))
}
