//! What a peer sees of a sequence of operations.

use std::sync::Arc;

use proptest::prelude::*;
use wire::{
    Intent, Words,
    route::{parse_attributes, parse_route},
};

use super::*;
use crate::{Batch, StaticRoute, Withdrawal};

const KEEP: Policy = Policy { keep: true, manual_eor: false };

fn session() -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    with.families = vec![Family::Ipv6Unicast, Family::Ipv4Unicast];
    with
}

fn route(text: &str) -> Route {
    parse_route(&mut Words::new(text), Intent::Withdraw).unwrap().routes.remove(0)
}

fn announce(text: &str) -> Op {
    Op::Announce(route(text))
}

fn withdraw(text: &str) -> Op {
    let Route { nlri, next_hop, attributes } = route(text);
    Op::Withdraw(Withdrawal { nlri, next_hop, attributes })
}

fn statics(texts: &[&str]) -> Op {
    let routes = texts.iter().map(|text| StaticRoute { route: route(text), watchdog: None });
    Op::ReplaceStatic(Arc::new(routes.collect()))
}

/// A table with a session whose End-of-RIB markers have been taken.
fn established() -> AdjRibOut {
    let mut rib = AdjRibOut::new(KEEP);
    rib.session_up(&session());
    assert_eq!(sent(&mut rib), ["eor ipv6 unicast", "eor ipv4 unicast"]);
    rib
}

fn text(change: &Change) -> String {
    match change {
        Change::Announce(route) => format!("+{route}"),
        Change::AnnounceAlone(route) => format!("!{route}"),
        Change::Bare(update) => format!("({update})"),
        Change::Withdraw(route) => format!("-{route}"),
        Change::EndOfRib(family) => format!("eor {family}"),
        Change::RefreshBegins(family) => format!("borr {family}"),
        Change::RefreshEnds(family) => format!("eorr {family}"),
        Change::Say(message) => message.words().to_string(),
    }
}

fn sent(rib: &mut AdjRibOut) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let batch = rib.take(3);
        all.extend(batch.changes.iter().map(text));
        if !batch.more {
            return all;
        }
    }
}

fn apply(rib: &mut AdjRibOut, ops: impl IntoIterator<Item = Op>) {
    ops.into_iter().for_each(|op| rib.apply(op));
}

#[test]
fn routes_told_before_the_session_come_before_its_end_of_rib() {
    let mut rib = AdjRibOut::new(KEEP);
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1"), announce("::/0 next-hop ::1")]);
    assert!(rib.take(9).changes.is_empty());
    rib.session_up(&session());
    let expected = ["+10.0.0.0/8 next-hop 1.1.1.1", "+::/0 next-hop ::1", "eor ipv6 unicast", "eor ipv4 unicast"];
    assert_eq!(sent(&mut rib), expected);
    rib.session_down();
    rib.session_up(&session());
    assert_eq!(sent(&mut rib), expected);
}

#[test]
fn an_unchanged_route_is_not_sent_again() {
    let mut rib = established();
    let twice = || announce("10.0.0.0/8 next-hop 1.1.1.1 med 1");
    apply(&mut rib, [twice(), twice()]);
    assert_eq!(sent(&mut rib).len(), 1);
    apply(&mut rib, [twice()]);
    assert!(sent(&mut rib).is_empty());
}

#[test]
fn the_newest_state_wins() {
    let mut rib = established();
    apply(&mut rib, (0..100).map(|med| announce(&format!("10.0.0.0/8 next-hop 1.1.1.1 med {med}"))));
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1 med 99"]);
}

