//! Adj-RIB-Out: announcing, churning, taking.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may fail this way")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rib::{AdjRibOut, Op, Policy};
use wire::{Family, Intent, Negotiated, Route, Words, route::parse_route};

const ROUTES: u32 = 100_000;
const BUDGET: usize = 512;

fn routes(med: u32) -> Vec<Route> {
    let text = format!("10.0.0.0/8 next-hop 10.0.0.1 med {med} community [ 65000:1 65000:2 ] split /25");
    let mut routes = parse_route(&mut Words::new(&text), Intent::Announce).unwrap().routes;
    routes.truncate(usize::try_from(ROUTES).unwrap());
    assert_eq!(routes.len(), usize::try_from(ROUTES).unwrap());
    routes
}

fn connected() -> AdjRibOut {
    let mut rib = AdjRibOut::new(Policy { keep: true, manual_eor: false });
    let mut with = Negotiated::unnegotiated();
    with.families = vec![Family::Ipv4Unicast];
    rib.session_up(&with);
    rib
}

fn announce(rib: &mut AdjRibOut, routes: Vec<Route>) {
    routes.into_iter().for_each(|route| rib.apply(Op::Announce(route)));
}

fn drain(rib: &mut AdjRibOut) -> usize {
    let mut taken = 0;
    loop {
        let batch = rib.take(BUDGET);
        taken += batch.changes.len();
        if !batch.more {
            return taken;
        }
    }
}

fn apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Adj-RIB-Out, 100,000 routes");
    group.throughput(Throughput::Elements(ROUTES.into())).sample_size(10);
    let (first, second) = (routes(1), routes(2));
    group.bench_function("announce distinct ones", |bencher| {
        bencher.iter_batched_ref(
            || (connected(), first.clone()),
            |(rib, routes)| announce(rib, std::mem::take(routes)),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("announce others in their place", |bencher| {
        let mut rib = connected();
        announce(&mut rib, first.clone());
        let mut changed = false;
        bencher.iter_batched_ref(
            || {
                changed = !changed;
                if changed { second.clone() } else { first.clone() }
            },
            |routes| announce(&mut rib, std::mem::take(routes)),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("take them", |bencher| {
        bencher.iter_batched_ref(
            || {
                let mut rib = connected();
                announce(&mut rib, first.clone());
                rib
            },
            |rib| assert!(black_box(drain(rib)) > first.len()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, apply);
criterion_main!(benches);
