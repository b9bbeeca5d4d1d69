//! The page about the words of routes says what works.

#![allow(clippy::panic, reason = "a test may fail this way")]

use api::{Context, Verb, parse};
use rib::Op;
use wire::{AnyNlri, Family, json::Dialect};

/// The lines between ```` ```announce ```` and ```` ``` ````.
fn examples() -> Vec<&'static str> {
    let page = include_str!("../../../docs/ROUTES.md");
    let blocks = page.split("\n```announce\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.flat_map(str::lines).collect()
}

fn operations(line: &str) -> Vec<Op> {
    let context = Context { service: "test", dialect: Dialect::V5, version: "5.0.15" };
    match parse(line, &context) {
        Ok(Verb::Rib { ops, .. }) => ops,
        Ok(Verb::Peer { .. }) => Vec::new(),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn every_line_works() {
    let lines = examples();
    assert!(lines.len() > 50, "{lines:?}");
    lines.iter().for_each(|line| drop(operations(line)));
}

#[test]
fn what_is_announced_can_be_withdrawn() {
    for line in examples() {
        let announced: Vec<AnyNlri> = operations(line).into_iter().filter_map(nlri).collect();
        if announced.is_empty() {
            continue;
        }
        let withdrawn: Vec<_> =
            operations(&line.replacen("announce", "withdraw", 1)).into_iter().filter_map(nlri).collect();
        assert_eq!(withdrawn, announced, "{line}");
    }
}

#[test]
fn every_family_that_can_be_typed_is_there() {
    let nlris: Vec<_> = examples().into_iter().flat_map(operations).filter_map(nlri).collect();
    for family in Family::ALL.iter().filter(|family| family.afi() != 16388) {
        // The words of both versions are the same.
        let shown = nlris.iter().any(|nlri| nlri.family().safi() == family.safi());
        assert!(shown, "{family} has no example");
    }
}

fn nlri(op: Op) -> Option<AnyNlri> {
    match op {
        Op::Announce(route) | Op::Tagged(route, _) => Some(route.nlri),
        Op::Withdraw(withdrawal) => Some(withdrawal.nlri),
        _ => None,
    }
}
