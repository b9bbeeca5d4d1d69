//! Tells helpers of one message, whatever it is: each event is one line, and in JSON one object.

#![no_main]

use std::{net::Ipv4Addr, sync::Arc};

use ::session::{Direction, MessageReport, Parsed, Report};
use api::{
    Subscription, Wanted,
    encode::{self, Envelope, Event, PeerFacts},
};
use config::Encoder;
use exactix_fuzz::{assert_json, message, session};
use libfuzzer_sys::fuzz_target;
use wire::{Kind, Message, json::Dialect};

/// What the bits of an octet ask for: where it comes from, which parts of it, both at once.
fn subscription(bits: u8) -> (Direction, Subscription) {
    let wanted = Wanted {
        parsed: [bits & 1 == 0; 6],
        packets: [bits & 2 == 2; 6],
        consolidated: [bits & 4 == 4; 6],
        raw: bits & 16 == 16,
    };
    let direction = if bits & 8 == 8 { Direction::Send } else { Direction::Receive };
    (direction, Subscription { receive: wanted, send: wanted, ..Subscription::default() })
}

fuzz_target!(|data: &[u8]| {
    let [bits, asked, kind, body @ ..] = data else { return };
    let with = session(*bits);
    let Some(frame) = message(*kind, body, &with) else { return };
    let Some(kind) = Kind::from_code(frame.kind()) else { return };
    let parsed = Message::decode(&frame, &with).ok().map(Parsed::from);
    let (mut direction, to) = subscription(*asked);
    // Our own OPEN has no capability that we do not know; those of a sent one are told by name.
    if kind == Kind::Open {
        direction = Direction::Receive;
    }
    let report = MessageReport { direction, kind, frame: Some(frame), parsed, negotiated: Arc::new(with) };
    let report = Report::Message(report);
    let who = PeerFacts {
        local_address: Some(Ipv4Addr::LOCALHOST.into()),
        peer_address: Ipv4Addr::LOCALHOST.into(),
        local_as: Some(65000),
        peer_as: Some(65001),
        router_id: Ipv4Addr::new(10, 0, 0, 1),
    };
    for (dialect, compact, main) in
        [(Dialect::V5, false, false), (Dialect::V5, true, true), (Dialect::V6, false, false), (Dialect::V6, true, true)]
    {
        let envelope = Envelope { host: "router".into(), pid: 1, ppid: 1, dialect, compact, main };
        let event = Event { who: &who, to: &to, report: &report, time: 1.5 };
        let (mut text, mut counter) = (String::new(), 0);
        encode::event(&mut text, Encoder::Json, &envelope, &mut counter, &event);
        text.lines().for_each(assert_json);
        assert!(text.is_empty() || text.ends_with('\n'));
        text.clear();
        encode::event(&mut text, Encoder::Text, &envelope, &mut counter, &event);
        assert!(text.is_ascii() && !text.contains('\r'), "{text}");
    }
});
