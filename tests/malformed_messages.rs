//! Every attribute, malformed in every way, through the whole daemon: RFC 7606 leaves the session alone, and helpers read what
//! they are told. And words of a neighbor that are no words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    place::message,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};
use wire::{AnyAttribute, Notify};

/// A daemon with a helper that hears all, and a neighbor.
fn listening() -> (Lab, Helper, Daemon, Speaker) {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).helper(&helper).events(EVENTS);
    let daemon = lab.start(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
    speaker.wait_up(secs(10));
    (lab, helper, daemon, speaker)
}

#[test]
fn no_malformed_attribute_ends_the_session() {
    let (_lab, helper, mut daemon, speaker) = listening();
    let mut count = 0;
    for (flags, code, value) in attributes() {
        for (index, malformed) in malformed(flags, code, &value).into_iter().enumerate() {
            speaker.send(update(code, malformed));
            count += 1;
            let marker = format!("20.{code}.{index}.0/24");
            speaker.announce([format!("{marker} next-hop 127.1.0.1")]);
            eventually(secs(5), &format!("a route behind attribute {code}, way {index}"), || {
                let heard = |event: &serde_json::Value| event["neighbor"]["message"].to_string().contains(&marker);
                helper.with_events(|events| events.iter().rev().take(20).any(heard))
            });
        }
    }
    assert!(count > 200, "{count} messages");
    assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
    // A length that is more than there is leaves nothing else.
    speaker.send(message(2, &[0, 0, 0xFF, 0xFF, 0x40, 1, 1, 0]));
    let reset = || speaker.seen(|record| record.notifications.iter().any(|it| (it.code, it.subcode) == (3, 1)));
    eventually(secs(5), "the NOTIFICATION", reset);
    speaker.wait_up(secs(10));
    daemon.assert_alive();
    daemon.stop();
}

#[test]
fn words_that_are_none_are_told_on_one_line() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let profile = Profile::numbered(0);
    let neighbor = Neighbor::of(&profile).with("passive true;").helper(&helper).events(EVENTS);
    let port = net::free_port(net::DAEMON);
    let launch = lab.launch(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
    let mut daemon = launch.set("tcp_bind", net::DAEMON.to_string()).start();
    let speaker = Speaker::connect(profile, SocketAddr::new(net::DAEMON, port));
    speaker.wait_up(secs(10));
    let words: [&[u8]; 8] = [
        b"\"quoted\", {\"a\": 1}\\",
        b"two\r\nlines\n",
        b"\x00\x1b[31mred\x1b[0m\x07",
        b"\xff\xfe\xc3\x28",
        b"",
        &[b'x'; 128],
        &[b'y'; 255],
        "\u{202e}\u{2028}é".as_bytes(),
    ];
    for (round, words) in words.into_iter().enumerate() {
        for (code, subcode) in [(6, 2), (6, 9), (222, 111)] {
            let mut data = match (code, subcode) {
                (6, 9) => vec![6, 2],
                _ => Vec::new(),
            };
            if code == 6 {
                data.push(u8::try_from(words.len()).unwrap());
            }
            data.extend(words);
            let told = || helper.with_events(|events| events.iter().filter(|it| it["type"] == "notification").count());
            let before = told();
            speaker.close(Some(Notify { code, subcode, data: Bytes::from(data) }));
            eventually(secs(5), &format!("words {round} of {code}/{subcode}"), || told() > before);
            eventually(secs(20), "another session", || speaker.is_up());
        }
    }
    let log = daemon.log();
    assert!(!log.contains('\x1b') && !log.contains('\0') && !log.contains('\x07'));
    always(Duration::from_millis(200), "the session", || speaker.is_up());
    daemon.assert_alive();
    daemon.stop();
}

const EVENTS: &str = "neighbor-changes; receive { parsed; packets; update; notification; }";

/// Flags, code and a value of each attribute that is no MP_REACH_NLRI or MP_UNREACH_NLRI.
fn attributes() -> Vec<(u8, u8, Vec<u8>)> {
    let (well_known, optional, transitive) = (0x40, 0x80, 0xC0);
    vec![
        (well_known, 1, vec![0]),
        (well_known, 2, vec![2, 1, 0, 0, 0xFD, 0xE9]),
        (well_known, 3, vec![127, 1, 0, 1]),
        (optional, 4, vec![0, 0, 0, 1]),
        (well_known, 5, vec![0, 0, 0, 100]),
        (well_known, 6, vec![]),
        (transitive, 7, vec![0, 0, 0xFD, 0xE9, 1, 1, 1, 1]),
        (transitive, 8, vec![0, 1, 0, 1]),
        (optional, 9, vec![1, 1, 1, 1]),
        (optional, 10, vec![1, 1, 1, 1]),
        (transitive, 16, vec![0, 2, 0, 1, 0, 0, 0, 1]),
        (transitive, 17, vec![2, 1, 0, 1, 0, 0]),
        (transitive, 18, vec![0, 1, 0, 0, 1, 1, 1, 1]),
        (transitive, 22, vec![0, 0, 0, 0, 0]),
        (transitive, 23, vec![0, 8, 0, 4, 1, 2, 1, 2]),
        (transitive, 25, vec![0; 20]),
        (optional, 26, vec![1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1]),
        (transitive, 28, vec![0; 4]),
        (optional, 29, vec![4, 4, 0, 1, 0]),
        (transitive, 32, vec![0; 12]),
        (transitive, 35, vec![0, 0, 0xFD, 0xE9]),
        (transitive, 40, vec![1, 0, 7, 0, 0, 0, 0, 0, 0, 1]),
        (transitive, 99, vec![1, 2, 3]),
        (transitive, 128, vec![0, 0, 0, 1]),
    ]
}

/// The attribute, malformed in each way.
fn malformed(flags: u8, code: u8, value: &[u8]) -> Vec<Vec<u8>> {
    let with = |flags: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[flags | 0x10, code, length[0], length[1]][..], value].concat()
    };
    let whole = with(flags, value);
    let shorter = value.split_last().map_or(&[][..], |(_, rest)| rest);
    let mut ways = vec![
        with(flags, shorter),
        with(flags, &[value, &[0]].concat()),
        with(flags, &[]),
        with(flags, &[0; 1024]),
        with(flags, &vec![0xFF; value.len()]),
        with(flags ^ 0x40, value),
        with(flags | 0x20, value),
        [&whole[..], &whole].concat(),
    ];
    // One that is well-known and unknown is another matter.
    if AnyAttribute::CODES.contains(&code) || flags & 0x80 == 0 {
        ways.push(with(flags ^ 0x80, value));
    }
    // It says more than there is.
    let mut more = whole.clone();
    more[3] = more[3].wrapping_add(1);
    ways.push(more);
    ways.extend((1..whole.len().min(4)).map(|end| whole[..end].to_vec()));
    ways
}

/// An UPDATE of 10.7.0.0/16 with this in the place of, or behind, the attributes that have to be there.
fn update(code: u8, malformed: Vec<u8>) -> Vec<u8> {
    let mut attributes: Vec<u8> = attributes()[..3]
        .iter()
        .filter(|(_, of, _)| *of != code)
        .flat_map(|(flags, code, value)| [&[*flags, *code, u8::try_from(value.len()).unwrap()][..], value].concat())
        .collect();
    attributes.extend(malformed);
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    message(2, &[&[0, 0][..], &length, &attributes, &[16, 10, 7]].concat())
}