#[test]
fn a_quirk_sends_what_is_superseded_too() {
    let mut with = session();
    with.quirks = wire::Quirks::ALL;
    let mut rib = AdjRibOut::new(Policy { manual_eor: true, ..KEEP });
    rib.apply(statics(&["10.0.0.0/8 next-hop 1.1.1.1 med 1", "10.0.0.0/8 next-hop 1.1.1.1 med 2"]));
    rib.session_up(&with);
    assert_eq!(sent(&mut rib), ["!10.0.0.0/8 next-hop 1.1.1.1 med 1", "+10.0.0.0/8 next-hop 1.1.1.1 med 2"]);
    apply(&mut rib, (3..6).map(|med| announce(&format!("10.0.0.0/8 next-hop 1.1.1.1 med {med}"))));
    assert_eq!(sent(&mut rib), [3, 4, 5].map(|med| format!("+10.0.0.0/8 next-hop 1.1.1.1 med {med}")));
    apply(&mut rib, (0..5000).map(|med| announce(&format!("10.0.0.0/8 next-hop 1.1.1.1 med {med}"))));
    assert_eq!(sent(&mut rib).len(), 1025);
    apply(&mut rib, [announce("11.0.0.0/8 next-hop 1.1.1.1"), announce("11.0.0.0/8 next-hop 1.1.1.1 med 1")]);
    assert_eq!(rib.take(1).changes.len(), 1);
    apply(&mut rib, [Op::Clear]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "-11.0.0.0/8"]);
}

#[test]
fn announce_then_withdraw_sends_the_withdrawal() {
    let mut rib = established();
    apply(&mut rib, [announce("9.0.0.0/8 next-hop 1.1.1.1")]);
    assert_eq!(sent(&mut rib).len(), 1);
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1"), withdraw("10.0.0.0/8"), withdraw("11.0.0.0/8")]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "-11.0.0.0/8"]);
    assert_eq!(rib.len(), 1);
}

#[test]
fn a_session_does_not_begin_with_a_withdrawal() {
    let mut rib = established();
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1"), withdraw("10.0.0.0/8"), withdraw("11.0.0.0/8")]);
    assert_eq!(sent(&mut rib), [""; 0]);
    assert!(rib.is_empty());
    apply(&mut rib, [withdraw("11.0.0.0/8"), announce("10.0.0.0/8 next-hop 1.1.1.1")]);
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1"]);
    apply(&mut rib, [withdraw("11.0.0.0/8")]);
    assert_eq!(sent(&mut rib), ["-11.0.0.0/8"]);
}

/// A helper's lines, as the reference sends them: one after the other, but for a route that is announced once more.
#[test]
fn the_quirk_sends_what_lines_say_in_their_order() {
    let mut rib = AdjRibOut::new(KEEP);
    rib.session_up(&Negotiated { quirks: wire::Quirks::ALL, ..session() });
    sent(&mut rib);
    let (one, other) = ("10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1");
    for op in [announce(one), announce(other), announce(one), announce(other), withdraw("10.0.0.0/8"), announce(one)] {
        rib.begin();
        rib.apply(op);
    }
    let (one, other) = (format!("+{one}"), format!("+{other}"));
    assert_eq!(sent(&mut rib), [&one, &other, "-10.0.0.0/8", &one]);
    rib.begin();
    apply(&mut rib, [announce("12.0.0.0/8 next-hop 1.1.1.1"), withdraw("12.0.0.0/8"), withdraw("10.0.0.0/8")]);
    assert_eq!(sent(&mut rib), ["-12.0.0.0/8", "-10.0.0.0/8"], "said in one breath");
}

#[test]
fn a_definition_that_is_sent_although_it_was_superseded_is_withdrawn() {
    let mut rib = AdjRibOut::new(KEEP);
    rib.session_up(&Negotiated { quirks: wire::Quirks::parse("every-definition").unwrap(), ..session() });
    sent(&mut rib);
    let definitions = ["10.0.0.0/8 next-hop 1.1.1.1", "10.0.0.0/8 next-hop 1.1.1.1 med 1"].map(announce);
    apply(&mut rib, definitions.into_iter().chain([withdraw("10.0.0.0/8")]));
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1", "-10.0.0.0/8"]);
}

#[test]
fn withdraw_then_announce_sends_both_in_that_order() {
    let mut rib = established();
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1")]);
    sent(&mut rib);
    apply(&mut rib, [withdraw("10.0.0.0/8"), announce("10.0.0.0/8 next-hop 2.2.2.2")]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "+10.0.0.0/8 next-hop 2.2.2.2"]);
}

