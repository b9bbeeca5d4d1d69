//! Reading what helpers print.

#![allow(missing_docs, reason = "the macros of criterion document nothing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may fail this way")]

use std::hint::black_box;

use api::{Context, Verb, parse};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::json::Dialect;

const CONTEXT: Context<'_> = Context { service: "helper", dialect: Dialect::V5, version: "5.0.15" };

const LINES: &[(&str, &str)] = &[
    ("announce, short", "announce route 10.0.0.0/24 next-hop 10.0.0.1"),
    (
        "announce, with 5 attributes",
        "announce route 10.0.0.0/24 next-hop 10.0.0.1 origin igp as-path [ 65000 65001 65002 ] med 5 \
         local-preference 200 community [ 65000:1 65000:2 no-export ]",
    ),
    ("withdraw", "withdraw route 10.0.0.0/24"),
    ("announce to one neighbor", "neighbor 10.0.0.2 announce route 10.0.0.0/24 next-hop self"),
    ("announce, target first", "peer 10.0.0.2 announce ipv4 unicast 10.0.0.0/24 next-hop self"),
];

fn lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse a line");
    group.throughput(Throughput::Elements(1));
    for (name, line) in LINES {
        assert!(matches!(parse(line, &CONTEXT), Ok(Verb::Rib { .. })), "{line}");
        group.bench_function(*name, |bencher| bencher.iter(|| parse(black_box(line), &CONTEXT).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, lines);
criterion_main!(benches);
