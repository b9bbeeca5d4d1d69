//! Telling helpers of an UPDATE.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may fail this way")]

use std::{hint::black_box, net::Ipv4Addr, sync::Arc};

use api::{
    Subscription, Wanted,
    encode::{self, Envelope, Event, PeerFacts},
};
use bytes::BytesMut;
use config::Encoder;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use session::{Direction, MessageReport, Parsed, Report};
use wire::{Family, Intent, Kind, Negotiated, Packer, Update, Words, frame, json::Dialect, route::parse_attributes};

fn negotiated() -> Arc<Negotiated> {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.asn4) = (65000, 65001, true);
    with.families = vec![Family::Ipv4Unicast, Family::Ipv6Unicast];
    Arc::new(with)
}

/// An UPDATE with so many prefixes, received.
fn report(prefixes: u16) -> Report {
    let with = negotiated();
    let list =
        (0..prefixes).map(|index| format!("10.{}.{}.0/24", index >> 8, index & 255)).collect::<Vec<_>>().join(" ");
    let text = format!("next-hop 10.0.0.1 as-path [ 65000 65001 ] med 5 community [ 65000:1 65000:2 ] nlri {list}");
    let (mut packer, mut out) = (Packer::new(with.clone()), BytesMut::new());
    for route in parse_attributes(&mut Words::new(&text), Intent::Announce).unwrap().routes {
        packer.announce(&route, &mut out).unwrap();
    }
    packer.finish(&mut out);
    let update = Update::decode(out.get(frame::HEADER..).unwrap(), &with).unwrap();
    Report::Message(MessageReport {
        direction: Direction::Receive,
        kind: Kind::Update,
        frame: None,
        parsed: Some(Parsed::Update(Arc::new(update))),
        negotiated: with,
    })
}

fn events(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode an UPDATE event");
    let wanted = Wanted { parsed: [true; 6], ..Wanted::default() };
    let to = Subscription { receive: wanted, ..Subscription::default() };
    let who = PeerFacts {
        local_address: Some(Ipv4Addr::LOCALHOST.into()),
        peer_address: Ipv4Addr::LOCALHOST.into(),
        local_as: Some(65000),
        peer_as: Some(65001),
        router_id: Ipv4Addr::new(10, 0, 0, 1),
    };
    for (name, dialect, encoder) in [
        ("JSON 5.0", Dialect::V5, Encoder::Json),
        ("JSON 6.0", Dialect::V6, Encoder::Json),
        ("text", Dialect::V5, Encoder::Text),
    ] {
        let envelope = Envelope { host: "router".into(), pid: 1, ppid: 1, dialect, compact: false, main: false };
        for prefixes in [1, 100, 500] {
            let report = report(prefixes);
            let event = Event { who: &who, to: &to, report: &report, time: 1.5 };
            let (mut out, mut counter) = (String::new(), 0);
            encode::event(&mut out, encoder, &envelope, &mut counter, &event);
            assert!(out.contains("10.0.0.0"), "{out}");
            group.throughput(Throughput::Elements(prefixes.into()));
            group.bench_function(format!("{name}, {prefixes} prefixes"), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    encode::event(&mut out, encoder, &envelope, &mut counter, black_box(&event));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, events);
criterion_main!(benches);