#[test]
fn groups_go_in_order_of_their_first_route_sorted_inside() {
    let mut rib = established();
    let texts = ["10.0.1.0/24 next-hop 1.1.1.1", "10.0.0.0/24 next-hop 1.1.1.1 med 1", "11.0.0.0/8 next-hop 1.1.1.1"];
    apply(&mut rib, texts.iter().map(|text| announce(text)));
    let expected =
        ["+11.0.0.0/8 next-hop 1.1.1.1", "+10.0.1.0/24 next-hop 1.1.1.1", "+10.0.0.0/24 next-hop 1.1.1.1 med 1"];
    assert_eq!(sent(&mut rib), expected);
}

#[test]
fn a_group_cut_by_the_budget_continues() {
    let mut rib = established();
    apply(&mut rib, (0..4).map(|net| announce(&format!("{net}.0.0.0/8 next-hop 1.1.1.1"))));
    let first = rib.take(3);
    assert!(first.continues && first.more);
    assert!(!rib.take(3).continues);
}

#[test]
fn families_that_were_not_negotiated_stay_behind() {
    let mut rib = AdjRibOut::new(Policy { manual_eor: true, ..KEEP });
    let mut with = session();
    with.families = vec![Family::Ipv4Unicast];
    rib.session_up(&with);
    apply(&mut rib, [announce("::/0 next-hop ::1")]);
    assert!(sent(&mut rib).is_empty());
    rib.session_down();
    rib.session_up(&session());
    assert_eq!(sent(&mut rib), ["+::/0 next-hop ::1"]);
}

#[test]
fn a_refresh_sends_each_route_alone_between_its_markers() {
    let mut rib = AdjRibOut::new(KEEP);
    let mut with = session();
    with.refresh = Refresh::Enhanced;
    rib.session_up(&with);
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1"), announce("::/0 next-hop ::1")]);
    sent(&mut rib);
    apply(&mut rib, [Op::Resend(Some(Family::Ipv4Unicast))]);
    assert_eq!(sent(&mut rib), ["borr ipv4 unicast", "!10.0.0.0/8 next-hop 1.1.1.1", "eorr ipv4 unicast"]);
    // The peer forgets what it has and what is not between them: a change is sent there.
    let changed = "10.0.0.0/8 next-hop 2.2.2.2";
    let (new, again) = (announce("11.0.0.0/8 next-hop 1.1.1.1"), Op::Resend(Some(Family::Ipv4Unicast)));
    apply(&mut rib, [announce(changed), again, new]);
    let lines = ["borr ipv4 unicast", &format!("!{changed}"), "eorr ipv4 unicast", "+11.0.0.0/8 next-hop 1.1.1.1"];
    assert_eq!(sent(&mut rib), lines);
}

#[test]
fn clearing_withdraws_everything() {
    let mut rib = established();
    apply(&mut rib, [announce("10.0.0.0/8 next-hop 1.1.1.1"), announce("11.0.0.0/8 next-hop 1.1.1.1")]);
    sent(&mut rib);
    apply(&mut rib, [Op::Clear]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "-11.0.0.0/8"]);
    apply(&mut rib, [announce("12.0.0.0/8 next-hop 1.1.1.1"), Op::Clear]);
    assert!(sent(&mut rib).is_empty() && rib.is_empty(), "the peer never heard of it");
}

#[test]
fn a_reload_sends_the_difference_and_keeps_routes_of_helpers() {
    let mut rib = AdjRibOut::new(KEEP);
    apply(&mut rib, [statics(&["10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1"])]);
    rib.session_up(&session());
    apply(&mut rib, [announce("12.0.0.0/8 next-hop 1.1.1.1")]);
    sent(&mut rib);
    apply(&mut rib, [statics(&["11.0.0.0/8 next-hop 2.2.2.2", "13.0.0.0/8 next-hop 1.1.1.1"])]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "+11.0.0.0/8 next-hop 2.2.2.2", "+13.0.0.0/8 next-hop 1.1.1.1"]);
    assert_eq!(rib.len(), 3);
}

#[test]
fn an_equal_configuration_sends_nothing() {
    let mut rib = established();
    let twice = ["10.0.0.0/8 next-hop 1.1.1.1 med 1", "11.0.0.0/8 next-hop 1.1.1.1", "10.0.0.0/8 next-hop 1.1.1.1"];
    rib.apply(statics(&twice));
    assert_eq!(sent(&mut rib).len(), 2);
    rib.apply(statics(&twice));
    assert_eq!(sent(&mut rib), [""; 0]);
}

