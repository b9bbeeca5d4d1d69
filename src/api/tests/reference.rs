//! Events as ExaBGP 5.0.15 wrote them: `golden/exabgp_5_0_15.txt` was recorded with a scripted peer, and holds for each
//! message the event with its octets and the one with its meaning. From the octets we must write both lines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

use std::{net::Ipv4Addr, sync::Arc};

use api::{
    Subscription, Wanted,
    encode::{self, Envelope, Event, PeerFacts},
};
use config::Encoder;
use serde_json::Value;
use session::{Direction, MessageReport, Parsed, Report};
use wire::{Family, Frame, Kind, Message, Negotiated, Refresh, json::Dialect};

const ALL: Wanted = Wanted { packets: [true; 6], parsed: [true; 6], consolidated: [false; 6], raw: false };

fn octets(value: &Value) -> Vec<u8> {
    let digits: Vec<_> = value
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .unwrap()
        .chars()
        .map(|digit| digit.to_digit(16).unwrap())
        .collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn negotiated(kind: Kind) -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    if kind != Kind::Open {
        (with.local_as, with.peer_as, with.asn4, with.hold_time) = (65001, 65002, true, 180);
        with.families = vec![Family::Ipv4Unicast, Family::Ipv6Unicast];
        with.extended_message = true;
        with.refresh = Refresh::Enhanced;
    }
    with
}

fn parsed(message: Message) -> Parsed {
    match message {
        Message::Open(open) => Parsed::Open(Arc::new(open)),
        Message::Update(update) => Parsed::Update(Arc::new(update)),
        Message::Notification(notify) => Parsed::Notification(notify),
        Message::Keepalive => Parsed::Keepalive,
        Message::Refresh(refresh) => Parsed::Refresh(refresh),
        Message::Operational(body) => Parsed::Operational(body),
    }
}

fn report(packet: &Value) -> Report {
    let message = &packet["neighbor"]["message"];
    let frame = Frame::new([octets(&message["header"]), octets(&message["body"])].concat().into());
    let kind = Kind::from_code(frame.kind()).unwrap();
    let with = negotiated(kind);
    let send = packet["neighbor"]["direction"] == "send";
    let direction = if send { Direction::Send } else { Direction::Receive };
    let parsed = Some(parsed(Message::decode(&frame, &with).unwrap()));
    Report::Message(MessageReport { direction, kind, frame: Some(frame), parsed, negotiated: Arc::new(with) })
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Both lines, with the clock standing still between them.
fn written(line: &str) -> String {
    let packet: Value = serde_json::from_str(line).unwrap();
    let envelope = Envelope {
        host: packet["host"].as_str().unwrap().to_owned(),
        pid: u32::try_from(number(&packet["pid"])).unwrap(),
        ppid: u32::try_from(number(&packet["ppid"])).unwrap(),
        dialect: Dialect::V5,
        compact: false,
        main: false,
    };
    let who = PeerFacts {
        local_address: Some(Ipv4Addr::LOCALHOST.into()),
        peer_address: Ipv4Addr::new(127, 0, 0, 2).into(),
        local_as: Some(65001),
        peer_as: Some(65002),
        router_id: Ipv4Addr::new(10, 0, 0, 1),
    };
    let to = Subscription { with_negotiated: true, receive: ALL, send: ALL, ..Subscription::default() };
    let (mut out, mut counter) = (String::new(), number(&packet["counter"]) - 1);
    let event = Event { who: &who, to: &to, report: &report(&packet), time: time(line).parse().unwrap() };
    encode::event(&mut out, Encoder::Json, &envelope, &mut counter, &event);
    out
}

/// The digits of the time: to read them as a number of JSON would round them.
fn time(line: &str) -> &str {
    let (_, rest) = line.split_once("\"time\": ").unwrap();
    rest.split_once(',').unwrap().0
}

#[test]
fn events_are_those_of_exabgp() {
    let recorded: Vec<&str> = include_str!("golden/exabgp_5_0_15.txt").lines().collect();
    assert!(recorded.len() > 20);
    for pair in recorded.chunks(2) {
        let expected = format!("{}\n{}\n", pair[0], pair[1].replace(time(pair[1]), time(pair[0])));
        assert_eq!(written(pair[0]), expected);
    }
}
