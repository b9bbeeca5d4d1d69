//! Packing: routes into UPDATEs.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail this way")]

use std::{hint::black_box, net::IpAddr, sync::Arc};

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::{AnyNlri, Family, Intent, Negotiated, Packer, Route, Words, nlri::inet::Inet, route::parse_route};

const ROUTES: u32 = 10_000;

fn session() -> Arc<Negotiated> {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.asn4) = (65000, 65001, true);
    with.families = Family::ALL.to_vec();
    Arc::new(with)
}

/// Routes whose attributes take turns among so many sets, in the order in which a RIB hands them over.
fn routes(sets: u32) -> Vec<Route> {
    let route = |index: u32| {
        let [_, high, middle, low] = index.to_be_bytes();
        let set = index / (ROUTES / sets);
        let text = format!("10.{high}.{middle}.{low}/32 next-hop 10.0.0.1 med {set} community [ 65000:1 65000:2 ]");
        parse_route(&mut Words::new(&text), Intent::Announce).unwrap().routes.remove(0)
    };
    let mut routes: Vec<Route> = (0..ROUTES).map(route).collect();
    // Routes of one set share it, as they do in a RIB.
    for index in 1..routes.len() {
        let before = routes.get(index - 1).unwrap().attributes.clone();
        let route = routes.get_mut(index).unwrap();
        if route.attributes == before {
            route.attributes = before;
        }
    }
    routes
}

fn pack(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pack 10,000 routes");
    group.throughput(Throughput::Elements(ROUTES.into()));
    for sets in [1, 100, ROUTES] {
        let (routes, with) = (routes(sets), session());
        let mut out = BytesMut::with_capacity(1 << 20);
        group.bench_function(format!("of {sets} attribute sets"), |bencher| {
            bencher.iter(|| {
                out.clear();
                let mut packer = Packer::new(with.clone());
                for route in &routes {
                    packer.announce(route, &mut out).unwrap();
                }
                packer.finish(&mut out);
                black_box(out.len())
            });
        });
    }
    group.finish();
}

/// UPDATEs that are full of prefixes rather than of attributes, as in a table.
fn pack_500(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pack UPDATEs of 500 routes");
    let with = session();
    for (name, mixed, updates) in
        [("one, of /24", false, 1), ("twenty, of /24", false, 20), ("twenty, of mixed lengths", true, 20)]
    {
        let mut routes = prefixes(mixed);
        routes.truncate(500 * updates);
        let mut out = BytesMut::with_capacity(1 << 20);
        group.throughput(Throughput::Elements(routes.len().try_into().unwrap()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                let mut packer = Packer::new(with.clone());
                for update in routes.chunks(500) {
                    update.iter().for_each(|route| packer.announce(route, &mut out).unwrap());
                    packer.finish(&mut out);
                }
                black_box(out.len())
            });
        });
    }
    group.finish();
}

/// Routes of one attribute set, in the order in which a RIB hands them over; 500 fit into an UPDATE.
fn prefixes(mixed: bool) -> Vec<Route> {
    let text = "10.0.0.0/8 next-hop 10.0.0.1 med 5 community [ 65000:1 65000:2 ]";
    let mut route = parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
    let prefix = |index: u32| {
        let length = if mixed { 24 - u8::try_from(index.wrapping_mul(40503) / 7 % 9).unwrap() } else { 24 };
        let network = Inet::new(IpAddr::V4((10 << 24 | index << 8).into()), length).network();
        route.nlri = AnyNlri::Ipv4Unicast(Inet::new(network, length));
        route.clone()
    };
    let mut routes: Vec<Route> = (0..ROUTES).map(prefix).collect();
    routes.sort_by_cached_key(|route| route.nlri.key());
    routes
}

criterion_group!(benches, pack, pack_500);
criterion_main!(benches);
