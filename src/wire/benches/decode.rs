//! Decoding: UPDATEs into routes.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail this way")]

use std::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::{AnyNlri, Family, Intent, Negotiated, Packer, Update, Words, frame, nlri::inet::Inet, route::parse_route};

fn session() -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.asn4) = (65000, 65001, true);
    with.families = Family::ALL.to_vec();
    with
}

/// A prefix of IPv4 with these bits behind 10, cut to `length`.
fn ipv4(index: u16, length: u8) -> AnyNlri {
    let address = Ipv4Addr::from(10 << 24 | u32::from(index) << 8);
    let prefix = Inet::new(IpAddr::V4(address), length);
    AnyNlri::Ipv4Unicast(Inet::new(prefix.network(), length))
}

/// A prefix of IPv6 with these bits behind 2001:db8, cut to `length`.
fn ipv6(index: u16, length: u8) -> AnyNlri {
    let prefix = Inet::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, index, 0, 0, 0, 0, 0)), length);
    AnyNlri::Ipv6Unicast(Inet::new(prefix.network(), length))
}

/// One of `count` lengths up to `longest`; neighbors differ, so that no branch is predicted by the one before.
fn mixed(index: u16, longest: u8, count: u16) -> u8 {
    longest - u8::try_from(index.wrapping_mul(40503) / 7 % count).unwrap()
}

/// The body of an UPDATE with these prefixes in its last field.
fn classic(nlris: &[AnyNlri]) -> Vec<u8> {
    let text = "10.0.0.0/8 next-hop 10.0.0.1 as-path [ 65000 65001 65002 ] med 5 community [ 65000:1 65000:2 ]";
    let mut route = parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
    let (mut packer, mut out) = (Packer::new(Arc::new(session())), BytesMut::new());
    for nlri in nlris {
        route.nlri = nlri.clone();
        packer.announce(&route, &mut out).unwrap();
    }
    packer.finish(&mut out);
    assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
    out.get(frame::HEADER..).unwrap().to_vec()
}

/// The body of an UPDATE with these prefixes of IPv6 in MP_REACH_NLRI.
fn multiprotocol(nlris: &[AnyNlri]) -> Vec<u8> {
    let mut octets = BytesMut::new();
    nlris.iter().for_each(|nlri| nlri.encode(&mut octets, false));
    let next_hop = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).octets();
    let value = [&[0, 2, 1, 16][..], &next_hop, &[0], &octets].concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let path = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xFD, 0xE9];
    let attributes = [&path[..], &[0x90, 14], &length, &value].concat();
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    [&[0, 0], &length[..], &attributes].concat()
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode an UPDATE");
    let with = session();
    let of = |count: u16, one: &dyn Fn(u16) -> AnyNlri| (0..count).map(one).collect::<Vec<_>>();
    for (name, body) in [
        ("of 1 prefix", classic(&of(1, &|index| ipv4(index, 24)))),
        ("of 100 prefixes", classic(&of(100, &|index| ipv4(index, 24)))),
        ("of 500 prefixes", classic(&of(500, &|index| ipv4(index, 24)))),
        ("of 500 prefixes, mixed", classic(&of(500, &|index| ipv4(index, mixed(index, 24, 9))))),
        ("of 500 prefixes of IPv6", multiprotocol(&of(500, &|index| ipv6(index, 48)))),
        ("of 500 prefixes of IPv6, mixed", multiprotocol(&of(500, &|index| ipv6(index, mixed(index, 48, 17))))),
    ] {
        let update = Update::decode(&body, &with).unwrap();
        assert_eq!(update.complaints, Vec::<String>::new());
        group.throughput(Throughput::Elements(update.announced.first().unwrap().nlris.len().try_into().unwrap()));
        group.bench_function(name, |bencher| bencher.iter(|| Update::decode(black_box(&body), &with).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