#[test]
fn what_a_helper_withdrew_is_not_withdrawn_again() {
    let mut rib = established();
    rib.apply(statics(&["10.0.0.0/8 next-hop 1.1.1.1"]));
    assert_eq!(sent(&mut rib).len(), 1);
    apply(&mut rib, [withdraw("10.0.0.0/8 next-hop 1.1.1.1")]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8"]);
    rib.apply(statics(&[]));
    assert_eq!(sent(&mut rib), [""; 0]);
}

#[test]
fn a_reload_keeps_what_helpers_made_of_a_watchdog_group() {
    let configured = |med: u32, held: bool| {
        let tag = Arc::new(WatchdogTag { name: "dog".to_owned(), held });
        let route = route(&format!("10.0.0.0/8 next-hop 1.1.1.1 med {med}"));
        Op::ReplaceStatic(Arc::new(vec![StaticRoute { route, watchdog: Some(tag) }]))
    };
    let turn = |announce| Op::Watchdog { name: "dog".to_owned(), announce };
    let mut rib = established();
    apply(&mut rib, [configured(1, true), turn(true)]);
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1 med 1"]);
    rib.apply(configured(2, true));
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1 med 2"]);
    apply(&mut rib, [turn(false), configured(3, true)]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8"]);
    rib.apply(turn(true));
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1 med 3"]);
    rib.apply(configured(3, false));
    assert_eq!(sent(&mut rib), [""; 0]);
    rib.apply(configured(3, true));
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8"]);
}

#[test]
fn without_memory_only_configured_routes_survive_a_session() {
    let mut rib = AdjRibOut::new(Policy { keep: false, manual_eor: true });
    apply(&mut rib, [statics(&["10.0.0.0/8 next-hop 1.1.1.1"])]);
    rib.session_up(&session());
    apply(&mut rib, [announce("12.0.0.0/8 next-hop 1.1.1.1"), announce("12.0.0.0/8 next-hop 1.1.1.1")]);
    assert_eq!(sent(&mut rib).len(), 2);
    apply(&mut rib, [announce("12.0.0.0/8 next-hop 1.1.1.1")]);
    assert_eq!(sent(&mut rib).len(), 1, "nothing is remembered, so nothing is suppressed");
    rib.session_down();
    rib.session_up(&session());
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1"]);
}

#[test]
fn watchdog_groups_turn() {
    let mut rib = established();
    let tag = |held| WatchdogTag { name: "dog".into(), held };
    apply(
        &mut rib,
        [
            Op::Tagged(route("10.0.0.0/8 next-hop 1.1.1.1"), tag(true)),
            Op::Tagged(route("11.0.0.0/8 next-hop 1.1.1.1"), tag(false)),
        ],
    );
    assert_eq!(sent(&mut rib), ["+11.0.0.0/8 next-hop 1.1.1.1"]);
    let turn = |announce| Op::Watchdog { name: "dog".into(), announce };
    apply(&mut rib, [turn(true)]);
    assert_eq!(sent(&mut rib), ["+10.0.0.0/8 next-hop 1.1.1.1"]);
    apply(&mut rib, [turn(false)]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/8", "-11.0.0.0/8"]);
}

#[test]
fn churn_does_not_grow_the_queues() {
    let mut rib = established();
    for round in 0..100_000_u32 {
        let net = round % 10;
        let op = if round % 3 == 0 {
            withdraw(&format!("{net}.0.0.0/8"))
        } else {
            announce(&format!("{net}.0.0.0/8 next-hop 1.1.1.1 med {}", round % 7))
        };
        rib.apply(op);
    }
    assert!(rib.next.entries() <= 2048, "{}", rib.next.entries());
    assert!(sent(&mut rib).len() <= 20);
}

proptest! {
    /// Whatever is done, and however it is cut into batches and sessions, the peer ends with what the table says.
    #[test]
    fn the_peer_ends_with_the_table(
        every_definition: bool,
        steps in prop::collection::vec((0..7_u8, 0..5_u8, 0..3_u32, 1..9_usize), 1..200),
    ) {
        let mut with = session();
        with.quirks = if every_definition { wire::Quirks::ALL } else { wire::Quirks::NONE };
        let mut rib = AdjRibOut::new(KEEP);
        rib.session_up(&with);
        let mut peer = std::collections::BTreeMap::new();
        let mut table = std::collections::BTreeMap::new();
        for (kind, net, med, budget) in steps {
            let prefix = format!("{net}.0.0.0/8");
            if budget % 2 == 0 {
                rib.begin();
            }
            match kind {
                0 | 1 => {
                    let told = route(&format!("{prefix} next-hop 1.1.1.1 med {med}"));
                    table.insert(prefix, told.clone());
                    rib.apply(Op::Announce(told));
                }
                2 => {
                    table.remove(&prefix);
                    rib.apply(withdraw(&prefix));
                }
                3 => rib.apply(Op::Resend(None)),
                4 => see(&mut peer, rib.take(budget)),
                5 => {
                    table.clear();
                    rib.apply(Op::Clear);
                }
                _ => {
                    rib.session_down();
                    peer.clear();
                    rib.session_up(&with);
                }
            }
        }
        while !rib.is_idle() {
            see(&mut peer, rib.take(3));
        }
        prop_assert_eq!(peer, table);
    }
}

/// Labels are no part of the identity: a new label replaces the old one, and is withdrawn without being named.
#[test]
fn labels_and_parting_attributes() {
    let mut with = session();
    with.families = vec![Family::Ipv4MplsVpn, Family::Ipv6Unicast];
    let mut rib = AdjRibOut::new(KEEP);
    rib.session_up(&with);
    let vpn = "10.0.0.0/24 rd 1:1";
    apply(&mut rib, [announce(&format!("{vpn} label 1 next-hop 1.1.1.1 med 1"))]);
    assert_eq!(sent(&mut rib).pop().unwrap(), "+10.0.0.0/24 label 1 next-hop 1.1.1.1 rd 1:1 med 1");
    apply(&mut rib, [announce(&format!("{vpn} label 2 next-hop 1.1.1.1 med 1"))]);
    assert_eq!(sent(&mut rib), ["+10.0.0.0/24 label 2 next-hop 1.1.1.1 rd 1:1 med 1"]);
    apply(&mut rib, [withdraw(&format!("{vpn} med 7"))]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/24 label 2 rd 1:1 med 7"]);
    apply(&mut rib, [announce(&format!("{vpn} label 1 next-hop 1.1.1.1 med 1")), announce("::/0 next-hop ::1 med 1")]);
    assert_eq!(sent(&mut rib).len(), 2);
    apply(&mut rib, [Op::Clear]);
    assert_eq!(sent(&mut rib), ["-10.0.0.0/24 label 1 next-hop 1.1.1.1 rd 1:1 med 1", "-::/0"]);
}

fn see(peer: &mut std::collections::BTreeMap<String, Route>, batch: Batch) {
    for change in batch.changes {
        match change {
            Change::Announce(route) | Change::AnnounceAlone(route) => _ = peer.insert(route.nlri.to_string(), route),
            Change::Withdraw(route) => _ = peer.remove(&route.nlri.to_string()),
            _ => {}
        }
    }
}

#[test]
fn attributes_without_a_route_come_first_and_are_not_remembered() {
    let bare = |text: &str| parse_attributes(&mut Words::new(text), Intent::Announce).unwrap().bare.unwrap();
    let mut rib = AdjRibOut::new(KEEP);
    rib.apply(Op::ReplaceBare([bare("med 1")].into()));
    rib.apply(announce("10.0.0.0/8 next-hop 1.1.1.1"));
    rib.session_up(&session());
    let first = ["(med 1)", "+10.0.0.0/8 next-hop 1.1.1.1", "eor ipv6 unicast", "eor ipv4 unicast"];
    assert_eq!(sent(&mut rib), first);
    rib.apply(Op::Bare(bare("med 2")));
    assert!(!rib.is_idle());
    assert_eq!(sent(&mut rib), ["(med 2)"]);
    rib.apply(Op::Resend(Some(Family::Ipv4Unicast)));
    assert!(!sent(&mut rib).iter().any(|change| change.starts_with('(')));
    assert_eq!(rib.len(), 1);
}
