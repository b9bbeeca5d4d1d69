//! Decoding: UPDATEs into routes.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail this way")]

use std::{hint::black_box, sync::Arc};

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::{Family, Intent, Negotiated, Packer, Update, Words, frame, route::parse_attributes};

fn session() -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.asn4) = (65000, 65001, true);
    with.families = Family::ALL.to_vec();
    with
}

/// The body of an UPDATE with so many prefixes.
fn body(prefixes: u8) -> Vec<u8> {
    let list = (0..prefixes).map(|index| format!("10.0.{index}.0/24")).collect::<Vec<_>>().join(" ");
    let text =
        format!("next-hop 10.0.0.1 as-path [ 65000 65001 65002 ] med 5 community [ 65000:1 65000:2 ] nlri {list}");
    let (mut packer, mut out) = (Packer::new(Arc::new(session())), BytesMut::new());
    for route in parse_attributes(&mut Words::new(&text), Intent::Announce).unwrap().routes {
        packer.announce(&route, &mut out).unwrap();
    }
    packer.finish(&mut out);
    assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
    out.get(frame::HEADER..).unwrap().to_vec()
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode an UPDATE");
    let with = session();
    for prefixes in [1, 100] {
        let body = body(prefixes);
        group.throughput(Throughput::Elements(prefixes.into()));
        group.bench_function(format!("of {prefixes} prefixes"), |bencher| {
            bencher.iter(|| Update::decode(black_box(&body), &with).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
