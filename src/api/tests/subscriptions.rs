//! Who is told what of a neighbor, and who may command it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use api::{Authority, Subscription, authority, interest, subscription};
use config::Neighbor;
use support::{flags, neighbor, section};
use wire::Kind;

fn kinds(has: impl Fn(Kind) -> bool) -> Vec<&'static str> {
    Kind::ALL.into_iter().filter(|kind| has(*kind)).map(Kind::name).collect()
}

fn two_sections() -> Neighbor {
    let mut neighbor = neighbor();
    neighbor.apis = vec![section(&["pa"]), section(&["pb"])];
    neighbor.apis[0].receive = flags(&["parsed", "update", "refresh"]);
    neighbor.apis[1].receive = flags(&["packets", "open", "update", "keepalive"]);
    neighbor
}

#[test]
fn sections_switch_on_each_others_events() {
    let neighbor = two_sections();
    let (pa, pb) = (subscription(&neighbor, "pa").receive, subscription(&neighbor, "pb").receive);
    assert_eq!(kinds(|kind| pb.has_packets(kind)), ["open", "update", "keepalive", "refresh"]);
    assert_eq!(kinds(|kind| pb.has_parsed(kind)), ["open", "update", "keepalive"]);
    assert_eq!(kinds(|kind| pa.has_parsed(kind)), ["update", "refresh"]);
    assert_eq!(kinds(|kind| pa.has_packets(kind)), [""; 0]);
}

#[test]
fn the_session_reports_for_all() {
    let wanted = interest(&two_sections());
    assert!(wanted.receive.parsed && wanted.receive.packets && !wanted.receive.consolidate);
    assert_eq!(kinds(|kind| wanted.receive.wants(kind)), ["open", "update", "keepalive", "refresh"]);
    assert_eq!(kinds(|kind| wanted.send.wants(kind)), [""; 0]);
}

#[test]
fn one_consolidate_is_for_the_neighbor() {
    let mut neighbor = two_sections();
    neighbor.apis[0].receive.consolidate = true;
    let pb = subscription(&neighbor, "pb").receive;
    assert_eq!(kinds(|kind| pb.has_consolidated(kind)), ["open", "update", "keepalive"]);
    assert!(pb.raw);
    assert_eq!(kinds(|kind| pb.has_packets(kind) || pb.has_parsed(kind)), [""; 0]);
    assert!(interest(&neighbor).receive.packets);
}

#[test]
fn kinds_need_a_manner_and_manners_need_a_kind() {
    let mut neighbor = neighbor();
    neighbor.apis = vec![section(&["a"])];
    neighbor.apis[0].receive = flags(&["update"]);
    neighbor.apis[0].send = flags(&["parsed", "packets"]);
    assert!(subscription(&neighbor, "a").is_empty());
}

#[test]
fn negotiated_goes_into_the_events_of_all() {
    let mut neighbor = two_sections();
    neighbor.apis[0].negotiated = true;
    let pb = subscription(&neighbor, "pb");
    assert!(pb.with_negotiated && !pb.negotiated);
    assert!(subscription(&neighbor, "pa").negotiated);
}

#[test]
fn a_helper_not_listed_is_told_nothing() {
    let mut neighbor = neighbor();
    neighbor.apis = vec![section(&[])];
    neighbor.apis[0].processes_match = vec!["mon-".into(), "(".into()];
    neighbor.apis[0].neighbor_changes = true;
    assert_eq!(subscription(&neighbor, "mon-1"), Subscription::default());
    assert!(authority(&neighbor, "mon-1"));
    assert!(!authority(&neighbor, "amon-1"));
    assert!(authority(&neighbor, "api-internal-cli-1"));
    let mut known = Authority::default();
    assert!(known.of(&neighbor, "mon-2") && known.of(&neighbor, "mon-2") && !known.of(&neighbor, "other"));
}
